#include "media/siblings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "content.h"
#include "files_house.h"

namespace frontis::media {
namespace {

using http::Coding;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::string css = prose(3000);

class SiblingsTest : public ::testing::Test {
 protected:
  explicit SiblingsTest(unsigned threads = 0) : house_(threads) {}

  Siblings& siblings() {
    if (siblings_) return *siblings_;
    library_ = std::make_unique<Library>(house_.action);
    siblings_ =
        std::make_unique<Siblings>(*library_, house_.services(), house_.post(),
                                   [this](const std::string& file) { told_.push_back(file); });
    return *siblings_;
  }
  // What a loader would have asked for of a.css, which holds `content`.
  struct Coded {
    std::shared_ptr<const Asset> asset;
    std::vector<CodedFile> files;
  };
  Coded find(const std::string& content = css) {
    Siblings& to_ask = siblings();
    const Identity identity = library_->identify("a.css").value();
    Asset asset;
    Inspection inspection;
    inspection.digest = sha256(content);
    auto files = to_ask.find(asset, "a.css", identity, inspection.digest);
    return {finish_asset(std::move(asset), "a.css", identity, &inspection, {}), std::move(files)};
  }
  const Identity identity(const std::string& name) const { return *library_->identify(name); }

  FilesHouse house_;
  std::vector<std::string> told_;
  std::unique_ptr<Library> library_;
  std::unique_ptr<Siblings> siblings_;
};

class BusySiblingsTest : public SiblingsTest {
 protected:
  BusySiblingsTest() : SiblingsTest(1) {}
};

TEST_F(SiblingsTest, OneThatHoldsTheSameIsProved) {
  house_.write("a.css", css);
  house_.write("a.css.gz", gzip_of(css));
  const Coded coded = find();
  ASSERT_EQ(coded.files.size(), 1U);
  EXPECT_EQ(coded.files[0].coding, Coding::gzip);
  EXPECT_EQ(coded.files[0].place, Place::root);
  EXPECT_EQ(coded.files[0].file, "a.css.gz");
  EXPECT_EQ(coded.files[0].own_digest, sha256(gzip_of(css)));
  EXPECT_EQ(*coded.files[0].bytes, gzip_of(css));
  EXPECT_THAT(coded.asset->awaited, IsEmpty());
  EXPECT_THAT(coded.asset->remarks, IsEmpty());
  EXPECT_THAT(told_, ElementsAre("a.css"));
}

TEST_F(SiblingsTest, ALargeOneIsSentFromItsFile) {
  const std::string large = noise(200'000);
  house_.write("a.css", large + std::string(1000, 'x'));
  house_.write("a.css.gz", gzip_of(large + std::string(1000, 'x')));
  const Coded coded = find(large + std::string(1000, 'x'));
  ASSERT_EQ(coded.files.size(), 1U);
  EXPECT_EQ(coded.files[0].bytes, nullptr);
}

TEST_F(SiblingsTest, SaysWhyOneIsNotUsed) {
  house_.write("a.css", css);
  house_.write("a.css.gz", gzip_of("stale"));
  house_.write("a.css.br", css);
  const Coded coded = find();
  EXPECT_THAT(coded.files, IsEmpty());
  EXPECT_THAT(coded.asset->remarks,
              ElementsAre("a.css.gz is not used: it does not hold the same content",
                          "a.css.br is not used: it is not smaller"));
  EXPECT_FALSE(coded.asset->varies);
  EXPECT_EQ(house_.counters.siblings_refused, 1U);
  EXPECT_THAT(house_.logged(), HasSubstr("compress it again or delete it"));
  EXPECT_TRUE(siblings().are_unchanged(*coded.asset));
}

TEST_F(SiblingsTest, WhatIsNoFileIsNone) {
  house_.write("a.css", css);
  std::filesystem::create_directory(house_.folder / "root/a.css.gz");
  const Coded coded = find();
  EXPECT_THAT(coded.files, IsEmpty());
  EXPECT_FALSE(coded.asset->varies);
  EXPECT_TRUE(siblings().are_unchanged(*coded.asset));
}

TEST_F(SiblingsTest, KnowsWhetherThereAreAny) {
  house_.write("a.css", css);
  house_.write("a.css.zip", "no coding");
  EXPECT_FALSE(siblings().exist("a.css"));
  for (const char* suffix : {".gz", ".br", ".zst"}) {
    const auto path = house_.write("a.css" + std::string(suffix), "of use or not");
    EXPECT_TRUE(siblings().exist("a.css")) << suffix;
    std::filesystem::remove(path);
  }
}

TEST_F(SiblingsTest, SeesOneThatComesChangesOrGoes) {
  house_.write("a.css", css);
  const Coded none = find();
  EXPECT_TRUE(siblings().are_unchanged(*none.asset));
  const auto path = house_.write("a.css.zst", "stale");
  EXPECT_FALSE(siblings().are_unchanged(*none.asset));
  const Coded one = find();
  EXPECT_TRUE(siblings().are_unchanged(*one.asset));
  house_.replace("a.css.zst", "other");
  EXPECT_FALSE(siblings().are_unchanged(*one.asset));
  std::filesystem::remove(path);
  EXPECT_FALSE(siblings().are_unchanged(*one.asset));
  EXPECT_TRUE(siblings().are_unchanged(*none.asset));
}

// Its times may not show that it was written again after it had been compared.
TEST_F(SiblingsTest, OneWhoseBytesAreNotThoseThatWereProvedIsComparedAgain) {
  house_.write("a.css", css);
  house_.write("a.css.gz", gzip_of(css));
  siblings();
  house_.services().proofs.finish(identity("a.css.gz"), sha256(css), {true, sha256("other")});
  const Coded first = find();
  EXPECT_THAT(first.files, IsEmpty());
  EXPECT_TRUE(first.asset->varies);
  EXPECT_FALSE(siblings().are_unchanged(*first.asset));
  EXPECT_EQ(find().files.size(), 1U);
}

TEST_F(SiblingsTest, AProofIsForOneContentAlone) {
  house_.write("a.css", css);
  house_.write("a.css.gz", gzip_of(css));
  EXPECT_EQ(find().files.size(), 1U);
  EXPECT_THAT(find(prose(3000, 2)).files, IsEmpty());
}

TEST_F(BusySiblingsTest, OneIsAwaitedWhileItIsCompared) {
  house_.write("a.css", css);
  house_.write("a.css.gz", gzip_of(css));
  Gate gate(house_.press());
  const Coded first = find();
  EXPECT_THAT(first.files, IsEmpty());
  EXPECT_TRUE(first.asset->varies);
  EXPECT_THAT(first.asset->awaited, ElementsAre(identity("a.css.gz")));
  EXPECT_THAT(first.asset->remarks, Contains("a.css.gz is not used yet: it is being compared"));
  EXPECT_TRUE(siblings().are_unchanged(*first.asset));
  gate.open();
  house_.turn();
  EXPECT_THAT(told_, ElementsAre("a.css"));
  EXPECT_FALSE(siblings().are_unchanged(*first.asset));
  EXPECT_EQ(find().files.size(), 1U);
  house_.turn();
  EXPECT_EQ(told_.size(), 1U);  // it is not compared twice
}

TEST_F(BusySiblingsTest, OneThatChangesWhileItIsComparedIsNotTrusted) {
  house_.write("a.css", css);
  house_.write("a.css.gz", gzip_of(css));
  Gate gate(house_.press());
  find();
  house_.write("a.css.gz", gzip_of(css + "x"));
  gate.open();
  house_.turn();
  EXPECT_THAT(told_, IsEmpty());
  find();
  house_.turn();
  const Coded coded = find();
  EXPECT_THAT(coded.files, IsEmpty());
  EXPECT_THAT(coded.asset->remarks, Contains(HasSubstr("does not hold the same content")));
}

TEST_F(BusySiblingsTest, NobodyIsToldOnceTheLoaderHasGone) {
  house_.write("a.css", css);
  house_.write("a.css.gz", gzip_of(css));
  Gate gate(house_.press());
  find();
  siblings_.reset();
  gate.open();
  house_.turn();
  EXPECT_THAT(told_, IsEmpty());
}

}  // namespace
}  // namespace frontis::media
