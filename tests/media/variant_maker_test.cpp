#include "media/variant_maker.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <condition_variable>
#include <memory>
#include <string>
#include <vector>

#include "content.h"
#include "media/delta.h"
#include "media/sibling.h"
#include "scratch_folder.h"

namespace frontis::media {
namespace {

using http::Coding;
using Standing = Variants::Standing;
using Content = VariantMaker::Content;

constexpr std::array all{Coding::gzip, Coding::br, Coding::zstd};
constexpr std::uint64_t plenty = 1'000'000'000;

std::uint64_t size_of(const VariantMaker::Made& made, Coding coding) {
  return made.sizes[static_cast<std::size_t>(coding)];
}

class VariantMakerTest : public ::testing::Test {
 protected:
  VariantMakerTest() { start(); }
  ~VariantMakerTest() override { press_.reset(); }

  // As a new process, with `idle_threads` of press; 0: want() returns when all is done.
  void start(unsigned idle_threads = 0) {
    press_.reset();
    log_ = *Log::open(scratch_ / "log", Log::Level::info);
    index_.reset();
    index_ = *Index::open(scratch_ / "state", *log_);
    variants_ =
        std::make_unique<Variants>(scratch_ / "state/variants", plenty, index_.get(), *log_);
    press_ = std::make_unique<Press>(idle_threads, *log_);
    maker_ = std::make_unique<VariantMaker>(settings_, *variants_, *press_, *log_,
                                            [this] { return now_; });
  }

  Content content(std::string_view bytes) {
    const auto path = scratch_.write("file" + std::to_string(files_++), bytes);
    auto file = std::make_shared<const Descriptor>(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    return {sha256(bytes), identity_of(file->number()).value(), std::move(file)};
  }
  VariantMaker::Made make(const Content& content, bool max = false) {
    const auto made = maker_->make(content, max, nullptr);
    EXPECT_TRUE(made.has_value()) << (made ? "" : made.error().message);
    return made.value_or(VariantMaker::Made{});
  }

  Standing standing(const Content& content, Coding coding) const {
    return variants_->standing({content.digest, coding, std::nullopt});
  }
  Standing delta_standing(const Content& content, const Content& dictionary) const {
    return variants_->standing({content.digest, Coding::dcz, dictionary.digest});
  }
  std::string variant(const VariantKey& key) {
    const auto taken = variants_->take(key);
    if (!taken) return "";
    EXPECT_TRUE(taken->bytes);
    return taken->bytes ? *taken->bytes : "";
  }
  bool holds(Coding coding, const Content& content) {
    const std::string coded = variant({content.digest, coding, std::nullopt});
    const auto path = scratch_.write("coded", coded);
    const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    const auto proof = prove_sibling(file.number(), coding, content.identity.size, content.digest);
    return proof.has_value() && proof->same;
  }
  // A disk on which nothing can be stored.
  void break_folder() {
    std::filesystem::rename(scratch_ / "state/variants", scratch_ / "aside");
    scratch_.write("state/variants", "no folder");
  }
  void mend_folder() {
    std::filesystem::remove(scratch_ / "state/variants");
    std::filesystem::rename(scratch_ / "aside", scratch_ / "state/variants");
  }
  std::size_t log_lines() {
    log_->flush();
    const std::string log = scratch_.read("log");
    return static_cast<std::size_t>(std::count(log.begin(), log.end(), '\n'));
  }

  ScratchFolder scratch_;
  config::PressSettings settings_;
  Instant now_{std::chrono::hours(1)};
  unsigned files_ = 0;
  std::unique_ptr<Log> log_;
  std::unique_ptr<Index> index_;
  std::unique_ptr<Variants> variants_;
  std::unique_ptr<Press> press_;
  std::unique_ptr<VariantMaker> maker_;
};

// Keeps press's only idle thread busy until it is told to go.
class Hold {
 public:
  explicit Hold(Press& press) {
    press.submit(Press::Urgency::idle, [gate = gate_] {
      std::unique_lock lock(gate->mutex);
      gate->changed.wait(lock, [&gate] { return gate->is_open; });
    });
  }
  void release() {
    const std::lock_guard lock(gate_->mutex);
    gate_->is_open = true;
    gate_->changed.notify_all();
  }

