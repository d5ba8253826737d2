#include "media/inspection.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>

#include "scratch_folder.h"

namespace frontis::media {
namespace {

class InspectionTest : public ::testing::Test {
 protected:
  // What `find` gave before, and what the file is when it is inspected.
  Result<Inspection> inspected(const std::string& name, bool keep_bytes = false,
                               bool ask_magic = false) {
    const auto found = library().find(name);
    return inspect(found->file->number(), found->identity, {name, keep_bytes, ask_magic});
  }
  Library library() const {
    config::FilesAction files;
    files.root = folder_.path();
    return Library(files);
  }

  ScratchFolder folder_;
};

TEST_F(InspectionTest, KnowsTheDigestWhateverTheSize) {
  for (const std::size_t size : {0, 1, 5, 262'143, 262'144, 262'145, 1'000'000}) {
    std::string content(size, '\0');
    for (std::size_t i = 0; i < size; ++i) content[i] = static_cast<char>(i * 31 + i / 251);
    folder_.write("file.bin", content);
    for (const bool keep : {false, true}) {
      const auto inspection = inspected("file.bin", keep);
      ASSERT_TRUE(inspection) << size;
      EXPECT_EQ(inspection->digest, sha256(content)) << size;
      if (keep) {
        ASSERT_NE(inspection->bytes, nullptr) << size;
        EXPECT_EQ(*inspection->bytes, content);
      } else {
        EXPECT_EQ(inspection->bytes, nullptr);
      }
    }
  }
}

TEST_F(InspectionTest, ProvesTheFingerprintInTheName) {
  Digest digest(Digest::Algorithm::md5);
  digest.update("body {}");
  const std::string name = "app." + digest.finish_hex().substr(0, 12) + ".css";
  folder_.write(name, "body {}");
  EXPECT_EQ(inspected(name)->scheme, Scheme::django);
  folder_.write(name, "body { }");
  EXPECT_EQ(inspected(name)->scheme, std::nullopt);
}

TEST_F(InspectionTest, LooksAtTheStartForActiveContentAndAsksLibmagicOnlyIfTold) {
  folder_.write("page", "<!DOCTYPE html><title>x</title>");
  folder_.write("picture", "GIF89a" + std::string(100, '\1'));
  folder_.write("empty", "");
  EXPECT_EQ(inspected("page")->activity, Activity::html);
  EXPECT_EQ(inspected("page")->magic, "");
  EXPECT_EQ(inspected("picture")->activity, Activity::none);
  EXPECT_EQ(inspected("picture", false, true)->magic, "image/gif");
  EXPECT_EQ(inspected("empty")->activity, Activity::none);
  EXPECT_FALSE(inspected("empty", false, true)->magic.empty());
}

TEST_F(InspectionTest, LeavesThePositionOfTheFileAlone) {
  folder_.write("file.txt", "content");
  const auto found = library().find("file.txt");
  ::lseek(found->file->number(), 3, SEEK_SET);
  ASSERT_TRUE(inspect(found->file->number(), found->identity, {"file.txt", true, true}));
  EXPECT_EQ(::lseek(found->file->number(), 0, SEEK_CUR), 3);
}

TEST_F(InspectionTest, RefusesAFileThatIsNotWhatItWas) {
  using Change = void (*)(const std::filesystem::path&);
  const Change changes[] = {
      [](const auto& path) { std::filesystem::resize_file(path, 3); },
      [](const auto& path) { std::filesystem::resize_file(path, 0); },
      [](const auto& path) { std::filesystem::resize_file(path, 300'000); },
      [](const auto& path) {
        const timespec times[2] = {{1, 0}, {1, 0}};
        ::utimensat(AT_FDCWD, path.c_str(), times, 0);
      },
  };
  for (const bool keep : {false, true}) {
    for (const Change change : changes) {
      const auto path = folder_.write("file.txt", "content");
      const auto found = library().find("file.txt");
      change(path);
      const auto inspection =
          inspect(found->file->number(), found->identity, {"file.txt", keep, false});
      ASSERT_FALSE(inspection);
      EXPECT_EQ(inspection.error().kind, ErrorKind::io);
    }
  }
}

TEST_F(InspectionTest, AReadThatFailsIsAnError) {
  const Descriptor folder(::open(folder_.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  const auto inspection = inspect(folder.number(), {1, 2, 100, 0, 0}, {"file.txt", false, false});
  ASSERT_FALSE(inspection);
  EXPECT_EQ(inspection.error().kind, ErrorKind::io);
}

// Nanoseconds since 1970 end in 2262; a file system may hold later times.
TEST_F(InspectionTest, ATimeBeyondAllOursIsATimeLikeAnyOther) {
  const auto path = folder_.write("late.txt", "content");
  const timespec times[2] = {{12'000'000'000, 5}, {12'000'000'000, 5}};
  ASSERT_EQ(::utimensat(AT_FDCWD, path.c_str(), times, 0), 0);
  struct stat held {};
  ASSERT_EQ(::stat(path.c_str(), &held), 0);
  if (held.st_mtim.tv_sec != 12'000'000'000) GTEST_SKIP() << "not on this file system";
  EXPECT_TRUE(inspected("late.txt"));
}

}  // namespace
}  // namespace frontis::media
