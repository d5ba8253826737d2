#include "media/kept.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "scratch_folder.h"

namespace frontis::media {
namespace {

constexpr std::int64_t hour = 3600;
constexpr std::int64_t day = 24 * hour;

class KeptTest : public ::testing::Test {
 protected:
  void SetUp() override { restart(); }

  // As a new process would find it.
  void restart(config::KeepSettings settings = {}) {
    kept_.reset();
    index_.reset();
    index_ = *Index::open(scratch_ / "state", *log_);
    kept_ = another(*index_, settings);
  }
  std::unique_ptr<Kept> another(Index& index, config::KeepSettings settings = {}) {
    return std::make_unique<Kept>(folder(), settings, &index, *log_, [this] { return now_; });
  }
  static config::KeepSettings within(std::uint64_t size) {
    config::KeepSettings settings;
    settings.size = size;
    return settings;
  }
  static config::KeepSettings lasting(std::int64_t seconds) {
    config::KeepSettings settings;
    settings.time = std::chrono::seconds(seconds);
    return settings;
  }
  std::filesystem::path folder() const { return scratch_ / "state/kept"; }
  std::filesystem::path copy_of(std::string_view content) const {
    return folder() / ContentStore::name_of(sha256(content), "");
  }
  // Sees a file with this content under this URL.
  void see(Kept& kept, const std::string& url, const std::string& content,
           const std::string& logical = "") {
    const auto path = scratch_.write("root/file", content);
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    ASSERT_TRUE(file.is_open());
    kept.keep({url, logical, sha256(content), url.ends_with("listed"), *identity_of(file.number()),
               file.number()});
  }
  void see(const std::string& url, const std::string& content, const std::string& logical = "") {
    see(*kept_, url, content, logical);
  }
  // What a visitor would get. Empty for none.
  static std::string served(const Kept& kept, std::string_view url) {
    const auto version = kept.find(url);
    if (!version) return {};
    const auto found = kept.open(version->content);
    if (!found) return {};
    EXPECT_EQ(kept.identify(version->content).value(), found->identity);
    std::string text(found->identity.size, '\0');
    EXPECT_EQ(pread(found->file->number(), text.data(), text.size(), 0),
              static_cast<ssize_t>(text.size()));
    EXPECT_EQ(text.size(), version->size);
    return text;
  }
  std::string served(std::string_view url) { return served(*kept_, url); }
  std::size_t rows() { return index_->kept(1000).size(); }
  std::vector<std::string> listed() const {
    std::vector<std::string> urls;
    for (const KeptRow& row : kept_->list()) urls.push_back(row.url);
    return urls;
  }
  std::string said() {
    log_->flush();
    return scratch_.read("log");
  }

