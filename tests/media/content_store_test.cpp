#include "media/content_store.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "as_ordinary_user.h"
#include "scratch_folder.h"

namespace frontis::media {
namespace {

class ContentStoreTest : public ::testing::Test {
 protected:
  static std::string name(std::string_view content, std::string_view suffix = ".br") {
    return ContentStore::name_of(sha256(content), suffix);
  }
  std::filesystem::path path(const std::string& name) const { return store_.folder() / name; }
  std::string on_disk(const std::string& name) const { return scratch_.read("store/" + name); }
  static std::string content_of(const Result<Found>& found) {
    if (!found) return "(" + found.error().message + ")";
    std::string text(found->identity.size, '\0');
    const ssize_t got = pread(found->file->number(), text.data(), text.size(), 0);
    text.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
    return text;
  }
  std::string shelf_of(const std::string& name) const { return path(name).parent_path(); }
  // Whatever lies in the folder, but for directories.
  std::vector<std::string> everything() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(store_.folder())) {
      if (!entry.is_directory()) names.push_back(entry.path().filename());
    }
    return names;
  }
  std::vector<std::string> visited() const {
    std::vector<std::string> names;
    store_.for_each(
        [&names](const std::string& name, std::uint64_t, std::int64_t) { names.push_back(name); });
    std::sort(names.begin(), names.end());
    return names;
  }

  ScratchFolder scratch_;
  ContentStore store_{scratch_ / "store"};
};

TEST_F(ContentStoreTest, NamesFilesByDigestOnShelvesOfTheFirstByte) {
  Sha256 digest{};
  digest[0] = 0xab;
  digest[1] = 0xcd;
  digest[31] = 0x0f;
  const std::string name = ContentStore::name_of(digest, ".br");
  EXPECT_EQ(name, "ab/cd" + std::string(58, '0') + "0f.br");
  const auto parsed = ContentStore::parse(name);
  ASSERT_TRUE(parsed.has_value());
  EXPECT_EQ(parsed->digest, digest);
  EXPECT_EQ(parsed->suffix, ".br");
  EXPECT_EQ(ContentStore::parse(ContentStore::name_of(digest, ""))->suffix, "");
}

TEST_F(ContentStoreTest, KnowsNoNamesButItsOwn) {
  const std::string digits(62, '0');
  for (const std::string& name : {
           std::string(),
           std::string("ab"),
           "ab/" + digits.substr(1),
           "ab/" + digits + "0",
           "aB/" + digits,
           "ag/" + digits,
           "abc" + digits,
           "ab//" + digits.substr(1),
           "../" + digits,
           "ab/" + digits + ".",
           "ab/" + digits + ".br/../../x",
           "ab/" + digits + ".Br",
           "ab/" + digits + "br",
           "ab/" + digits + std::string(".b\0r", 4),
           "ab/" + digits + "." + std::string(80, 'a'),
           std::string("ab/.tmp-1-0000000000000000"),
       }) {
    EXPECT_FALSE(ContentStore::parse(name).has_value()) << name;
    EXPECT_EQ(store_.put(name, "text").error().kind, ErrorKind::invalid) << name;
    EXPECT_EQ(store_.find(name).error().kind, ErrorKind::not_found) << name;
    EXPECT_EQ(store_.identify(name).error().kind, ErrorKind::not_found) << name;
    store_.remove(name);
  }
  EXPECT_FALSE(std::filesystem::exists(store_.folder()));
}

TEST_F(ContentStoreTest, FindsWhatWasPut) {
  for (const std::string& content :
       {std::string(), std::string("text"), std::string(3'000'000, 'x') + '\0' + "end"}) {
    ASSERT_TRUE(store_.put(name(content), content).has_value());
    const auto found = store_.find(name(content));
    EXPECT_TRUE(content_of(found) == content);
    EXPECT_EQ(found->kind, Found::Kind::file);
    EXPECT_EQ(found->identity, identity_of(found->file->number()));
    EXPECT_EQ(store_.identify(name(content)).value(), found->identity);
  }
}

