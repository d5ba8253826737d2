#include "media/library.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <climits>

#include "as_ordinary_user.h"
#include "scratch_folder.h"

namespace frontis::media {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

std::string content_of(const Found& found) {
  if (found.file == nullptr) return "(no file)";
  std::array<char, 256> bytes{};
  const ssize_t count = pread(found.file->number(), bytes.data(), bytes.size(), 0);
  return count < 0 ? "(unreadable)" : std::string(bytes.data(), static_cast<std::size_t>(count));
}

class LibraryTest : public ::testing::Test {
 protected:
  LibraryTest() {
    fs::create_directories(scratch_ / "root");
    files_.root = scratch_ / "root";
    scratch_.write("root/index.html", "home");
    scratch_.write("root/css/app.css", "style");
    scratch_.write("outside/secret.txt", "secret");
  }

  Library library() const { return Library(files_); }

  // The content found, or the kind of failure.
  std::string find(const Library& library, std::string_view relative) const {
    const auto found = library.find(relative);
    if (found) return found->kind == Found::Kind::directory ? "directory" : content_of(*found);
    switch (found.error().kind) {
      case ErrorKind::not_found: return "not found";
      case ErrorKind::exhausted: return "exhausted";
      default: return "fault: " + found.error().message;
    }
  }
  std::string find(std::string_view relative) const { return find(library(), relative); }
  std::string why_not(std::string_view relative) const {
    const auto found = library().find(relative);
    return found ? "found" : found.error().message;
  }