  ScratchFolder scratch_;
  std::unique_ptr<Log> log_ = std::move(*Log::open(scratch_ / "log", Log::Level::info));
  std::int64_t now_ = wall_seconds();
  std::unique_ptr<Index> index_;
  std::unique_ptr<Kept> kept_;
};

using Urls = std::vector<std::string>;

TEST_F(KeptTest, KeepsNothingWithoutAnIndex) {
  Kept none({}, {}, nullptr, *log_);
  EXPECT_FALSE(none.is_wanted("a", sha256("one")));
  see(none, "a", "one");
  EXPECT_FALSE(none.find("a").has_value());
  EXPECT_EQ(none.open(sha256("one")).error().kind, ErrorKind::not_found);
  none.forget(sha256("one"));
  none.tend();
  EXPECT_TRUE(none.list().empty());
  EXPECT_FALSE(none.purge("a"));
  EXPECT_EQ(said(), "");
}

TEST_F(KeptTest, KeepsNothingWhenItIsOffAndClearsWhatWasKeptBefore) {
  see("a", "one");
  restart(lasting(0));
  EXPECT_FALSE(kept_->is_wanted("b", sha256("two")));
  see("b", "two");
  EXPECT_FALSE(kept_->find("a").has_value());
  EXPECT_FALSE(kept_->find("b").has_value());
  EXPECT_EQ(listed(), Urls{"a"});
  kept_->tend();
  EXPECT_TRUE(listed().empty());
  EXPECT_EQ(rows(), 0U);
  EXPECT_FALSE(std::filesystem::exists(copy_of("one")));
}

TEST_F(KeptTest, AnswersWhatItHasSeenAlsoAfterARestart) {
  see("www.example.org/static/app.38d674d0e73a.css", "one");
  see("listed", "two");
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(served("www.example.org/static/app.38d674d0e73a.css"), "one");
    EXPECT_EQ(served("listed"), "two");
    EXPECT_FALSE(kept_->find("www.example.org/static/app.38d674d0e73a.css")->by_list);
    EXPECT_TRUE(kept_->find("listed")->by_list);
    EXPECT_EQ(kept_->find("listed")->content, sha256("two"));
    EXPECT_EQ(kept_->find("listed")->size, 3U);
    EXPECT_FALSE(kept_->find("www.example.org/static/app").has_value());
    kept_->tend();
    restart();
  }
}

TEST_F(KeptTest, KeepsTheModificationTime) {
  const auto path = scratch_.write("root/file", "one");
  const timespec times[2] = {{0, UTIME_OMIT}, {1'234'567'890, 5}};
  ASSERT_EQ(utimensat(AT_FDCWD, path.c_str(), times, 0), 0);
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  kept_->keep({"a", "", sha256("one"), false, *identity_of(file.number()), file.number()});
  EXPECT_EQ(kept_->identify(sha256("one"))->mtime_ns, 1'234'567'890'000'000'005);
}

TEST_F(KeptTest, WantsWhatIsNewAndWhatWasSeenLongAgo) {
  EXPECT_TRUE(kept_->is_wanted("a", sha256("one")));
  see("a", "one");
  EXPECT_FALSE(kept_->is_wanted("a", sha256("one")));
  EXPECT_TRUE(kept_->is_wanted("a", sha256("two")));
  EXPECT_TRUE(kept_->is_wanted("b", sha256("one")));
  now_ += hour;
  EXPECT_TRUE(kept_->is_wanted("a", sha256("one")));
  see("a", "one");
  EXPECT_FALSE(kept_->is_wanted("a", sha256("one")));
}

TEST_F(KeptTest, CopiesAContentOnce) {
  see("a", "one");
  const Identity before = kept_->identify(sha256("one")).value();
  see("b", "one");
  now_ += 2 * hour;
  see("a", "one");
  EXPECT_EQ(kept_->identify(sha256("one")).value(), before);
}

TEST_F(KeptTest, CopiesAgainWhatHasGoneOrIsNotWhole) {
  see("a", "one");
  std::filesystem::remove(copy_of("one"));
  see("a", "one");
  EXPECT_EQ(served("a"), "one");
  std::filesystem::resize_file(copy_of("one"), 1);
  see("a", "one");
  EXPECT_EQ(served("a"), "one");
  std::filesystem::remove_all(folder());
  see("a", "one");
  EXPECT_EQ(served("a"), "one");
}

TEST_F(KeptTest, DropsTheOldContentOfAUrl) {
  see("a", "one");
  see("b", "one");
  see("a", "two");
  EXPECT_EQ(served("a"), "two");
  EXPECT_EQ(served("b"), "one");
  see("b", "two");
  EXPECT_FALSE(std::filesystem::exists(copy_of("one")));
}

TEST_F(KeptTest, DoesNotKeepAFileThatIsNotWhatItWas) {
  const auto path = scratch_.write("root/file", "one");
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  const Identity identity = *identity_of(file.number());
  kept_->keep({"a", "", sha256("other"), false, identity, file.number()});
  EXPECT_FALSE(kept_->find("a").has_value());
  EXPECT_NE(said().find("a is not kept"), std::string::npos) << said();
  scratch_.write("root/file", "longer");
  kept_->keep({"b", "", sha256("one"), false, identity, file.number()});
  EXPECT_FALSE(kept_->find("b").has_value());
  EXPECT_EQ(rows(), 0U);
}

TEST_F(KeptTest, SaysOnceWhenTheDiskFailsAndGivesTheRoomBack) {
  restart(within(10));
  scratch_.write("state/kept", "in the way");
  for (int i = 0; i < 5; ++i) see("a", "1234567890");
  EXPECT_FALSE(kept_->find("a").has_value());
  const std::string log = said();
  EXPECT_NE(log.find("a is not kept"), std::string::npos) << log;
  EXPECT_NE(log.find("move that away"), std::string::npos) << log;
  EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 1);
  std::filesystem::remove(folder());
  see("a", "1234567890");
  EXPECT_EQ(served("a"), "1234567890");
}

TEST_F(KeptTest, ForgetsWhatWasSeenTooLongAgo) {
  restart(lasting(30 * day));
  see("a", "one");
  now_ += day;
  see("b", "two");
  now_ += 29 * day - 1;
  EXPECT_EQ(served("a"), "one");
  now_ += 1;
  EXPECT_FALSE(kept_->find("a").has_value());
  EXPECT_EQ(served("b"), "two");
  EXPECT_TRUE(std::filesystem::exists(copy_of("one")));
  kept_->tend();
  EXPECT_FALSE(std::filesystem::exists(copy_of("one")));
  EXPECT_EQ(listed(), Urls{"b"});
  EXPECT_EQ(rows(), 1U);
}

TEST_F(KeptTest, CountsTheTimeFromWhenItWasLastSeen) {
  restart(lasting(30 * day));
  see("a", "one");
  now_ += 29 * day;
  see("a", "one");
  now_ += 29 * day;
  restart(lasting(30 * day));
  EXPECT_EQ(served("a"), "one");
}

TEST_F(KeptTest, TakesASightThatLiesAheadForNow) {
  see("a", "one");
  now_ -= 100 * day;
  restart(lasting(day));
  now_ += day;
  EXPECT_FALSE(kept_->find("a").has_value());
}

TEST_F(KeptTest, DropsWhatWasSeenLongestAgoWhenRoomIsShort) {
  restart(within(10));
  see("a", "aaaa");
  now_ += 10;
  see("b", "bbbb");
  now_ += 3 * hour;
  see("a", "aaaa");
  see("c", "cccc");
  EXPECT_EQ(served("a"), "aaaa");
  EXPECT_EQ(served("c"), "cccc");
  EXPECT_FALSE(kept_->find("b").has_value());
  EXPECT_FALSE(std::filesystem::exists(copy_of("bbbb")));
  EXPECT_EQ(rows(), 2U);
}

TEST_F(KeptTest, DropsNothingThatWasSeenInTheLastTwoHours) {
  restart(within(10));
  see("a", "aaaa");
  see("b", "bbbb");
  now_ += 2 * hour - 1;
  see("c", "cccc");
  EXPECT_FALSE(kept_->find("c").has_value());
  EXPECT_EQ(listed().size(), 2U);
  EXPECT_NE(said().find("raise keep_size"), std::string::npos) << said();
  now_ += 1;
  see("c", "cccc");
  EXPECT_EQ(served("c"), "cccc");
}

TEST_F(KeptTest, DropsNothingForWhatCouldNeverFit) {
  restart(within(10));
  see("a", "aaaa");
  now_ += day;
  see("b", "12345678901");
  EXPECT_FALSE(kept_->find("b").has_value());
  EXPECT_EQ(served("a"), "aaaa");
}

TEST_F(KeptTest, ComesDownToASmallerSize) {
  see("a", "aaaa");
  now_ += 10;
  see("b", "bbbb");
  now_ += 3 * hour;
  restart(within(5));
  kept_->tend();
  EXPECT_EQ(listed(), Urls{"b"});
  EXPECT_FALSE(std::filesystem::exists(copy_of("aaaa")));
}

TEST_F(KeptTest, NamesEarlierVersionsSeenLastFirst) {
  see("app.1.css", "one", "app.*.css");
  now_ += 10;
  see("app.2.css", "two", "app.*.css");
  now_ += 10;
  see("app.3.css", "three", "app.*.css");
  see("app.1.js", "js", "app.*.js");
  restart();
  EXPECT_EQ(kept_->earlier("app.*.css", sha256("three"), 9),
            (std::vector<Sha256>{sha256("two"), sha256("one")}));
  EXPECT_EQ(kept_->earlier("app.*.css", sha256("three"), 1), std::vector<Sha256>{sha256("two")});
}

TEST_F(KeptTest, OpensNothingButRegularFiles) {
  see("a", "one");
  std::filesystem::remove(copy_of("one"));
  scratch_.link("/etc/passwd", "state/kept/" + ContentStore::name_of(sha256("one"), ""));
  EXPECT_EQ(kept_->open(sha256("one")).error().kind, ErrorKind::not_found);
  EXPECT_EQ(kept_->identify(sha256("one")).error().kind, ErrorKind::not_found);
}

TEST_F(KeptTest, ForgetsADamagedCopyUnderAllItsUrls) {
  see("a", "one");
  see("b", "one");
  see("c", "two");
  kept_->forget(sha256("one"));
  EXPECT_EQ(listed(), Urls{"c"});
  EXPECT_EQ(rows(), 1U);
  EXPECT_FALSE(std::filesystem::exists(copy_of("one")));
  EXPECT_NE(said().find(copy_of("one").string()), std::string::npos) << said();
  EXPECT_TRUE(kept_->is_wanted("a", sha256("one")));
  see("a", "one");
  EXPECT_EQ(served("a"), "one");
}

TEST_F(KeptTest, DropsVersionsWhoseCopiesHaveGone) {
  for (int i = 0; i < 200; ++i) see("url" + std::to_string(i), std::to_string(i));
  std::filesystem::remove(copy_of("7"));
  std::filesystem::resize_file(copy_of("150"), 0);
  kept_->tend();
  EXPECT_EQ(listed().size(), 198U);
  EXPECT_TRUE(kept_->is_wanted("url7", sha256("7")));
  EXPECT_TRUE(kept_->is_wanted("url150", sha256("150")));
  EXPECT_EQ(served("url8"), "8");
  EXPECT_EQ(rows(), 198U);
}

TEST_F(KeptTest, DropsOldCopiesThatNoUrlLeadsTo) {
  see("a", "one");
  const auto orphan =
      scratch_.write("state/kept/" + ContentStore::name_of(sha256("orphan"), ""), "orphan");
  const auto alien = scratch_.write("state/kept/notes.txt", "mine");
  const auto draft = scratch_.write("state/kept/ab/.tmp-1-0000000000000000", "half");
  kept_->tend();
  EXPECT_TRUE(std::filesystem::exists(orphan));
  EXPECT_TRUE(std::filesystem::exists(draft));
  now_ += 2 * hour;
  kept_->tend();
  EXPECT_FALSE(std::filesystem::exists(orphan));
  EXPECT_FALSE(std::filesystem::exists(draft));
  EXPECT_TRUE(std::filesystem::exists(alien));
  EXPECT_EQ(served("a"), "one");
}

TEST_F(KeptTest, ListsWhatWasSeenLastFirst) {
  see("a", "one");
  now_ += 10;
  see("b", "two");
  now_ += 10;
  see("c", "three");
  now_ += 10;
  see("a", "one");
  EXPECT_EQ(listed(), (Urls{"a", "c", "b"}));
}

TEST_F(KeptTest, PurgesOneUrlAndItsCopyWhenNoOtherLeadsThere) {
  see("a", "one");
  see("b", "one");
  EXPECT_FALSE(kept_->purge("c"));
  EXPECT_TRUE(kept_->purge("a"));
  EXPECT_FALSE(kept_->purge("a"));
  EXPECT_EQ(served("b"), "one");
  EXPECT_TRUE(kept_->purge("b"));
  EXPECT_FALSE(std::filesystem::exists(copy_of("one")));
  restart();
  EXPECT_TRUE(listed().empty());
}

TEST_F(KeptTest, WritesItsRowsAgainWhenTheIndexWasBegunAnew) {
  see("a", "one");
  see("b", "two");
  index_->erase_kept({"a", "b"});
  kept_->tend();
  EXPECT_EQ(rows(), 2U);
  EXPECT_EQ(served("a"), "one");
}

// The command beside a running server.
class TwoKeptTest : public KeptTest {
 protected:
  void SetUp() override {
    KeptTest::SetUp();
    other_index_ = *Index::open(scratch_ / "state", *log_);
    other_ = another(*other_index_);
  }

  std::unique_ptr<Index> other_index_;
  std::unique_ptr<Kept> other_;
};

TEST_F(TwoKeptTest, LearnWhatTheOtherKept) {
  see("a", "one");
  EXPECT_FALSE(other_->find("a").has_value());
  other_->tend();
  EXPECT_EQ(served(*other_, "a"), "one");
}

TEST_F(TwoKeptTest, LearnWhatTheOtherPurged) {
  see("a", "one");
  see("b", "one");
  see("c", "three");
  other_->tend();
  EXPECT_TRUE(other_->purge("a"));
  kept_->tend();
  EXPECT_FALSE(kept_->find("a").has_value());
  EXPECT_EQ(served("b"), "one");
  EXPECT_EQ(served("c"), "three");
}

TEST_F(TwoKeptTest, LearnThatTheOtherPurgedTheLast) {
  see("a", "one");
  other_->tend();
  EXPECT_TRUE(other_->purge("a"));
  EXPECT_EQ(served("a"), "");
  kept_->tend();
  EXPECT_FALSE(kept_->find("a").has_value());
  EXPECT_EQ(rows(), 0U);
}

TEST_F(KeptTest, ServesLoopsWhilePressThreadsKeepAndTend) {
  restart(within(60));
  std::atomic<bool> is_done{false};
  std::atomic<int> wrong{0};
  const auto url = [](int i) { return "app." + std::to_string(i) + ".css"; };
  std::thread loop([&] {
    while (!is_done) {
      for (int i = 0; i < 10; ++i) {
        const auto version = kept_->find(url(i));
        if (version && version->content != sha256(std::to_string(i) + "123456789")) ++wrong;
        (void)kept_->is_wanted(url(i), sha256("x"));
        (void)kept_->earlier("app.*.css", sha256("x"), 3);
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  });
  std::vector<std::thread> presses;
  for (int press = 0; press < 2; ++press) {
    presses.emplace_back([&, press] {
      for (int round = 0; round < 5; ++round) {
        for (int i = press; i < 10; ++i) {
          const std::string content = std::to_string(i) + "123456789";
          const auto path = scratch_.write("root/" + std::to_string(press), content);
          const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
          kept_->keep({url(i), "app.*.css", sha256(content), false, *identity_of(file.number()),
                       file.number()});
        }
        kept_->tend();
      }
    });
  }
  for (std::thread& press : presses) press.join();
  is_done = true;
  loop.join();
  EXPECT_EQ(wrong, 0);
  for (int i = 0; i < 10; ++i) see(url(i), std::to_string(i) + "123456789");
  kept_->tend();
  EXPECT_EQ(listed().size(), 6U);
  EXPECT_EQ(rows(), 6U);
  for (const std::string& one : listed()) EXPECT_NE(served(one), "");
}

}  // namespace
}  // namespace frontis::media