TEST_F(ContentStoreTest, ReplacesWhatWasThereForThoseWhoOpenItAnew) {
  ASSERT_TRUE(store_.put(name("a"), "one").has_value());
  const auto before = store_.find(name("a"));
  ASSERT_TRUE(store_.put(name("a"), "another").has_value());
  EXPECT_EQ(content_of(before), "one");
  EXPECT_EQ(content_of(store_.find(name("a"))), "another");
  EXPECT_NE(store_.identify(name("a")).value(), before->identity);
  EXPECT_EQ(everything().size(), 1U);
}

TEST_F(ContentStoreTest, MakesItsFolderAnewWhenItHasGone) {
  ASSERT_TRUE(store_.put(name("a"), "one").has_value());
  std::filesystem::remove_all(store_.folder());
  EXPECT_EQ(store_.find(name("a")).error().kind, ErrorKind::not_found);
  EXPECT_TRUE(visited().empty());
  store_.sweep();
  store_.remove(name("a"));
  ASSERT_TRUE(store_.put(name("a"), "one").has_value());
  EXPECT_EQ(content_of(store_.find(name("a"))), "one");
}

TEST_F(ContentStoreTest, HoldsNothingWithoutAFolder) {
  const ContentStore none{{}};
  const auto put = none.put(name("a"), "one");
  ASSERT_FALSE(put.has_value());
  EXPECT_EQ(put.error().kind, ErrorKind::io);
  EXPECT_NE(put.error().message.find("'state'"), std::string::npos);
  EXPECT_EQ(none.find(name("a")).error().kind, ErrorKind::not_found);
  EXPECT_EQ(none.identify(name("a")).error().kind, ErrorKind::not_found);
  none.remove(name("a"));
  none.sweep();
  none.for_each(
      [](const std::string& found, std::uint64_t, std::int64_t) { ADD_FAILURE() << found; });
}

TEST_F(ContentStoreTest, OpensRegularFilesOnly) {
  scratch_.write("elsewhere", "secret");
  struct Row {
    const char* what;
    void (*make)(const std::string& path);
  };
  for (const Row& row : {
           Row{"nothing", [](const std::string&) {}},
           Row{"a directory", [](const std::string& at) { mkdir(at.c_str(), 0755); }},
           Row{"a link",
               [](const std::string& at) { EXPECT_EQ(symlink("../../elsewhere", at.c_str()), 0); }},
           Row{"a FIFO", [](const std::string& at) { mkfifo(at.c_str(), 0644); }},
       }) {
    ASSERT_TRUE(store_.put(name("a"), "one").has_value());
    store_.remove(name("a"));
    row.make(path(name("a")));
    EXPECT_EQ(store_.find(name("a")).error().kind, ErrorKind::not_found) << row.what;
    EXPECT_EQ(store_.identify(name("a")).error().kind, ErrorKind::not_found) << row.what;
    EXPECT_TRUE(visited().empty()) << row.what;
    std::filesystem::remove(path(name("a")));
  }
}

TEST_F(ContentStoreTest, FollowsNoLinkInPlaceOfAShelf) {
  ASSERT_TRUE(store_.put(name("a"), "one").has_value());
  std::filesystem::rename(shelf_of(name("a")), scratch_ / "moved");
  std::filesystem::create_symlink(scratch_ / "moved", shelf_of(name("a")));
  EXPECT_EQ(store_.find(name("a")).error().kind, ErrorKind::not_found);
  EXPECT_EQ(store_.put(name("a"), "two").error().kind, ErrorKind::io);
  EXPECT_TRUE(visited().empty());
  store_.remove(name("a"));
  EXPECT_TRUE(std::filesystem::exists(path(name("a"))));
}

TEST_F(ContentStoreTest, FollowsALinkThatIsTheFolderItself) {
  std::filesystem::create_directory(scratch_ / "disk");
  scratch_.link(scratch_ / "disk", "store");
  ASSERT_TRUE(store_.put(name("a"), "one").has_value());
  EXPECT_EQ(content_of(store_.find(name("a"))), "one");
}

