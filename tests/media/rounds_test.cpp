#include "media/rounds.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <thread>

#include "base/clock.h"
#include "media/library.h"
#include "media/root_walk.h"
#include "scratch_folder.h"

namespace frontis::media {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

bool eventually(const std::function<bool()>& holds) {
  for (int tries = 0; tries < 3000; ++tries) {
    if (holds()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

// Text that codes well, different for each `seed`.
std::string text_of(std::string_view seed, int lines = 200) {
  std::string text;
  for (int i = 0; i < lines; ++i) {
    text += "." + std::string(seed) + std::to_string(i * 7919 % 1000) + " { color: red; }\n";
  }
  return text;
}

// "app.<hash>.css" as Django would name it.
std::string fingerprinted(std::string_view stem, std::string_view content,
                          std::string_view ending) {
  Digest digest(Digest::Algorithm::md5);
  digest.update(content);
  return std::string(stem) + "." + digest.finish_hex().substr(0, 12) + std::string(ending);
}

// All that rounds need, as the server has it, on one state folder.
struct House {
  House(const config::FilesAction& action, const fs::path& state,
        const config::PressSettings& settings, Log& own_log, Rounds::Pace pace)
      : log(own_log),
        press(std::make_unique<Press>(1, log)),
        pins({}, *press, log),
        index(state.empty() ? nullptr : std::move(*Index::open(state, log))),
        variants(state / "variants", settings.size, index.get(), log),
        maker(settings, variants, *press, log),
        kept(state / "kept", {}, index.get(), log),
        services{*press, pins, proofs, inspections, index.get(), variants,
                 &maker, kept, types,  counters,    log},
        manifests(std::make_shared<ManifestWatch>(action, *press, log)),
        rounds(Rounds::begin({{&action, manifests, "www.example.org/static/"}}, services, nullptr,
                             pace)) {}
  ~House() {
    rounds->stop();
    press.reset();
  }

  bool is_coded(const std::string& content, http::Coding coding = http::Coding::gzip) const {
    return variants.standing({sha256(content), coding, std::nullopt}) !=
           Variants::Standing::unknown;
  }
  bool is_kept(const std::string& file) const {
    return kept.find("www.example.org/static/" + file).has_value();
  }

  Log& log;
  MimeTypes types{"/nowhere/mime.types"};
  Proofs proofs;
  Inspections inspections;
  Counters counters;
  std::unique_ptr<Press> press;
  Pins pins;
  std::unique_ptr<Index> index;
  Variants variants;
  VariantMaker maker;
  Kept kept;
  Services services;
  std::shared_ptr<ManifestWatch> manifests;
  std::shared_ptr<Rounds> rounds;
};

class RoundsTest : public ::testing::Test {
 protected:
  RoundsTest() {
    fs::create_directories(folder_ / "root");
    action_.root = folder_ / "root";
    settings_.br = settings_.zstd = false;  // they take their time
  }

  void begin() {
    house_.reset();
    house_ = std::make_unique<House>(action_, state_, settings_, *log_, pace_);
  }
  void write(const std::string& file, const std::string& content) const {
    folder_.write("new", content);
    fs::create_directories((folder_ / ("root/" + file)).parent_path());
    fs::rename(folder_ / "new", folder_ / ("root/" + file));
  }
  // Writes it under a name with its fingerprint, which is returned.
  std::string write_fingerprinted(std::string_view stem, const std::string& content,
                                  std::string_view ending = ".css") const {
    const std::string file = fingerprinted(stem, content, ending);
    write(file, content);
    return file;
  }
  Identity identity_in_root(const std::string& file) const {
    return *Library(action_).identify(file);
  }
  void expect_coded(const std::string& content) const {
    EXPECT_TRUE(eventually([&] { return house_->is_coded(content); }));
  }
  void expect_kept(const std::string& file) const {
    EXPECT_TRUE(eventually([&] { return house_->is_kept(file); })) << file;
  }

  ScratchFolder folder_;
  fs::path state_ = folder_ / "state";
  config::FilesAction action_;
  config::PressSettings settings_;
  Rounds::Pace pace_{std::chrono::milliseconds(50), std::chrono::hours(1)};
  std::unique_ptr<Log> log_ = *Log::open((folder_ / "log").string(), Log::Level::info);
  std::unique_ptr<House> house_;
};

TEST_F(RoundsTest, WhatIsThereIsKeptAndCodedWithoutARequest) {
  settings_.br = settings_.zstd = true;
  const std::string style = text_of("style"), script = text_of("script");
  const std::string file = write_fingerprinted("css/deep/app", style);
  write("js/plain.js", script);
  begin();
  expect_kept(file);
  for (const http::CodingName& row : http::sibling_codings()) {
    EXPECT_TRUE(eventually([&] { return house_->is_coded(style, row.coding); })) << row.token;
    EXPECT_TRUE(eventually([&] { return house_->is_coded(script, row.coding); })) << row.token;
  }
}

TEST_F(RoundsTest, WhatIsWrittenLaterIsKeptAndCodedToo) {
  begin();
  const std::string content = text_of("late");
  const std::string file = write_fingerprinted("late/app", content);
  expect_kept(file);
  expect_coded(content);
}

TEST_F(RoundsTest, ThereIsNoEndToTheFilesOfOneSlice) {
  for (int i = 0; i < 150; ++i) {
    write(std::to_string(i % 20) + "/" + std::to_string(i) + ".css",
          text_of(std::to_string(i), 20));
  }
  begin();
  for (int i = 0; i < 150; ++i) expect_coded(text_of(std::to_string(i), 20));
}

TEST_F(RoundsTest, AVersionStaysKeptWhenItsRootVanishes) {
  const std::string content = text_of("old"), fresh = text_of("new");
  const std::string file = write_fingerprinted("app", content);
  begin();
  expect_kept(file);
  fs::remove_all(folder_ / "root");
  std::this_thread::sleep_for(std::chrono::milliseconds(1500));  // seen to be gone
  const std::string other = write_fingerprinted("app", fresh);
  expect_kept(other);
  expect_coded(fresh);
  EXPECT_TRUE(house_->is_kept(file));
}

TEST_F(RoundsTest, ARootThatIsSwitchedIsLookedThroughAnew) {
  const std::string content = text_of("one"), fresh = text_of("two");
  const std::string one = fingerprinted("app", content, ".css");
  const std::string two = fingerprinted("app", fresh, ".css");
  folder_.write("releases/1/" + one, content);
  folder_.write("releases/2/" + two, fresh);
  folder_.link("releases/1", "current");
  action_.root = folder_ / "current";
  begin();
  expect_kept(one);
  folder_.switch_link("releases/2", "current");
  expect_kept(two);
  EXPECT_TRUE(house_->is_kept(one));
}

TEST_F(RoundsTest, NothingIsReadTwiceAlsoAfterARestart) {
  const std::string content = text_of("large", 5000);  // noted for the loops as well
  write("large.css", content);
  begin();
  const Identity identity = identity_in_root("large.css");
  ASSERT_GT(identity.size, kept_in_memory);
  ASSERT_TRUE(eventually([&] { return house_->index->file(identity, "large.css").has_value(); }));
  // Were it read again, it would be found to be something else than this.
  Inspection forged;
  forged.digest = sha256("forged");
  house_->index->put_file(identity, "large.css", forged);
  begin();
  std::optional<Inspection> seen;
  ASSERT_TRUE(eventually([&] {
    seen = house_->inspections.find(identity, "large.css");
    return seen.has_value();
  }));
  EXPECT_EQ(seen->digest, forged.digest);
}

TEST_F(RoundsTest, AFileThatWasReplacedIsReadAgain) {
  const std::string before = text_of("before"), after = text_of("behind");
  ASSERT_EQ(before.size(), after.size());
  write("app.css", before);
  begin();
  expect_coded(before);
  write("app.css", after);
  expect_coded(after);
}

TEST_F(RoundsTest, UnfingerprintedNamesAreCodedButNeverKept) {
  const std::string content = text_of("plain");
  write("plain.css", content);
  write("app.0123456789ab.css", content);  // looks like one, and is none
  begin();
  expect_coded(content);
  const std::string file = write_fingerprinted("app", content);
  expect_kept(file);
  EXPECT_EQ(house_->kept.list().size(), 1U);
}

// It may be half of a file, and what is pinned to a declared name is pinned for ever.
TEST_F(RoundsTest, ADeclaredNameIsNotJudgedWhileItsFileIsYoung) {
  action_.fingerprinted = {"assets/"};
  write("assets/app.css", text_of("declared"));
  begin();
  expect_kept("assets/app.css");
  const auto age = wall_nanoseconds() - identity_in_root("assets/app.css").ctime_ns;
  EXPECT_GE(age, 2'000'000'000);
}

TEST_F(RoundsTest, UploadsAreNeverKept) {
  action_.uploads = true;
  const std::string content = text_of("upload");
  const std::string file = write_fingerprinted("app", content);
  begin();
  expect_coded(content);
  EXPECT_FALSE(house_->is_kept(file));
  EXPECT_TRUE(house_->kept.list().empty());
}

TEST_F(RoundsTest, AManifestThatComesAfterItsFilesHasThemKept) {
  const std::string content = text_of("listed");
  write("app.ffffffffffff.css", content);  // by a tool whose fingerprint cannot be recomputed
  begin();
  expect_coded(content);
  EXPECT_FALSE(house_->is_kept("app.ffffffffffff.css"));
  write("staticfiles.json", R"({"version": "1.0", "paths": {"app.css": "app.ffffffffffff.css"}})");
  expect_kept("app.ffffffffffff.css");
  const auto version = house_->kept.find("www.example.org/static/app.ffffffffffff.css");
  EXPECT_TRUE(version && version->by_list);
}

TEST_F(RoundsTest, AStateFolderThatIsTakenAwayIsFilledAgain) {
  const std::string content = text_of("app");
  const std::string file = write_fingerprinted("app", content);
  begin();
  expect_kept(file);
  expect_coded(content);
  fs::rename(state_, folder_ / "elsewhere");  // in one step, whatever is being written
  EXPECT_TRUE(eventually([&] {
    std::error_code ignored;
    return !fs::is_empty(state_ / "kept", ignored) && !ignored &&
           !fs::is_empty(state_ / "variants", ignored) && !ignored;
  }));
  EXPECT_TRUE(eventually([&] { return house_->is_kept(file) && house_->is_coded(content); }));
}

TEST_F(RoundsTest, WhatAnotherProcessTakesAwayIsNoticed) {
  const std::string content = text_of("app");
  const std::string file = write_fingerprinted("app", content);
  begin();
  expect_kept(file);
  const auto index = Index::open(state_, *log_);
  ASSERT_TRUE(index.has_value());
  Kept other(state_ / "kept", {}, index->get(), *log_);
  ASSERT_TRUE(other.purge("www.example.org/static/" + file));
  EXPECT_TRUE(eventually([&] { return !house_->is_kept(file); }));
}

TEST_F(RoundsTest, DeltasAreMadeFromTheVersionBefore) {
  settings_.deltas = true;
  const std::string before = text_of("style", 2000);
  const std::string after = before + ".more { color: blue; }\n";
  write_fingerprinted("app", before);
  begin();
  expect_coded(before);
  write_fingerprinted("app", after);
  EXPECT_TRUE(eventually([&] {
    return house_->variants.standing({sha256(after), http::Coding::dcz, sha256(before)}) !=
           Variants::Standing::unknown;
  }));
}

TEST_F(RoundsTest, AllIsLookedAtAgainAfterAWhile) {
  const std::string content = text_of("app");
  const std::string file = write_fingerprinted("app", content);
  pace_.again = std::chrono::milliseconds(200);
  begin();
  expect_kept(file);
  house_->kept.purge("www.example.org/static/" + file);
  expect_kept(file);
}

TEST_F(RoundsTest, AFolderThatMayNotBeReadIsNamedInTheLog) {
  std::string deep = "root";
  for (std::size_t i = 0; i <= WalkBounds().deepest; ++i) deep += "/d";
  folder_.write(deep + "/x.css", "x");
  const std::string content = text_of("zebra");
  write("zebra.css", content);
  begin();
  expect_coded(content);
  log_->flush();
  EXPECT_THAT(folder_.read("log"), HasSubstr("is passed over"));
}

TEST_F(RoundsTest, WithoutAStateFolderThereIsNothingToDo) {
  state_.clear();
  write("app.css", text_of("app"));
  begin();
  for (const auto& thread : fs::directory_iterator("/proc/self/task")) {
    std::string name;
    std::ifstream(thread.path() / "comm") >> name;
    EXPECT_NE(name, "frontis-watch");
  }
}

TEST_F(RoundsTest, EndsWhateverIsUnderWay) {
  settings_.br = true;
  for (int i = 0; i < 50; ++i) {
    write(std::to_string(i) + ".css", text_of(std::to_string(i), 20'000));
  }
  for (int i = 0; i < 10; ++i) {
    begin();
    std::this_thread::sleep_for(std::chrono::milliseconds(i * 30));
    house_.reset();
  }
}

}  // namespace
}  // namespace frontis::media
