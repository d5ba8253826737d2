#include "media/pressed.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "content.h"
#include "files_house.h"

namespace frontis::media {
namespace {

using http::Coding;

std::string hexadecimal(std::size_t size, std::uint32_t seed = 1) {
  Dice dice(seed);
  std::string text(size, '\0');
  for (char& digit : text) digit = "0123456789abcdef"[dice.roll(16)];
  return text;
}

const std::string js = prose(3000);
const std::string large_js = hexadecimal(150'000);  // its variants are too large for memory

class PressedTest : public ::testing::Test {
 protected:
  explicit PressedTest(unsigned threads = 0) : house_(threads, State::folder) {
    house_.press_settings.deltas = true;
  }

  // The asset that a loader begins, and what it would be sent in.
  struct Coded {
    Asset asset;
    std::vector<CodedFile> files;

    const CodedFile* of(Coding coding) const {
      for (const CodedFile& one : files) {
        if (one.coding == coding) return &one;
      }
      return nullptr;
    }
    Standing made(Coding coding) const { return asset.made[static_cast<std::size_t>(coding)]; }
  };
  Found found(const std::string& content) {
    house_.write("a.js", content);
    return *Library(house_.action).find("a.js");
  }
  static Coded finished(Coded coded, const Found& file) {
    Variant plain;
    plain.identity = file.identity;
    coded.asset.variants.push_back(std::move(plain));
    return coded;
  }
  Coded variants(const std::string& content, std::vector<CodedFile> siblings = {}) {
    return variants(house_.services(), content, std::move(siblings));
  }
  Coded variants(Services& services, const std::string& content,
                 std::vector<CodedFile> siblings = {}) {
    Coded coded{{}, std::move(siblings)};
    coded.asset.digest = sha256(content);
    const Found file = found(content);
    Pressed(services).add_variants(coded.asset, file, coded.asset.digest, coded.files);
    return finished(std::move(coded), file);
  }
  // Once all other variants are there, as they are before deltas are looked for.
  Coded deltas(const std::string& content, const std::string& logical = "app.*.js") {
    variants(content);
    Coded coded = variants(content);
    coded.asset.logical = logical;
    coded.files.clear();
    Pressed(house_.services())
        .add_deltas(coded.asset, found(content), coded.asset.digest, coded.files);
    return coded;
  }
  bool is_unchanged(const Coded& coded) {
    return Pressed(house_.services()).is_unchanged(coded.asset);
  }
  void keep(const std::string& url, const std::string& content) {
    const Descriptor file(open(house_.folder.write("seen", content).c_str(), O_RDONLY | O_CLOEXEC));
    house_.services().kept.keep(
        {url, "app.*.js", sha256(content), false, *identity_of(file.number()), file.number()});
  }
  std::string read(const CodedFile& coded) const {
    return coded.bytes ? *coded.bytes : house_.folder.read("state/variants/" + coded.file);
  }

  FilesHouse house_;
};

class BusyPressedTest : public PressedTest {
 protected:
  BusyPressedTest() : PressedTest(1) {}
};

TEST_F(PressedTest, OrdersWhatIsLackingAndHasItTheNextTime) {
  const Coded first = variants(js);
  EXPECT_TRUE(first.files.empty());
  EXPECT_TRUE(first.asset.varies);
  EXPECT_EQ(first.asset.remarks, std::vector<std::string>{"press has not made all variants yet"});
  EXPECT_FALSE(is_unchanged(first));
  const Coded second = variants(js);
  EXPECT_TRUE(second.asset.remarks.empty());
  EXPECT_TRUE(is_unchanged(second));
  for (const Coding coding : {Coding::gzip, Coding::br, Coding::zstd}) {
    const CodedFile* file = second.of(coding);
    ASSERT_NE(file, nullptr);
    EXPECT_EQ(file->place, Place::variants);
    EXPECT_EQ(sha256(read(*file)), file->own_digest);
    EXPECT_EQ(second.made(coding), Standing::ready);
  }
}

TEST_F(PressedTest, LeavesOutCodingsThatAreNotWanted) {
  house_.press_settings.br = false;
  variants(js);
  const Coded coded = variants(js);
  EXPECT_EQ(coded.of(Coding::br), nullptr);
  EXPECT_NE(coded.of(Coding::gzip), nullptr);
  EXPECT_TRUE(coded.asset.remarks.empty());
}

TEST_F(PressedTest, WhatIsOfNoUseIsTriedOnce) {
  const std::string content = noise(3000);
  EXPECT_FALSE(is_unchanged(variants(content)));
  const Coded coded = variants(content);
  EXPECT_TRUE(coded.files.empty());
  EXPECT_FALSE(coded.asset.varies);
  EXPECT_TRUE(coded.asset.remarks.empty());
  EXPECT_EQ(coded.made(Coding::br), Standing::useless);
  EXPECT_TRUE(is_unchanged(coded));
}

TEST_F(PressedTest, NothingIsOrderedOfWhatIsTooSmallOrTooLarge) {
  const std::string tiny(63, 'x');
  for (const std::string& content : {tiny, js}) {
    const Coded coded = variants(content);
    EXPECT_EQ(coded.asset.varies, content == js);
    EXPECT_EQ(Pressed(house_.services()).may_come(content.size()), content == js);
  }
  house_.press_settings.largest = large_js.size() - 1;
  EXPECT_FALSE(variants(large_js).asset.varies);
  EXPECT_FALSE(Pressed(house_.services()).may_come(large_js.size()));
  EXPECT_TRUE(Pressed(house_.services()).may_come(large_js.size() - 1));
}

TEST_F(PressedTest, TheSmallerOfASiblingAndAVariantIsUsed) {
  variants(js);
  CodedFile larger{Coding::gzip, Place::root, "a.js.gz", {}, {}, nullptr};
  larger.identity.size = js.size() - 1;
  CodedFile smaller{Coding::br, Place::root, "a.js.br", {}, {}, nullptr};
  smaller.identity.size = 10;
  const Coded coded = variants(js, {larger, smaller});
  EXPECT_EQ(coded.files.size(), 3U);
  EXPECT_EQ(coded.of(Coding::gzip)->place, Place::variants);
  EXPECT_EQ(coded.of(Coding::br)->place, Place::root);
}

TEST_F(PressedTest, AVariantThatWasLostIsOrderedAgain) {
  variants(js);
  const Coded before = variants(js);
  std::filesystem::remove(house_.folder / FilesHouse::variant_of(js, Coding::br));
  const Coded lost = variants(js);
  EXPECT_EQ(lost.of(Coding::br), nullptr);
  EXPECT_NE(lost.of(Coding::gzip), nullptr);
  EXPECT_EQ(lost.made(Coding::br), Standing::unknown);
  EXPECT_FALSE(is_unchanged(lost));
  EXPECT_NE(variants(js).of(Coding::br), nullptr);
}

TEST_F(PressedTest, WithoutAStateFolderThereIsNothing) {
  FilesHouse bare;
  const Coded coded = variants(bare.services(), js);
  EXPECT_TRUE(coded.files.empty());
  EXPECT_FALSE(coded.asset.varies);
  EXPECT_TRUE(coded.asset.remarks.empty());
  EXPECT_TRUE(Pressed(bare.services()).is_unchanged(coded.asset));
  EXPECT_FALSE(Pressed(bare.services()).may_come(js.size()));
}

TEST_F(BusyPressedTest, UntilPressIsDoneNothingHasChanged) {
  std::optional<Gate> gate(house_.press());
  const Coded first = variants(js);
  EXPECT_TRUE(is_unchanged(first));
  gate->open();
  house_.turn();
  EXPECT_FALSE(is_unchanged(first));
  EXPECT_EQ(variants(js).files.size(), 3U);
}

// As after a start: large variants are known, but not yet compared.
TEST_F(BusyPressedTest, ALargeVariantIsComparedOnPressBeforeItIsUsed) {
  variants(large_js);
  house_.turn();
  Services& shared = house_.services();
  Variants anew(house_.folder / "state/variants", 1'000'000'000, shared.index, *house_.log);
  Services services{shared.press, shared.pins,  shared.proofs, shared.inspections, shared.index,
                    anew,         shared.maker, shared.kept,   shared.types,       house_.counters,
                    *house_.log};
  std::optional<Gate> gate(house_.press());
  const Coded first = variants(services, large_js);
  EXPECT_TRUE(first.files.empty());
  EXPECT_TRUE(first.asset.varies);
  EXPECT_EQ(first.made(Coding::gzip), Standing::unchecked);
  EXPECT_TRUE(Pressed(services).is_unchanged(first.asset));
  gate->open();
  house_.turn();
  EXPECT_FALSE(Pressed(services).is_unchanged(first.asset));
  const Coded second = variants(services, large_js);
  EXPECT_EQ(second.files.size(), 3U);
  EXPECT_EQ(second.of(Coding::gzip)->bytes, nullptr);
  EXPECT_TRUE(Pressed(services).is_unchanged(second.asset));
}

TEST_F(PressedTest, ChecksWhatIsLargeAheadOfTheFirstRequest) {
  variants(large_js);
  Variants anew(house_.folder / "state/variants", 1'000'000'000, house_.services().index,
                *house_.log);
  const VariantKey key{sha256(large_js), Coding::gzip, std::nullopt};
  ASSERT_EQ(anew.standing(key), Standing::unchecked);
  Pressed::check(anew, key.content);
  EXPECT_EQ(anew.standing(key), Standing::ready);
}

TEST_F(PressedTest, OnlyScriptsAndStylesHaveDeltas) {
  EXPECT_TRUE(is_delta_type("text/javascript; charset=utf-8"));
  EXPECT_TRUE(is_delta_type("text/css; charset=utf-8"));
  for (const char* type : {"text/html; charset=utf-8", "application/json", "image/png", ""}) {
    EXPECT_FALSE(is_delta_type(type)) << type;
  }
}

TEST_F(PressedTest, ADeltaFromTheVersionBeforeIsThereTheNextTime) {
  const std::string older = noise(3000), newer = older + "and a little more";
  keep("app.1.js", older);
  keep("app.2.js", newer);
  const Coded first = deltas(newer);
  EXPECT_TRUE(first.files.empty());
  ASSERT_EQ(first.asset.deltas.size(), 1U);
  EXPECT_EQ(first.asset.deltas[0].from, sha256(older));
  EXPECT_FALSE(is_unchanged(first));
  const Coded second = deltas(newer);
  ASSERT_EQ(second.files.size(), 1U);
  EXPECT_EQ(second.files[0].coding, Coding::dcz);
  EXPECT_EQ(second.files[0].dictionary, sha256(older));
  EXPECT_LT(second.files[0].identity.size, 500U);
  EXPECT_TRUE(is_unchanged(second));
}

TEST_F(PressedTest, AVersionThatIsKeptLaterChangesTheDeltas) {
  const std::string newer = noise(3000, 9);
  const Coded none = deltas(newer);
  EXPECT_TRUE(none.asset.deltas.empty());
  EXPECT_TRUE(is_unchanged(none));
  keep("app.1.js", noise(3000, 1));
  EXPECT_FALSE(is_unchanged(none));
}

TEST_F(PressedTest, OnlyTheLastVersionsHaveDeltas) {
  const std::string newer = noise(3000, 9);
  for (std::uint32_t i = 0; i < most_deltas + 2; ++i) {
    keep("app." + std::to_string(i) + ".js", noise(3000, i));
  }
  EXPECT_EQ(deltas(newer).asset.deltas.size(), most_deltas);
  EXPECT_TRUE(deltas(newer, "").asset.deltas.empty());
  EXPECT_TRUE(deltas(newer, "other.*.js").asset.deltas.empty());
}

}  // namespace
}  // namespace frontis::media