TEST_F(ContentStoreTest, SaysWhatStandsInTheWayAndLeavesNothingBehind) {
  struct Row {
    const char* what;
    void (*obstruct)(const std::string& file, const std::string& shelf, const std::string& folder);
  };
  for (const Row& row : {
           Row{"a directory in place of the file",
               [](const std::string&file, const std::string&, const std::string&) {
                 std::filesystem::create_directories(file + "/in");
               }},
           Row{"a file in place of the shelf",
               [](const std::string&, const std::string&shelf, const std::string&folder) {
                 std::filesystem::create_directories(folder);
                 mknod(shelf.c_str(), S_IFREG | 0644, 0);
               }},
           Row{"a file in place of the folder",
               [](const std::string&, const std::string&, const std::string&folder) {
                 mknod(folder.c_str(), S_IFREG | 0644, 0);
               }},
       }) {
    std::filesystem::remove_all(store_.folder());
    row.obstruct(path(name("a")), shelf_of(name("a")), store_.folder());
    const auto put = store_.put(name("a"), "one");
    ASSERT_FALSE(put.has_value()) << row.what;
    EXPECT_EQ(put.error().kind, ErrorKind::io) << row.what;
    EXPECT_NE(put.error().message.find(path(name("a"))), std::string::npos) << put.error().message;
    EXPECT_NE(put.error().message.find("move that away"), std::string::npos) << put.error().message;
    if (!std::filesystem::is_directory(store_.folder())) continue;
    for (const std::string& left : everything()) {
      EXPECT_FALSE(left.starts_with(".tmp-")) << row.what;
    }
  }
}

TEST_F(ContentStoreTest, SaysWhenTheFolderMayNotBeWritten) {
  std::filesystem::create_directory(store_.folder());
  const AsOrdinaryUser user(scratch_.path());
  const auto put = store_.put(name("a"), "one");
  if (put && geteuid() != 65534) GTEST_SKIP() << "the folder is this user's own";
  ASSERT_FALSE(put.has_value());
  EXPECT_EQ(put.error().kind, ErrorKind::io);
  EXPECT_NE(put.error().message.find("writable for the user"), std::string::npos);
}

TEST_F(ContentStoreTest, KeepsWhatWasThereWhenTheDiskIsFull) {
  std::filesystem::create_directory(store_.folder());
  if (mount("none", store_.folder().c_str(), "tmpfs", 0, "size=256k") != 0) {
    GTEST_SKIP() << "no file system can be mounted here";
  }
  const std::string source = scratch_.write("source", std::string(1'000'000, 'c'));
  const Descriptor from(open(source.c_str(), O_RDONLY | O_CLOEXEC));
  const Identity identity = *identity_of(from.number());
  EXPECT_TRUE(store_.put(name("a"), "one").has_value());
  const auto put = store_.put(name("a"), std::string(1'000'000, 'x'));
  const auto copied =
      store_.put_copy(name("b"), from.number(), identity, sha256(std::string(1'000'000, 'c')));
  EXPECT_EQ(content_of(store_.find(name("a"))), "one");
  EXPECT_EQ(everything().size(), 1U);
  EXPECT_EQ(umount(store_.folder().c_str()), 0);

  ASSERT_FALSE(put.has_value());
  EXPECT_EQ(put.error().kind, ErrorKind::io);
  EXPECT_NE(put.error().message.find("make room on its disk"), std::string::npos)
      << put.error().message;
  ASSERT_FALSE(copied.has_value());
  EXPECT_EQ(copied.error().kind, ErrorKind::io);
  EXPECT_NE(copied.error().message.find("make room on its disk"), std::string::npos);
}

