#include "base/file_bytes.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <string>

#include "base/descriptor.h"

namespace frontis {
namespace {

struct Close {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

class FileBytesTest : public ::testing::Test {
 protected:
  int number() const { return fileno(file_.get()); }
  std::string read(std::size_t most, std::uint64_t offset) const {
    std::string text(most, '\0');
    const auto got = read_at(number(), text, offset);
    EXPECT_TRUE(got);
    text.resize(got.value_or(0));
    return text;
  }

 private:
  std::unique_ptr<std::FILE, Close> file_{std::tmpfile()};
};

TEST_F(FileBytesTest, ReadsFromAPlaceAndLeavesThePosition) {
  ASSERT_TRUE(write_all(number(), "0123456789"));
  EXPECT_EQ(read(4, 3), "3456");
  EXPECT_EQ(::lseek(number(), 0, SEEK_CUR), 10);
}

TEST_F(FileBytesTest, ReadsLessWhereTheFileEnds) {
  ASSERT_TRUE(write_all(number(), "0123456789"));
  EXPECT_EQ(read(100, 8), "89");
  EXPECT_EQ(read(100, 10), "");
  EXPECT_EQ(read(100, 1000), "");
}

TEST_F(FileBytesTest, IsNotDoneWhenOnlyAPartWasTaken) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK), 0);
  const Descriptor out(ends[0]);
  const Descriptor in(ends[1]);
  EXPECT_FALSE(write_all(in.number(), std::string(1 << 20, 'x')));
  EXPECT_EQ(errno, EAGAIN);
}

TEST_F(FileBytesTest, SaysWhyItCannot) {
  std::array<char, 4> bytes{};
  EXPECT_FALSE(read_at(-1, bytes, 0));
  EXPECT_EQ(errno, EBADF);
  EXPECT_FALSE(write_all(-1, "x"));
  EXPECT_EQ(errno, EBADF);
}

}  // namespace
}  // namespace frontis