  ScratchFolder scratch_;
  config::FilesAction files_;
};

TEST_F(LibraryTest, FindsFilesAndDirectories) {
  EXPECT_EQ(find("index.html"), "home");
  EXPECT_EQ(find("css/app.css"), "style");
  EXPECT_EQ(find("css"), "directory");
  EXPECT_EQ(find("css/"), "directory");
  EXPECT_EQ(find(""), "directory");
}

TEST_F(LibraryTest, DoesNotFindWhatIsNotThere) {
  EXPECT_EQ(find("missing.css"), "not found");
  EXPECT_EQ(find("missing/app.css"), "not found");
  EXPECT_EQ(find("index.html/"), "not found");
  EXPECT_EQ(find("index.html/app.css"), "not found");
}

TEST_F(LibraryTest, FindsNamesInUtf8AndWithSpaces) {
  scratch_.write("root/\xc3\xa9t\xc3\xa9 1.txt", "summer");
  EXPECT_EQ(find("\xc3\xa9t\xc3\xa9 1.txt"), "summer");
}

TEST_F(LibraryTest, NamesThatCannotBeAreNotFound) {
  EXPECT_EQ(find(std::string(300, 'a')), "not found");
  EXPECT_EQ(find(std::string(PATH_MAX + 10, 'a')), "not found");
  std::string deep;
  while (deep.size() < PATH_MAX) deep += "d/";
  EXPECT_EQ(find(deep), "not found");
  EXPECT_EQ(find(std::string_view("index.html\0.css", 15)), "not found");
  EXPECT_EQ(find(std::string_view("\0", 1)), "not found");
  EXPECT_EQ(find("/index.html"), "not found");
  EXPECT_EQ(find("/etc/passwd"), "not found");
}

TEST_F(LibraryTest, NamesThatClimbAreNotFoundAndNotIdentified) {
  for (const char* name : {"..", "../outside/secret.txt", "css/../index.html", ".", "./index.html",
                           "css/..", "css/."}) {
    EXPECT_EQ(find(name), "not found") << name;
    EXPECT_FALSE(library().identify(name).has_value()) << name;
  }
  files_.allow = {"*", ".*"};
  EXPECT_EQ(find("../outside/secret.txt"), "not found");
}

TEST_F(LibraryTest, FollowsLinksThatStayInside) {
  scratch_.link("app.css", "root/css/relative.css");
  scratch_.link("../index.html", "root/css/up.html");
  scratch_.link(scratch_ / "root/css/app.css", "root/absolute.css");
  scratch_.link("css", "root/folder");
  scratch_.link(scratch_ / "root/css", "root/absolute-folder");
  EXPECT_EQ(find("css/relative.css"), "style");
  EXPECT_EQ(find("css/up.html"), "home");
  EXPECT_EQ(find("absolute.css"), "style");
  EXPECT_EQ(find("folder/app.css"), "style");
  EXPECT_EQ(find("absolute-folder/app.css"), "style");
  EXPECT_EQ(find("absolute-folder/up.html"), "home");
  EXPECT_EQ(find("absolute-folder"), "directory");
  EXPECT_EQ(find("absolute-folder/"), "directory");
  EXPECT_EQ(find("absolute.css/"), "not found");
}

TEST_F(LibraryTest, RefusesLinksThatLeadOutside) {
  scratch_.link("../outside/secret.txt", "root/relative.txt");
  scratch_.link(scratch_ / "outside/secret.txt", "root/absolute.txt");
  scratch_.link("../outside", "root/relative-folder");
  scratch_.link(scratch_ / "outside", "root/absolute-folder");
  scratch_.link("/", "root/everything");
  for (const char* name : {"relative.txt", "absolute.txt", "relative-folder/secret.txt",
                           "absolute-folder/secret.txt", "absolute-folder", "everything"}) {
    EXPECT_EQ(find(name), "not found") << name;
    EXPECT_THAT(why_not(name), HasSubstr("'links:'")) << name;
  }
  EXPECT_EQ(find("everything/etc/passwd"), "not found");
}

TEST_F(LibraryTest, AFolderWhoseNameOnlyBeginsLikeTheRootIsOutside) {
  scratch_.write("root-of-another/secret.txt", "secret");
  scratch_.link(scratch_ / "root-of-another/secret.txt", "root/near.txt");
  scratch_.link(scratch_ / "outside-too/secret.txt", "root/far.txt");
  scratch_.write("outside-too/secret.txt", "secret");
  files_.links = {scratch_ / "outside"};
  EXPECT_EQ(find("near.txt"), "not found");
  EXPECT_EQ(find("far.txt"), "not found");
}

TEST_F(LibraryTest, FollowsLinksIntoListedDirectories) {
  scratch_.link(scratch_ / "outside/secret.txt", "root/absolute.txt");
  scratch_.link("../outside/secret.txt", "root/relative.txt");
  scratch_.link(scratch_ / "outside", "root/folder");
  scratch_.link(scratch_ / "outside", "listed-by-link");
  files_.links = {"/nonexistent", scratch_ / "listed-by-link"};
  EXPECT_EQ(find("absolute.txt"), "secret");
  EXPECT_EQ(find("relative.txt"), "secret");
  EXPECT_EQ(find("folder/secret.txt"), "secret");
  EXPECT_EQ(find("folder/"), "directory");
  EXPECT_EQ(find("folder/missing.txt"), "not found");
}

TEST_F(LibraryTest, ALinkDoesNotUncoverADeniedName) {
  scratch_.write("root/.env", "key");
  scratch_.write("outside/.env", "key");
  scratch_.link(scratch_ / "root/.env", "root/inside.txt");
  scratch_.link(scratch_ / "outside/.env", "root/outside.txt");
  files_.links = {scratch_ / "outside"};
  EXPECT_EQ(find("inside.txt"), "not found");
  EXPECT_EQ(find("outside.txt"), "not found");
  EXPECT_THAT(why_not("outside.txt"), HasSubstr("dotfile"));
  files_.allow = {".env"};
  EXPECT_EQ(find("inside.txt"), "key");
  EXPECT_EQ(find("outside.txt"), "key");
}

TEST_F(LibraryTest, AListedDirectoryMayLieInADeniedOneOfTheRoot) {
  scratch_.write("root/.shared/logo.svg", "logo");
  scratch_.link(scratch_ / "root/.shared/logo.svg", "root/logo.svg");
  EXPECT_EQ(find("logo.svg"), "not found");
  files_.links = {scratch_ / "root/.shared"};
  EXPECT_EQ(find("logo.svg"), "logo");
}

TEST_F(LibraryTest, LoopsAndDanglingLinksAreNotFound) {
  scratch_.link("loop-b", "root/loop-a");
  scratch_.link("loop-a", "root/loop-b");
  scratch_.link(scratch_ / "root/absolute-loop", "root/absolute-loop");
  scratch_.link("nowhere", "root/dangling");
  scratch_.link(scratch_ / "root/nowhere", "root/absolute-dangling");
  scratch_.link("/proc/self/environ", "root/process");
  scratch_.link("/proc/self/fd/0", "root/input");
  for (const char* name :
       {"loop-a", "absolute-loop", "dangling", "absolute-dangling", "process", "input"}) {
    EXPECT_EQ(find(name), "not found") << name;
  }
}

TEST_F(LibraryTest, FifosSocketsAndDevicesBlockNobody) {
  ASSERT_EQ(mkfifo((scratch_ / "root/fifo").c_str(), 0666), 0);
  scratch_.link(scratch_ / "root/fifo", "root/fifo-link");
  EXPECT_EQ(find("fifo"), "not found");
  EXPECT_EQ(find("fifo-link"), "not found");
  EXPECT_THAT(why_not("fifo"), HasSubstr("a FIFO"));

  const Descriptor socket(::socket(AF_UNIX, SOCK_STREAM, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = scratch_ / "root/socket";
  ASSERT_LT(path.size(), sizeof address.sun_path);
  path.copy(address.sun_path, path.size());
  ASSERT_EQ(bind(socket.number(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  EXPECT_EQ(find("socket"), "not found");
}

TEST_F(LibraryTest, DevicesAreNotFound) {
  if (mknod((scratch_ / "root/device").c_str(), S_IFCHR | 0666, makedev(1, 3)) != 0) {
    GTEST_SKIP() << "only root makes devices";
  }
  EXPECT_EQ(find("device"), "not found");
}

TEST_F(LibraryTest, UnreadableFilesAreNotFoundWithTheReason) {
  scratch_.write("root/closed/app.css", "style");
  scratch_.link(scratch_ / "root/index.html", "root/absolute.html");
  ASSERT_EQ(chmod((scratch_ / "root/index.html").c_str(), 0200), 0);
  ASSERT_EQ(chmod((scratch_ / "root/closed").c_str(), 0), 0);
  {
    const AsOrdinaryUser user(scratch_.path());
    for (const char* name :
         {"index.html", "absolute.html", "closed", "closed/", "closed/app.css"}) {
      EXPECT_EQ(find(name), "not found") << name;
      EXPECT_THAT(why_not(name), HasSubstr("by user")) << name;
    }
    EXPECT_THAT(why_not("index.html"), HasSubstr("mode 0200"));
    EXPECT_EQ(library().identify("closed/app.css").error().kind, ErrorKind::not_found);
  }
  ASSERT_EQ(chmod((scratch_ / "root/closed").c_str(), 0700), 0);
}

TEST_F(LibraryTest, ADirectoryThatMayOnlyBeEnteredIsFound) {
  ASSERT_EQ(chmod((scratch_ / "root/css").c_str(), 0111), 0);
  {
    const AsOrdinaryUser user(scratch_.path());
    EXPECT_EQ(find("css"), "directory");
    EXPECT_EQ(find("css/app.css"), "style");
  }
  ASSERT_EQ(chmod((scratch_ / "root/css").c_str(), 0700), 0);
}

TEST_F(LibraryTest, OutOfDescriptorsIsExhaustedAndPasses) {
  scratch_.link(scratch_ / "root/css/app.css", "root/absolute.css");
  const Library library(files_);
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  const Descriptor next(dup(STDOUT_FILENO));
  rlimit none = before;
  none.rlim_cur = static_cast<rlim_t>(next.number()) + 1;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
  const auto direct = library.find("index.html");
  const auto linked = library.find("absolute.css");
  const auto identity = library.identify("index.html");
  const Library late(files_);
  const auto in_late = late.find("index.html");
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
  ASSERT_FALSE(direct.has_value());
  EXPECT_EQ(direct.error().kind, ErrorKind::exhausted);
  ASSERT_FALSE(linked.has_value());
  EXPECT_EQ(linked.error().kind, ErrorKind::exhausted);
  EXPECT_TRUE(identity.has_value());
  ASSERT_FALSE(in_late.has_value());
  EXPECT_EQ(in_late.error().kind, ErrorKind::exhausted);
  EXPECT_EQ(find(library, "index.html"), "home");
}

TEST_F(LibraryTest, IdentifiesAsItFinds) {
  scratch_.link(scratch_ / "root/css/app.css", "root/absolute.css");
  scratch_.link("css/app.css", "root/relative.css");
  const Library library(files_);
  for (const char* name :
       {"index.html", "css/app.css", "css", "", "absolute.css", "relative.css"}) {
    const auto found = library.find(name);
    const auto identity = library.identify(name);
    ASSERT_TRUE(found.has_value() && identity.has_value()) << name;
    EXPECT_EQ(found->identity, *identity) << name;
  }
  struct stat plain {};
  ASSERT_EQ(stat((scratch_ / "root/index.html").c_str(), &plain), 0);
  const auto identity = library.identify("index.html");
  EXPECT_EQ(identity->device, plain.st_dev);
  EXPECT_EQ(identity->inode, plain.st_ino);
  EXPECT_EQ(identity->size, 4U);
  EXPECT_EQ(identity->mtime_seconds(), plain.st_mtim.tv_sec);
  EXPECT_FALSE(library.identify("missing").has_value());
  EXPECT_EQ(library.identify("index.html/").error().kind, ErrorKind::not_found);
}

TEST_F(LibraryTest, AReplacedFileOfTheSameSizeAndTimeHasAnotherIdentity) {
  const Library library(files_);
  const auto before = library.identify("index.html");
  const auto time = fs::last_write_time(scratch_ / "root/index.html");
  scratch_.write("root/new", "HOME");
  fs::last_write_time(scratch_ / "root/new", time);
  fs::rename(scratch_ / "root/new", scratch_ / "root/index.html");
  const auto after = library.identify("index.html");
  ASSERT_TRUE(before.has_value() && after.has_value());
  EXPECT_EQ(before->mtime_ns, after->mtime_ns);
  EXPECT_NE(*before, *after);
}

TEST_F(LibraryTest, TimesThatDoNotFitAreHeldWithinBounds) {
  const timespec far[2] = {{9'500'000'000, 0}, {9'500'000'000, 0}};
  if (utimensat(AT_FDCWD, (scratch_ / "root/index.html").c_str(), far, 0) != 0) {
    GTEST_SKIP() << "this file system holds no such time";
  }
  EXPECT_TRUE(library().identify("index.html").has_value());
}

TEST(Identity, SecondsAreRoundedDownAlsoBefore1970) {
  const auto seconds = [](std::int64_t nanoseconds) {
    Identity identity;
    identity.mtime_ns = nanoseconds;
    return identity.mtime_seconds();
  };
  EXPECT_EQ(seconds(0), 0);
  EXPECT_EQ(seconds(999'999'999), 0);
  EXPECT_EQ(seconds(1'000'000'000), 1);
  EXPECT_EQ(seconds(-1), -1);
  EXPECT_EQ(seconds(-1'000'000'000), -1);
  EXPECT_EQ(seconds(-1'000'000'001), -2);
}

class RootTest : public LibraryTest {
 protected:
  RootTest() {
    scratch_.write("releases/1/page.html", "one");
    scratch_.write("releases/2/page.html", "two");
    scratch_.link("releases/1", "current");
    scratch_.link(scratch_ / "releases/1/page.html", "releases/1/absolute.html");
    scratch_.link(scratch_ / "current/page.html", "releases/2/absolute.html");
    files_.root = scratch_ / "current";
  }
};

TEST_F(RootTest, ASwitchedRootIsFollowedByRefresh) {
  Library library(files_);
  EXPECT_FALSE(library.refresh());
  scratch_.switch_link("releases/2", "current");
  EXPECT_EQ(find(library, "page.html"), "one");
  EXPECT_EQ(find(library, "absolute.html"), "one");
  EXPECT_TRUE(library.refresh());
  EXPECT_EQ(find(library, "page.html"), "two");
  EXPECT_EQ(find(library, "absolute.html"), "two");
  EXPECT_FALSE(library.refresh());
}

TEST_F(RootTest, AReplacedRootDirectoryIsFollowedByRefresh) {
  files_.root = scratch_ / "releases/1";
  Library library(files_);
  fs::rename(scratch_ / "releases/1", scratch_ / "releases/0");
  EXPECT_TRUE(library.refresh());
  EXPECT_EQ(find(library, "page.html"), "not found");
  fs::rename(scratch_ / "releases/2", scratch_ / "releases/1");
  EXPECT_TRUE(library.refresh());
  EXPECT_EQ(find(library, "page.html"), "two");
}

TEST_F(RootTest, ARootThatIsGoneIsFollowedToo) {
  Library library(files_);
  fs::remove(scratch_ / "current");
  EXPECT_TRUE(library.refresh());
  EXPECT_FALSE(library.is_open());
  EXPECT_EQ(find(library, "page.html"), "not found");
  scratch_.write("current", "a file in its place");
  EXPECT_FALSE(library.refresh());
  EXPECT_EQ(find(library, "page.html"), "not found");
}

TEST_F(RootTest, ARootThatMovesWithItsLinkIsTheSameRoot) {
  Library library(files_);
  fs::rename(scratch_ / "releases/1", scratch_ / "releases/3");
  scratch_.link(scratch_ / "releases/3/page.html", "releases/3/new.html");
  scratch_.switch_link("releases/3", "current");
  EXPECT_FALSE(library.refresh());
  EXPECT_EQ(find(library, "new.html"), "one");
}

TEST_F(RootTest, ARootMayComeLater) {
  files_.root = scratch_ / "later";
  Library library(files_);
  const auto found = library.find("page.html");
  ASSERT_FALSE(found.has_value());
  EXPECT_EQ(found.error().kind, ErrorKind::not_found);
  EXPECT_THAT(found.error().message, HasSubstr("later"));
  EXPECT_EQ(library.identify("page.html").error().kind, ErrorKind::not_found);
  EXPECT_FALSE(library.refresh());
  scratch_.write("later/page.html", "late");
  EXPECT_TRUE(library.refresh());
  EXPECT_EQ(find(library, "page.html"), "late");
}

TEST_F(RootTest, ARootThatMayNotBeEnteredSaysWhatToDo) {
  Library library(files_);
  ASSERT_EQ(chmod((scratch_ / "releases/1").c_str(), 0), 0);
  {
    const AsOrdinaryUser user(scratch_.path());
    EXPECT_TRUE(library.refresh());
    EXPECT_FALSE(library.is_open());
    EXPECT_THAT(library.closed_reason(), HasSubstr("cannot be opened (Permission denied)"));
    EXPECT_THAT(library.closed_reason(), HasSubstr("let user"));
    EXPECT_THAT(library.closed_reason(), HasSubstr("(namei -l " + files_.root.string() + ")"));
  }
  ASSERT_EQ(chmod((scratch_ / "releases/1").c_str(), 0700), 0);
  fs::remove(scratch_ / "current");
  library.refresh();
  EXPECT_THAT(library.closed_reason(), HasSubstr("cannot be opened (No such file or directory)"));
  EXPECT_THAT(library.closed_reason(), HasSubstr("put it there or change 'files:'"));
}

TEST_F(RootTest, TheRootMayBeTheWholeFileSystem) {
  files_.root = "/";
  const std::string page = (scratch_ / "releases/1/page.html").string().substr(1);
  const std::string absolute = (scratch_ / "releases/1/absolute.html").string().substr(1);
  EXPECT_EQ(find(page), "one");
  EXPECT_EQ(find(absolute), "one");
}

TEST_F(LibraryTest, DeniedNamesAreNotFoundUnlessAllowed) {
  scratch_.write("root/tool.py", "print()");
  EXPECT_EQ(find("tool.py"), "not found");
  EXPECT_THAT(why_not("tool.py"), HasSubstr("'allow:'"));
  files_.allow = {"*.py"};
  EXPECT_EQ(find("tool.py"), "print()");
}

}  // namespace
}  // namespace frontis::media