TEST_F(ContentStoreTest, LeavesNothingBehindWhenFilesMayNotBeSoLarge) {
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  auto* const handler = signal(SIGXFSZ, SIG_IGN);
  const rlimit small{4096, before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  const auto put = store_.put(name("a"), std::string(10'000, 'x'));
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  signal(SIGXFSZ, handler);
  ASSERT_FALSE(put.has_value());
  EXPECT_EQ(put.error().kind, ErrorKind::io);
  EXPECT_TRUE(everything().empty());
}

TEST_F(ContentStoreTest, SaysWhenDescriptorsHaveRunOut) {
  ASSERT_TRUE(store_.put(name("a"), "one").has_value());
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit none{0, before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
  const auto found = store_.find(name("a"));
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
  ASSERT_FALSE(found.has_value());
  EXPECT_EQ(found.error().kind, ErrorKind::exhausted);
}

class ContentStoreCopyTest : public ContentStoreTest {
 protected:
  void open_source(const std::string& content) {
    source_ = scratch_.write("source", content);
    const timespec times[2] = {{0, UTIME_OMIT}, {1'234'567'890, 123'456'789}};
    ASSERT_EQ(utimensat(AT_FDCWD, source_.c_str(), times, 0), 0);
    from_ = Descriptor(open(source_.c_str(), O_RDONLY | O_CLOEXEC));
    identity_ = *identity_of(from_.number());
  }

  std::filesystem::path source_;
  Descriptor from_;
  Identity identity_;
};

TEST_F(ContentStoreCopyTest, CopiesAFileWithItsModificationTime) {
  for (const std::string& content :
       {std::string(), std::string("text"), std::string(700'000, 'x')}) {
    open_source(content);
    const std::string copy = name(content, "");
    ASSERT_TRUE(store_.put_copy(copy, from_.number(), identity_, sha256(content)).has_value());
    EXPECT_TRUE(content_of(store_.find(copy)) == content);
    EXPECT_EQ(store_.identify(copy)->mtime_ns, 1'234'567'890'123'456'789);
    EXPECT_EQ(lseek(from_.number(), 0, SEEK_CUR), 0);
  }
}

TEST_F(ContentStoreCopyTest, CopiesTimesBefore1970) {
  open_source("text");
  const timespec times[2] = {{0, UTIME_OMIT}, {-2, 500'000'000}};
  ASSERT_EQ(futimens(from_.number(), times), 0);
  identity_ = *identity_of(from_.number());
  ASSERT_TRUE(store_.put_copy(name("text"), from_.number(), identity_, sha256("text")).has_value());
  EXPECT_EQ(store_.identify(name("text"))->mtime_ns, -1'500'000'000);
}

TEST_F(ContentStoreCopyTest, RefusesOtherContentThanWasExpected) {
  open_source("text");
  const auto copied = store_.put_copy(name("other"), from_.number(), identity_, sha256("other"));
  ASSERT_FALSE(copied.has_value());
  EXPECT_EQ(copied.error().kind, ErrorKind::invalid);
  EXPECT_TRUE(everything().empty());
}

TEST_F(ContentStoreCopyTest, RefusesAFileThatIsNotTheSameAnyMore) {
  struct Row {
    const char* what;
    std::string now;
  };
  for (const Row& row :
       {Row{"rewritten", "next"}, Row{"shorter", "te"}, Row{"longer", "textual"}}) {
    open_source("text");
    scratch_.write("source", row.now);
    const auto copied = store_.put_copy(name("text"), from_.number(), identity_, sha256("text"));
    ASSERT_FALSE(copied.has_value()) << row.what;
    EXPECT_EQ(copied.error().kind, ErrorKind::io) << row.what;
    EXPECT_TRUE(everything().empty()) << row.what;
  }
}

TEST_F(ContentStoreTest, VisitsItsFilesAndNoOthers) {
  ASSERT_TRUE(store_.put(name("a"), "one").has_value());
  ASSERT_TRUE(store_.put(name("a", ""), "four").has_value());
  scratch_.write("store/README", "mine");
  scratch_.write("store/ab/notes.txt", "mine");
  scratch_.write("store/ab/.tmp-1-0000000000000000", "half");
  scratch_.write("store/nested/" + name("b"), "mine");
  std::map<std::string, std::uint64_t> seen;
  store_.for_each([&](const std::string& found, std::uint64_t size, std::int64_t changed) {
    seen[found] = size;
    EXPECT_LE(std::abs(wall_seconds() - changed), 600);
  });
  EXPECT_EQ(seen, (std::map<std::string, std::uint64_t>{{name("a"), 3}, {name("a", ""), 4}}));
}

TEST_F(ContentStoreTest, LetsAVisitorRemoveWhatItSees) {
  for (int i = 0; i < 50; ++i) {
    ASSERT_TRUE(store_.put(name(std::to_string(i)), "one").has_value());
  }
  std::size_t count = 0;
  store_.for_each([&](const std::string& found, std::uint64_t, std::int64_t) {
    store_.remove(found);
    ++count;
  });
  EXPECT_EQ(count, 50U);
  EXPECT_TRUE(visited().empty());
}

TEST_F(ContentStoreTest, SweepsAwayOldTemporaryFilesOnly) {
  ASSERT_TRUE(store_.put(name("a"), "one").has_value());
  scratch_.write("store/ab/.tmp-1-0000000000000000", "half");
  scratch_.write("store/ab/notes.txt", "mine");
  scratch_.write("store/.tmp-mine", "mine");
  store_.sweep();
  EXPECT_EQ(everything().size(), 4U);
  store_.sweep(wall_seconds() + 3700);
  EXPECT_EQ(on_disk("ab/.tmp-1-0000000000000000"), "");
  EXPECT_EQ(everything().size(), 3U);
}

// A copy has the time of its original also while it is written.
TEST_F(ContentStoreTest, DoesNotTakeATemporaryFileForOldByItsModificationTime) {
  const auto file = scratch_.write("store/ab/.tmp-1-0000000000000000", "half");
  const timespec times[2] = {{1, 0}, {1, 0}};
  ASSERT_EQ(utimensat(AT_FDCWD, file.c_str(), times, 0), 0);
  store_.sweep();
  EXPECT_TRUE(std::filesystem::exists(file));
}

TEST_F(ContentStoreTest, ShowsAllOfTheOldOrAllOfTheNewToWhoeverReadsMeanwhile) {
  const std::string old_bytes(100'000, 'o');
  const std::string new_bytes(150'000, 'n');
  ASSERT_TRUE(store_.put(name("a"), old_bytes).has_value());
  std::vector<std::thread> writers;
  for (int i = 0; i < 4; ++i) {
    writers.emplace_back([&, i] {
      const ContentStore own(store_.folder());
      for (int round = 0; round < 10; ++round) {
        EXPECT_TRUE(own.put(name("a"), (round + i) % 2 == 0 ? old_bytes : new_bytes).has_value());
      }
    });
  }
  for (int i = 0; i < 200; ++i) {
    const std::string seen = content_of(store_.find(name("a")));
    ASSERT_TRUE(seen == old_bytes || seen == new_bytes) << seen.size();
  }
  for (std::thread& writer : writers) writer.join();
  EXPECT_EQ(everything().size(), 1U);
}

TEST_F(ContentStoreTest, HasTheWholeFileOrNoneAfterAKill) {
  const std::string content(400'000, 'k');
  for (int round = 0; round < 20; ++round) {
    const pid_t child = fork();
    if (child == 0) {
      for (int i = 0;; ++i) (void)!store_.put(name(std::to_string(i % 3)), content).has_value();
    }
    usleep(static_cast<useconds_t>(500 * (round + 1)));
    kill(child, SIGKILL);
    ASSERT_EQ(waitpid(child, nullptr, 0), child);
    store_.for_each([&](const std::string& found, std::uint64_t, std::int64_t) {
      EXPECT_TRUE(content_of(store_.find(found)) == content);
    });
  }
  store_.sweep(wall_seconds() + 3700);
  EXPECT_EQ(everything().size(), visited().size());
}

}  // namespace
}  // namespace frontis::media