 private:
  struct Gate {
    std::mutex mutex;
    std::condition_variable changed;
    bool is_open = false;
  };
  std::shared_ptr<Gate> gate_ = std::make_shared<Gate>();
};

TEST_F(VariantMakerTest, EachCodingIsMade) {
  const Content text = content(prose(10'000));
  EXPECT_TRUE(maker_->lacks(text.digest, text.identity.size));
  const auto made = make(text);
  EXPECT_EQ(made.encoded, 3U);
  for (const Coding coding : all) {
    EXPECT_TRUE(holds(coding, text)) << http::row_of(coding).token;
    EXPECT_EQ(size_of(made, coding), variant({text.digest, coding, std::nullopt}).size());
  }
  EXPECT_FALSE(maker_->lacks(text.digest, text.identity.size));
}

TEST_F(VariantMakerTest, WhatIsThereIsNeitherMadeNorReadAgain) {
  Content text = content(prose(10'000));
  const auto first = make(text);
  start();
  text.file = std::make_shared<const Descriptor>();
  const auto second = make(text);
  EXPECT_EQ(second.encoded, 0U);
  EXPECT_EQ(second.sizes, first.sizes);
}

TEST_F(VariantMakerTest, WhatAnIndexThatWasLostKnewIsFoundAgain) {
  const Content text = content(prose(10'000));
  const auto first = make(text);
  press_.reset();
  index_.reset();
  for (const auto& entry : std::filesystem::directory_iterator(scratch_ / "state")) {
    if (entry.is_regular_file()) std::filesystem::remove(entry.path());
  }
  start();
  ASSERT_TRUE(maker_->lacks(text.digest, text.identity.size));
  const auto second = make(text);
  EXPECT_EQ(second.encoded, 0U);
  EXPECT_EQ(second.sizes, first.sizes);
}

TEST_F(VariantMakerTest, OnlyCodingsThatAreWantedAreMade) {
  settings_.br = false;
  settings_.zstd = false;
  const Content text = content(prose(10'000));
  const auto made = make(text);
  EXPECT_EQ(made.encoded, 1U);
  EXPECT_EQ(standing(text, Coding::gzip), Standing::ready);
  EXPECT_EQ(standing(text, Coding::br), Standing::unknown);
  EXPECT_EQ(size_of(made, Coding::br), 0U);
  EXPECT_FALSE(maker_->lacks(text.digest, text.identity.size));
}

TEST_F(VariantMakerTest, WhatIsNotSmallerIsNotKeptNorTriedAgain) {
  const Content random = content(noise(10'000));
  const auto made = make(random);
  EXPECT_EQ(made.encoded, 3U);
  EXPECT_EQ(made.sizes, (std::array<std::uint64_t, http::codings>{}));
  for (const Coding coding : all) EXPECT_EQ(standing(random, coding), Standing::useless);
  EXPECT_FALSE(maker_->lacks(random.digest, random.identity.size));
  EXPECT_EQ(make(random).encoded, 0U);
  EXPECT_EQ(variants_->totals().files, 0U);
}

TEST_F(VariantMakerTest, ContentThatIsTooSmallOrTooLargeStaysAsItIs) {
  settings_.largest = 1'000;
  struct Row {
    std::size_t size;
    bool is_made;
  };
  for (const Row& row :
       {Row{0, false}, Row{63, false}, Row{64, true}, Row{1'000, true}, Row{1'001, false}}) {
    const Content text = content(std::string(row.size, 'a'));
    EXPECT_EQ(maker_->lacks(text.digest, text.identity.size), row.is_made) << row.size;
    EXPECT_EQ(make(text).encoded, row.is_made ? 3U : 0U) << row.size;
  }
}

TEST_F(VariantMakerTest, WithoutAStateFolderNothingIsMade) {
  Variants nowhere({}, plenty, nullptr, *log_);
  VariantMaker maker(settings_, nowhere, *press_, *log_);
  const Content text = content(prose(10'000));
  EXPECT_FALSE(maker.lacks(text.digest, text.identity.size));
  EXPECT_EQ(maker.make(text, false, nullptr).value().encoded, 0U);
}

TEST_F(VariantMakerTest, AFileThatChangedMeanwhileIsNotEncoded) {
  const std::string was = prose(10'000);
  for (const std::string& is : {prose(10'000, 2), was.substr(0, 9'000), std::string()}) {
    const Content text = content(was);
    scratch_.write("file" + std::to_string(files_ - 1), is);
    const auto made = maker_->make(text, false, nullptr);
    ASSERT_FALSE(made.has_value());
    EXPECT_EQ(made.error().kind, ErrorKind::io);
    EXPECT_NE(made.error().message.find(scratch_.path().string()), std::string::npos);
    for (const Coding coding : all) EXPECT_EQ(standing(text, coding), Standing::unknown);
  }
}

TEST_F(VariantMakerTest, AFileThatCannotBeReadIsAnError) {
  Content text = content(prose(10'000));
  text.file = std::make_shared<const Descriptor>(
      open(scratch_.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  const auto made = maker_->make(text, false, nullptr);
  ASSERT_FALSE(made.has_value());
  EXPECT_EQ(made.error().kind, ErrorKind::io);
}

TEST_F(VariantMakerTest, WhatIsGivenUpIsAnErrorAndLacksStill) {
  const Content text = content(prose(10'000));
  const std::atomic<bool> give_up{true};
  const auto made = maker_->make(text, false, &give_up);
  ASSERT_FALSE(made.has_value());
  EXPECT_EQ(made.error().kind, ErrorKind::io);
  EXPECT_TRUE(maker_->lacks(text.digest, text.identity.size));
}

TEST_F(VariantMakerTest, MoreEffortIsForGzipThatLacks) {
  const Content usual = content(prose(4'000));
  const Content more = content(prose(4'000, 2));
  EXPECT_EQ(make(more, true).encoded, 3U);
  EXPECT_TRUE(holds(Coding::gzip, more));
  const auto first = make(usual);
  EXPECT_EQ(make(usual, true).encoded, 0U);
  EXPECT_EQ(make(usual, true).sizes, first.sizes);
}

TEST_F(VariantMakerTest, WhatIsWantedIsMade) {
  start(1);
  const Content text = content(prose(10'000));
  maker_->want(text);
  press_->drain();
  for (const Coding coding : all) EXPECT_TRUE(holds(coding, text));
  EXPECT_EQ(text.file.use_count(), 1);
}

TEST_F(VariantMakerTest, WhatIsWantedAlreadyIsNotTakenTwice) {
  start(1);
  Hold hold(*press_);
  const std::string bytes = prose(1'000);
  const Content first = content(bytes);
  const Content second = content(bytes);
  maker_->want(first);
  maker_->want(second);
  maker_->want_deltas(first, {content(prose(900))});
  maker_->want_deltas(second, {content(prose(900))});
  EXPECT_EQ(first.file.use_count(), 3);
  EXPECT_EQ(second.file.use_count(), 1);
  hold.release();
  press_->drain();
  EXPECT_EQ(first.file.use_count(), 1);
}

TEST_F(VariantMakerTest, NoMoreFilesAreHeldOpenThanTheBoundSays) {
  start(1);
  Hold hold(*press_);
  std::vector<Content> texts;
  for (int i = 0; i < 300; ++i) texts.push_back(content(std::to_string(i) + prose(100)));
  for (const Content& text : texts) maker_->want(text);
  const auto held = std::count_if(texts.begin(), texts.end(),
                                  [](const Content& text) { return text.file.use_count() > 1; });
  EXPECT_EQ(held, 256);
  hold.release();
}

TEST_F(VariantMakerTest, AfterAPutThatFailedNothingIsMadeForAMinute) {
  make(content(prose(500)));  // so that the folder is there
  const Content first = content(prose(1'000));
  const Content second = content(prose(1'000, 2));
  break_folder();
  const auto lines = log_lines();
  maker_->want(first);
  EXPECT_EQ(log_lines(), lines + 1);
  mend_folder();
  now_ += std::chrono::seconds(59);
  maker_->want(second);
  EXPECT_EQ(standing(second, Coding::gzip), Standing::unknown);
  now_ += std::chrono::seconds(2);
  maker_->want(second);
  EXPECT_EQ(standing(second, Coding::gzip), Standing::ready);
}

TEST_F(VariantMakerTest, WhatWaitsWhenAPutFailsIsNotMadeEither) {
  make(content(prose(500)));
  start(1);
  Hold hold(*press_);
  const Content first = content(prose(1'000));
  const Content second = content(prose(1'000, 2));
  maker_->want(first);
  press_->submit(Press::Urgency::idle, [this] { mend_folder(); });
  maker_->want(second);
  break_folder();
  hold.release();
  press_->drain();
  for (const Content* text : {&first, &second}) {
    EXPECT_EQ(standing(*text, Coding::gzip), Standing::unknown);
    EXPECT_EQ(text->file.use_count(), 1);
  }
}

TEST_F(VariantMakerTest, FailuresAreSaidOnceAMinute) {
  make(content(prose(500)));
  break_folder();
  const auto lines = log_lines();
  for (std::uint32_t i = 0; i < 5; ++i) {
    maker_->want(content(prose(1'000, i)));
    now_ += std::chrono::minutes(2);
  }
  EXPECT_EQ(log_lines(), lines + 1);
  EXPECT_NE(scratch_.read("log").find((scratch_ / "state/variants").string()), std::string::npos);
}

TEST_F(VariantMakerTest, DeltasAreMadeForEachDictionary) {
  const std::string bytes = prose(20'000);
  const Content text = content(bytes);
  const std::string one = bytes.substr(500) + "one";
  const std::string two = "two" + bytes.substr(0, 19'000);
  make(text);
  maker_->want_deltas(text, {content(one), content(two)});
  for (const std::string& dictionary : {one, two}) {
    const Sha256 digest = sha256(dictionary);
    const std::string coded = variant({text.digest, Coding::dcz, digest});
    EXPECT_LT(coded.size(), 2'000U);
    EXPECT_EQ(decode_delta(coded, dictionary, digest, bytes.size()).value_or(""), bytes);
  }
}

TEST_F(VariantMakerTest, ADeltaThatIsNotTheSmallestIsOfNoUse) {
  const Content text = content(prose(20'000));
  const Content other = content(noise(20'000));
  make(text);
  maker_->want_deltas(text, {other});
  EXPECT_EQ(delta_standing(text, other), Standing::useless);
}

TEST_F(VariantMakerTest, ADeltaThatClientsMayRefuseIsOfNoUse) {
  const Content text = content(std::string((8 << 20) + 1, '0'));
  const Content small = content("dictionary");
  maker_->want_deltas(text, {small});
  EXPECT_EQ(delta_standing(text, small), Standing::useless);
}

TEST_F(VariantMakerTest, ADictionaryThatChangedSpoilsNoOther) {
  const std::string bytes = prose(20'000);
  const Content text = content(bytes);
  const Content good = content(bytes.substr(100));
  const Content changed = content(bytes.substr(200));
  scratch_.write("file" + std::to_string(files_ - 1), "other");
  maker_->want_deltas(text, {changed, good});
  EXPECT_EQ(delta_standing(text, changed), Standing::unknown);
  EXPECT_EQ(delta_standing(text, good), Standing::ready);
}

TEST_F(VariantMakerTest, DeltasThatStandAreNotWantedAgain) {
  const std::string bytes = prose(20'000);
  const Content text = content(bytes);
  const Content earlier = content(bytes.substr(100));
  maker_->want_deltas(text, {earlier});
  start(1);
  Hold hold(*press_);
  maker_->want_deltas(text, {earlier});
  EXPECT_EQ(text.file.use_count(), 1);
  hold.release();
}

}  // namespace
}  // namespace frontis::media
