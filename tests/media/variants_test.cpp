#include "media/variants.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "scratch_folder.h"

namespace frontis::media {
namespace {

using http::Coding;
using Standing = Variants::Standing;

constexpr std::int64_t hour = 3600;
constexpr std::uint64_t plenty = 1'000'000'000;

std::string gzip_of_text(std::string_view text) {
  std::string coded(compressBound(text.size()) + 64, '\0');
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string in(text);
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(coded.data());
  stream.avail_out = static_cast<uInt>(coded.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  coded.resize(stream.total_out);
  deflateEnd(&stream);
  return coded;
}

class VariantsTest : public ::testing::Test {
 protected:
  void SetUp() override { restart(); }

  // As a new process would find it.
  void restart(std::uint64_t budget = plenty) {
    variants_.reset();
    index_.reset();
    index_ = *Index::open(state(), *log_);
    variants_ = another(*index_, budget);
  }
  std::unique_ptr<Variants> another(Index& index, std::uint64_t budget = plenty) {
    return std::make_unique<Variants>(folder(), budget, &index, *log_, [this] { return now_; });
  }
  std::filesystem::path state() const { return scratch_ / "state"; }
  std::filesystem::path folder() const { return scratch_ / "state/variants"; }
  std::filesystem::path path(const VariantKey& key) const { return folder() / file_of(key); }

  static VariantKey key(std::string_view content, Coding coding = Coding::br) {
    return {sha256(content), coding, {}};
  }
  void put(const VariantKey& of, const std::string& coded) {
    const auto put = variants_->put(of, coded);
    ASSERT_TRUE(put.has_value()) << put.error().message;
  }
  bool has_row(const VariantKey& of) {
    return index_->variant(of.content, of.coding, of.dictionary).has_value();
  }
  // What a visitor would get: the bytes in memory, or those of the file. Empty for none.
  static std::string served(Variants& variants, const VariantKey& of) {
    const auto coded = variants.take(of);
    if (!coded) return {};
    EXPECT_EQ(coded->coding, of.coding);
    EXPECT_EQ(coded->place, Place::variants);
    EXPECT_EQ(coded->file, file_of(of));
    if (coded->bytes) return *coded->bytes;
    const auto file = variants.open(coded->file, coded->identity);
    if (!file) return {};
    std::string text(coded->identity.size, '\0');
    EXPECT_EQ(pread(file->number(), text.data(), text.size(), 0),
              static_cast<ssize_t>(text.size()));
    return text;
  }
  std::string served(const VariantKey& of) { return served(*variants_, of); }
  void flip_a_byte(const VariantKey& of) {
    std::string bytes = scratch_.read("state/variants/" + file_of(of));
    ASSERT_FALSE(bytes.empty());
    bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
    scratch_.write("state/variants/" + file_of(of), bytes);
  }
  std::string said() {
    log_->flush();
    return scratch_.read("log");
  }

  ScratchFolder scratch_;
  std::unique_ptr<Log> log_ = std::move(*Log::open(scratch_ / "log", Log::Level::info));
  std::int64_t now_ = wall_seconds();
  std::unique_ptr<Index> index_;
  std::unique_ptr<Variants> variants_;
  const std::string small_ = std::string(1000, 's');
  const std::string large_ = std::string(kept_in_memory + 1, 'l');
};

TEST_F(VariantsTest, KnowsNothingWithoutAnIndex) {
  Variants none({}, plenty, nullptr, *log_);
  EXPECT_FALSE(none.is_active());
  EXPECT_EQ(none.standing(key("a")), Standing::unknown);
  EXPECT_FALSE(none.take(key("a")).has_value());
  EXPECT_EQ(none.put(key("a"), small_).error().kind, ErrorKind::io);
  none.put_useless(key("a"));
  none.check(key("a"));
  none.tend();
  EXPECT_FALSE(none.adopt(key("a"), 1));
  EXPECT_FALSE(none.has_room(1));
  EXPECT_EQ(none.standing(key("a")), Standing::unknown);
}

TEST_F(VariantsTest, HandsOutWhatWasPutAlsoAfterARestart) {
  const VariantKey delta{sha256("a"), Coding::dcz, sha256("before")};
  EXPECT_EQ(variants_->standing(key("a")), Standing::unknown);
  EXPECT_EQ(served(key("a")), "");
  put(key("a"), small_);
  put(key("b"), large_);
  put(delta, "delta");
  variants_->put_useless(key("c"));
  for (int round = 0; round < 2; ++round) {
    variants_->check(key("b"));
    EXPECT_EQ(variants_->standing(key("a")), Standing::ready);
    EXPECT_EQ(variants_->standing(key("b")), Standing::ready);
    EXPECT_EQ(variants_->standing(key("c")), Standing::useless);
    EXPECT_EQ(variants_->standing(key("a", Coding::gzip)), Standing::unknown);
    EXPECT_TRUE(served(key("a")) == small_);
    EXPECT_TRUE(served(key("b")) == large_);
    EXPECT_EQ(served(delta), "delta");
    EXPECT_EQ(served(key("c")), "");
    EXPECT_EQ(variants_->totals().files, 3U);
    EXPECT_EQ(variants_->totals().bytes, small_.size() + large_.size() + 5);
    restart();
  }
}

TEST_F(VariantsTest, HasTheBytesOfSmallOnesInMemoryAndTheFileOfLargeOnes) {
  const std::string edge(kept_in_memory, 'e');
  put(key("edge"), edge);
  put(key("large"), large_);
  EXPECT_TRUE(*variants_->take(key("edge"))->bytes == edge);
  EXPECT_EQ(variants_->take(key("edge"))->own_digest, sha256(edge));
  EXPECT_EQ(variants_->take(key("large"))->bytes, nullptr);
  EXPECT_EQ(variants_->take(key("large"))->own_digest, sha256(large_));
}

TEST_F(VariantsTest, ReplacesWhatWasPutBefore) {
  put(key("a"), large_);
  put(key("a"), small_);
  EXPECT_TRUE(served(key("a")) == small_);
  EXPECT_EQ(variants_->totals().bytes, small_.size());
  variants_->put_useless(key("a"));
  EXPECT_EQ(variants_->standing(key("a")), Standing::useless);
  EXPECT_EQ(variants_->totals().files, 0U);
  EXPECT_FALSE(std::filesystem::exists(path(key("a"))));
}

TEST_F(VariantsTest, RefusesWhatIsNoVariant) {
  EXPECT_EQ(variants_->put(key("a"), "").error().kind, ErrorKind::invalid);
  EXPECT_EQ(variants_->put(key("a", Coding::identity), "x").error().kind, ErrorKind::invalid);
  EXPECT_EQ(variants_->put(key("a", Coding::dcz), "x").error().kind, ErrorKind::invalid);
  variants_->put_useless(key("a", Coding::identity));
  EXPECT_EQ(variants_->standing(key("a", Coding::identity)), Standing::unknown);
}

TEST_F(VariantsTest, ComparesALargeOneBeforeItIsReadyAfterARestart) {
  put(key("a"), large_);
  restart();
  EXPECT_EQ(variants_->standing(key("a")), Standing::unchecked);
  EXPECT_FALSE(variants_->take(key("a")).has_value());
  variants_->check(key("a"));
  EXPECT_EQ(variants_->standing(key("a")), Standing::ready);
  EXPECT_TRUE(served(key("a")) == large_);
}

TEST_F(VariantsTest, ComparesALargeOneAgainWhenItsFileIsAnother) {
  put(key("a"), large_);
  scratch_.write("copy", large_);
  std::filesystem::rename(scratch_ / "copy", path(key("a")));
  EXPECT_FALSE(variants_->take(key("a")).has_value());
  EXPECT_EQ(variants_->standing(key("a")), Standing::unchecked);
  variants_->check(key("a"));
  EXPECT_TRUE(served(key("a")) == large_);
}

TEST_F(VariantsTest, OpensOnlyTheFileThatWasTaken) {
  put(key("a"), large_);
  const auto coded = variants_->take(key("a"));
  ASSERT_TRUE(coded.has_value());
  EXPECT_NE(variants_->open(coded->file, coded->identity), nullptr);
  EXPECT_EQ(variants_->open("../" + coded->file, coded->identity), nullptr);
  flip_a_byte(key("a"));
  EXPECT_EQ(variants_->open(coded->file, coded->identity), nullptr);
  std::filesystem::remove_all(folder());
  EXPECT_EQ(variants_->open(coded->file, coded->identity), nullptr);
}

// What may become of a file, and whether it must then be warned of.
struct Harm {
  const char* name;
  bool is_damage;
  std::function<void(const std::filesystem::path&)> work;
};

const std::vector<Harm>& harms() {
  static const std::vector<Harm> all = {
      {"flipped", true,
       [](const std::filesystem::path& file) {
         std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
         stream.seekp(500);
         stream.put('\1');
       }},
      {"truncated", true,
       [](const std::filesystem::path& file) { std::filesystem::resize_file(file, 10); }},
      {"emptied", true,
       [](const std::filesystem::path& file) { std::filesystem::resize_file(file, 0); }},
      {"longer", true,
       [](const std::filesystem::path& file) {
         std::ofstream(file, std::ios::binary | std::ios::app) << "more";
       }},
      {"deleted", false, [](const std::filesystem::path& file) { std::filesystem::remove(file); }},
      {"a directory", false,
       [](const std::filesystem::path& file) {
         std::filesystem::remove(file);
         std::filesystem::create_directory(file);
       }},
      {"a link to the same", false,
       [](const std::filesystem::path& file) {
         std::filesystem::rename(file, file.string() + "x");
         std::filesystem::create_symlink(file.string() + "x", file);
       }},
      {"a FIFO", false,
       [](const std::filesystem::path& file) {
         std::filesystem::remove(file);
         EXPECT_EQ(mkfifo(file.c_str(), 0644), 0);
       }},
      {"without its shelf", false,
       [](const std::filesystem::path& file) { std::filesystem::remove_all(file.parent_path()); }},
      {"without its folder", false,
       [](const std::filesystem::path& file) {
         std::filesystem::remove_all(file.parent_path().parent_path());
       }},
  };
  return all;
}

struct HarmCase {
  std::size_t harm;
  bool is_large;
  bool while_running;
};

class HarmedVariantTest : public VariantsTest, public ::testing::WithParamInterface<HarmCase> {};

TEST_P(HarmedVariantTest, IsNeverHandedOutButMadeAgain) {
  const Harm& harm = harms()[GetParam().harm];
  const std::string& coded = GetParam().is_large ? large_ : small_;
  put(key("a"), coded);
  ASSERT_TRUE(served(key("a")) == coded);
  if (!GetParam().while_running) restart();
  harm.work(path(key("a")));

  EXPECT_EQ(served(key("a")), "") << harm.name;
  variants_->check(key("a"));
  EXPECT_EQ(served(key("a")), "") << harm.name;
  EXPECT_EQ(variants_->standing(key("a")), Standing::unknown) << harm.name;
  EXPECT_EQ(variants_->totals().bytes, 0U);
  EXPECT_NE(said().find(path(key("a")).string()), std::string::npos) << said();
  EXPECT_EQ(said().find("warning") != std::string::npos, harm.is_damage) << said();

  const bool is_in_the_way = std::filesystem::is_directory(path(key("a")));
  if (is_in_the_way) std::filesystem::remove(path(key("a")));
  put(key("a"), coded);
  EXPECT_TRUE(served(key("a")) == coded) << harm.name;
  variants_->tend();
  EXPECT_TRUE(served(key("a")) == coded) << harm.name;
  EXPECT_TRUE(has_row(key("a")));
}

TEST_P(HarmedVariantTest, IsForgottenByTheIndexInTime) {
  const Harm& harm = harms()[GetParam().harm];
  put(key("a"), GetParam().is_large ? large_ : small_);
  if (!GetParam().while_running) restart();
  harm.work(path(key("a")));
  (void)served(key("a"));
  variants_->check(key("a"));
  variants_->tend();
  EXPECT_FALSE(has_row(key("a"))) << harm.name;
  const bool is_left =
      std::filesystem::is_regular_file(std::filesystem::symlink_status(path(key("a"))));
  EXPECT_FALSE(is_left) << harm.name;
  restart();
  EXPECT_EQ(variants_->standing(key("a")), Standing::unknown) << harm.name;
}

std::vector<HarmCase> all_cases() {
  std::vector<HarmCase> cases;
  for (std::size_t i = 0; i < harms().size(); ++i) {
    for (const bool is_large : {false, true}) {
      for (const bool while_running : {false, true}) cases.push_back({i, is_large, while_running});
    }
  }
  return cases;
}

std::string name_of_case(const ::testing::TestParamInfo<HarmCase>& which) {
  std::string name = harms()[which.param.harm].name;
  std::replace(name.begin(), name.end(), ' ', '_');
  return name + (which.param.is_large ? "_large" : "_small") +
         (which.param.while_running ? "_running" : "_before");
}

INSTANTIATE_TEST_SUITE_P(Each, HarmedVariantTest, ::testing::ValuesIn(all_cases()), name_of_case);

TEST_F(VariantsTest, LeavesTheIndexAloneOnALoop) {
  put(key("a"), small_);
  flip_a_byte(key("a"));
  EXPECT_FALSE(variants_->take(key("a")).has_value());
  EXPECT_TRUE(has_row(key("a")));
}

TEST_F(VariantsTest, StaysReadyWhileDescriptorsAreShort) {
  put(key("a"), small_);
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit none{0, before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
  const auto taken = variants_->take(key("a"));
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_FALSE(taken.has_value());
  EXPECT_EQ(variants_->standing(key("a")), Standing::ready);
  EXPECT_TRUE(served(key("a")) == small_);
}

TEST_F(VariantsTest, DropsWhatWasUsedLongestAgoWhenRoomIsShort) {
  restart(3000);
  for (const char* name : {"a", "b", "c"}) {
    put(key(name), small_);
    now_ += 10;
  }
  now_ += 2 * hour;
  EXPECT_TRUE(served(key("a")) == small_);  // used last now
  now_ += 2 * hour;
  EXPECT_FALSE(variants_->has_room(1000));
  put(key("d"), small_);
  EXPECT_EQ(variants_->standing(key("b")), Standing::unknown);
  EXPECT_FALSE(std::filesystem::exists(path(key("b"))));
  EXPECT_FALSE(has_row(key("b")));
  for (const char* name : {"a", "c", "d"}) EXPECT_TRUE(served(key(name)) == small_) << name;
  EXPECT_EQ(variants_->totals().bytes, 3000U);
}

TEST_F(VariantsTest, CountsAnOpenedFileAsUsed) {
  restart(2 * large_.size());
  put(key("a"), large_);
  const auto coded = variants_->take(key("a"));
  now_ += 10;
  put(key("b"), large_);
  now_ += 2 * hour;
  EXPECT_NE(variants_->open(coded->file, coded->identity), nullptr);
  put(key("c"), large_);
  EXPECT_EQ(variants_->standing(key("a")), Standing::ready);
  EXPECT_EQ(variants_->standing(key("b")), Standing::unknown);
}

TEST_F(VariantsTest, DropsNothingThatWasUsedInTheLastHour) {
  restart(2000);
  put(key("a"), small_);
  put(key("b"), small_);
  now_ += hour - 1;
  const auto refused = variants_->put(key("c"), small_);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().kind, ErrorKind::exhausted);
  EXPECT_NE(refused.error().message.find("press.size"), std::string::npos);
  EXPECT_EQ(variants_->standing(key("c")), Standing::unknown);
  EXPECT_TRUE(served(key("a")) == small_);
  now_ += 2 * hour;
  put(key("c"), small_);
}

TEST_F(VariantsTest, DropsNothingForWhatCouldNeverFit) {
  restart(2000);
  put(key("a"), small_);
  now_ += 10 * hour;
  EXPECT_EQ(variants_->put(key("b"), std::string(2001, 'x')).error().kind, ErrorKind::exhausted);
  EXPECT_EQ(variants_->standing(key("a")), Standing::ready);
}

TEST_F(VariantsTest, KnowsAfterARestartWhatWasUsed) {
  restart(2000);
  put(key("a"), small_);
  put(key("b"), small_);
  now_ += 2 * hour;
  EXPECT_TRUE(served(key("a")) == small_);
  variants_->tend();
  now_ += 2 * hour;
  restart(2000);
  put(key("c"), small_);
  EXPECT_EQ(variants_->standing(key("a")), Standing::ready);
  EXPECT_EQ(variants_->standing(key("b")), Standing::unknown);
}

TEST_F(VariantsTest, ComesDownToASmallerBudget) {
  for (const char* name : {"a", "b", "c"}) {
    put(key(name), small_);
    now_ += 10;
  }
  now_ += 2 * hour;
  restart(2000);
  variants_->tend();
  EXPECT_EQ(variants_->totals().bytes, 2000U);
  EXPECT_EQ(variants_->standing(key("a")), Standing::unknown);
}

TEST_F(VariantsTest, TakesAUseThatLiesAheadForNow) {
  index_->put_variant(
      {sha256("a"), Coding::br, {}, small_.size(), sha256(small_), now_ + 99 * hour});
  restart(1000);
  now_ += 2 * hour;
  put(key("b"), small_);
  EXPECT_EQ(variants_->standing(key("a")), Standing::unknown);
}

TEST_F(VariantsTest, SaysWhetherThereIsRoom) {
  restart(2000);
  EXPECT_TRUE(variants_->has_room(2000));
  EXPECT_FALSE(variants_->has_room(2001));
  put(key("a"), small_);
  EXPECT_TRUE(variants_->has_room(1000));
  EXPECT_FALSE(variants_->has_room(1001));
  EXPECT_EQ(variants_->put(key("b"), std::string(5000, 'x')).error().kind, ErrorKind::exhausted);
  EXPECT_TRUE(variants_->has_room(1000));
}

TEST_F(VariantsTest, GivesTheRoomBackWhenTheDiskFails) {
  restart(2000);
  put(key("a"), small_);
  std::filesystem::remove_all(folder());
  scratch_.write("state/variants", "in the way");
  EXPECT_EQ(variants_->put(key("b"), small_).error().kind, ErrorKind::io);
  EXPECT_EQ(variants_->standing(key("b")), Standing::unknown);
  EXPECT_TRUE(variants_->has_room(1000));
  std::filesystem::remove(folder());
  put(key("b"), small_);
}

TEST_F(VariantsTest, AdoptsAFileThatHoldsTheContent) {
  const std::string content(300'000, 'c');
  const std::string coded = gzip_of_text(content);
  const VariantKey of = key(content, Coding::gzip);
  EXPECT_FALSE(variants_->adopt(of, content.size()));
  put(of, coded);
  EXPECT_TRUE(variants_->adopt(of, content.size()));
  variants_.reset();
  index_.reset();
  for (const char* file : {"index.sqlite3", "index.sqlite3-wal", "index.sqlite3-shm"}) {
    std::filesystem::remove(state() / file);
  }
  for (int round = 0; round < 2; ++round) {
    restart();
    EXPECT_EQ(variants_->standing(of), round == 0 ? Standing::unknown : Standing::ready);
    EXPECT_FALSE(variants_->adopt(of, content.size() - 1) && round == 0);
    EXPECT_TRUE(variants_->adopt(of, content.size()));
    EXPECT_TRUE(served(of) == coded);
    EXPECT_EQ(variants_->totals().bytes, coded.size());
  }
}

TEST_F(VariantsTest, AdoptsNothingElse) {
  const std::string content(10'000, 'c');
  const VariantKey of = key(content, Coding::gzip);
  const std::string file = "state/variants/" + file_of(of);
  const std::string coded = gzip_of_text(content);
  for (const std::string& bytes : {std::string(), std::string("no gzip"), coded.substr(1),
                                   coded + "x", gzip_of_text(std::string(10'000, 'd'))}) {
    scratch_.write(file, bytes);
    EXPECT_FALSE(variants_->adopt(of, content.size()));
    EXPECT_EQ(variants_->standing(of), Standing::unknown);
  }
  variants_->put_useless(of);
  scratch_.write(file, coded);
  EXPECT_FALSE(variants_->adopt(of, content.size()));
  const VariantKey delta{sha256(content), Coding::dcz, sha256("before")};
  scratch_.write("state/variants/" + file_of(delta), coded);
  EXPECT_FALSE(variants_->adopt(delta, content.size()));
}

TEST_F(VariantsTest, IsReadyAtOnceWhenALargeOneWasAdopted) {
  std::string content(400'000, '\0');
  unsigned state = 1;
  for (char& c : content) c = static_cast<char>((state = state * 1'103'515'245 + 12'345) >> 24);
  const std::string coded = gzip_of_text(content);
  ASSERT_GT(coded.size(), kept_in_memory);
  const VariantKey of = key(content, Coding::gzip);
  scratch_.write("state/variants/" + file_of(of), coded);
  EXPECT_TRUE(variants_->adopt(of, content.size()));
  EXPECT_TRUE(served(of) == coded);
}

TEST_F(VariantsTest, DropsRowsWhoseFilesHaveGone) {
  put(key("a"), small_);
  put(key("b"), small_);
  std::filesystem::remove(path(key("a")));
  variants_->tend();
  EXPECT_EQ(variants_->standing(key("a")), Standing::unknown);
  EXPECT_FALSE(has_row(key("a")));
  EXPECT_TRUE(served(key("b")) == small_);
  EXPECT_TRUE(has_row(key("b")));
}

TEST_F(VariantsTest, DropsOldFilesThatNoRowLeadsToOnceItHasRunForAnHour) {
  put(key("a"), small_);
  variants_->put_useless(key("u"));
  const VariantKey delta{sha256("a"), Coding::dcz, sha256("before")};
  put(delta, "delta");
  const auto orphan = scratch_.write("state/variants/" + file_of(key("o")), "orphan");
  const auto useless = scratch_.write("state/variants/" + file_of(key("u")), "orphan");
  const auto alien = scratch_.write("state/variants/notes.txt", "mine");
  const auto draft = scratch_.write("state/variants/ab/.tmp-1-0000000000000000", "half");
  variants_->tend();
  for (const auto& file : {orphan, useless, alien, draft})
    EXPECT_TRUE(std::filesystem::exists(file));
  now_ += 2 * hour;
  restart();
  variants_->tend();
  EXPECT_TRUE(std::filesystem::exists(orphan));
  now_ += 2 * hour;
  variants_->tend();
  for (const auto& file : {orphan, useless, draft}) EXPECT_FALSE(std::filesystem::exists(file));
  EXPECT_TRUE(std::filesystem::exists(alien));
  EXPECT_TRUE(served(key("a")) == small_);
  EXPECT_EQ(served(delta), "delta");
}

TEST_F(VariantsTest, TriesAgainAfterSomeMonthsWhatWasOfNoUse) {
  variants_->put_useless(key("a"));
  now_ += 80 * 24 * hour;
  restart();
  EXPECT_EQ(variants_->standing(key("a")), Standing::useless);
  now_ += 20 * 24 * hour;
  restart();
  EXPECT_EQ(variants_->standing(key("a")), Standing::unknown);
  variants_->tend();
  EXPECT_FALSE(has_row(key("a")));
}

TEST_F(VariantsTest, WritesItsRowsAgainWhenTheIndexWasBegunAnew) {
  put(key("a"), small_);
  index_->erase_variant(*index_->variant(key("a").content, Coding::br, {}));
  variants_->tend();
  EXPECT_TRUE(has_row(key("a")));
}

// `frontis press` beside a running server.
class TwoProcessesTest : public VariantsTest {
 protected:
  void SetUp() override {
    VariantsTest::SetUp();
    other_index_ = *Index::open(state(), *log_);
    other_ = another(*other_index_);
  }

  std::unique_ptr<Index> other_index_;
  std::unique_ptr<Variants> other_;
};

TEST_F(TwoProcessesTest, LearnWhatTheOtherMade) {
  put(key("a"), small_);
  put(key("b"), large_);
  variants_->put_useless(key("c"));
  EXPECT_EQ(other_->standing(key("a")), Standing::unknown);
  other_->tend();
  EXPECT_TRUE(served(*other_, key("a")) == small_);
  EXPECT_EQ(other_->standing(key("b")), Standing::unchecked);
  other_->check(key("b"));
  EXPECT_TRUE(served(*other_, key("b")) == large_);
  EXPECT_EQ(other_->standing(key("c")), Standing::useless);
  EXPECT_EQ(other_->totals().bytes, variants_->totals().bytes);
}

TEST_F(TwoProcessesTest, GetOverWhatTheOtherDropped) {
  put(key("a"), small_);
  other_->tend();
  now_ += 2 * hour;
  restart(1500);
  put(key("b"), small_);
  EXPECT_EQ(variants_->standing(key("a")), Standing::unknown);
  EXPECT_EQ(served(*other_, key("a")), "");
  other_->tend();
  EXPECT_EQ(other_->totals().files, 1U);
  EXPECT_EQ(said().find("warning"), std::string::npos) << said();
}

TEST_F(TwoProcessesTest, DoNotRemoveABetterFileThatTheOtherMade) {
  const std::string better(900, 'b');
  put(key("a"), small_);
  other_->tend();
  put(key("a"), better);
  EXPECT_EQ(served(*other_, key("a")), "");  // not what it knows
  EXPECT_TRUE(served(key("a")) == better);
  other_->tend();
  EXPECT_TRUE(served(*other_, key("a")) == better);
  EXPECT_TRUE(served(key("a")) == better);
}

TEST_F(TwoProcessesTest, TakeABetterFileThatTheOtherMadeUnasked) {
  const std::string better(900, 'b');
  put(key("a"), small_);
  other_->tend();
  put(key("a"), better);
  other_->tend();
  EXPECT_TRUE(served(*other_, key("a")) == better);
}

TEST_F(TwoProcessesTest, KeepWhatEitherUses) {
  put(key("a"), small_);
  put(key("b"), small_);
  other_->tend();
  now_ += 2 * hour;
  EXPECT_TRUE(served(*other_, key("a")) == small_);
  other_->tend();
  now_ += hour + 10;
  restart(2500);
  put(key("c"), small_);
  EXPECT_EQ(variants_->standing(key("a")), Standing::ready);
  EXPECT_EQ(variants_->standing(key("b")), Standing::unknown);
}

TEST_F(VariantsTest, ServesLoopsWhilePressThreadsPutAndTend) {
  constexpr int contents = 8;
  const auto bytes_of = [](int i) { return std::string(static_cast<std::size_t>(900 + i), 'x'); };
  restart(4000);
  std::atomic<bool> is_done{false};
  std::atomic<int> wrong{0};
  std::vector<std::thread> loops;
  for (int loop = 0; loop < 2; ++loop) {
    loops.emplace_back([&] {
      while (!is_done) {
        for (int i = 0; i < contents; ++i) {
          const VariantKey of = key(std::to_string(i));
          if (variants_->standing(of) != Standing::ready) continue;
          const auto coded = variants_->take(of);
          if (coded && *coded->bytes != bytes_of(i)) ++wrong;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
      }
    });
  }
  std::vector<std::thread> presses;
  for (int press = 0; press < 2; ++press) {
    presses.emplace_back([&, press] {
      for (int round = 0; round < 5; ++round) {
        for (int i = press; i < contents; ++i) {
          (void)variants_->put(key(std::to_string(i)), bytes_of(i));
        }
        variants_->tend();
      }
    });
  }
  for (std::thread& press : presses) press.join();
  is_done = true;
  for (std::thread& loop : loops) loop.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_LE(variants_->totals().bytes, 4000U);
  EXPECT_EQ(said().find("does not hold"), std::string::npos) << said();
}

}  // namespace
}  // namespace frontis::media
