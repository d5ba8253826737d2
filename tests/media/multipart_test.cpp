#include "media/multipart.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <numeric>
#include <set>
#include <string>
#include <vector>

#include "scratch_folder.h"

namespace frontis::media {
namespace {

constexpr std::size_t spans[] = {1, 7, 64 * 1024};

struct Pulled {
  std::string bytes;
  Source::State last = Source::State::data;
};

Pulled pull_all(Source& source, std::size_t span) {
  Pulled pulled;
  std::vector<char> room(span);
  while (pulled.last == Source::State::data) {
    const Source::Pull pull = source.pull(room);
    pulled.last = pull.state;
    if (pull.state == Source::State::data) {
      EXPECT_GT(pull.bytes, 0U);
      EXPECT_LE(pull.bytes, span);
      pulled.bytes.append(room.data(), pull.bytes);
    }
  }
  return pulled;
}

std::shared_ptr<const std::string> shared(std::string text) {
  return std::make_shared<const std::string>(std::move(text));
}

std::shared_ptr<const Descriptor> open_file(const std::filesystem::path& path) {
  return std::make_shared<const Descriptor>(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
}

std::string expected(const std::string& boundary) {
  return "--" + boundary +
         "\r\nContent-Type: text/plain\r\nContent-Range: bytes 0-2/10\r\n\r\n012\r\n--" + boundary +
         "\r\nContent-Type: text/plain\r\nContent-Range: bytes 9-9/10\r\n\r\n9\r\n--" + boundary +
         "\r\nContent-Type: text/plain\r\nContent-Range: bytes 5-6/10\r\n\r\n56\r\n--" + boundary +
         "--\r\n";
}

const std::vector<http::ByteRange> three{{0, 2}, {9, 9}, {5, 6}};

TEST(MultipartTest, WritesThePartsFromMemoryInTheOrderAskedFor) {
  for (const std::size_t span : spans) {
    Multipart parts(shared("0123456789"), nullptr, three, 10, "text/plain");
    const Pulled pulled = pull_all(parts, span);
    EXPECT_EQ(pulled.last, Source::State::end);
    EXPECT_EQ(pulled.bytes, expected(parts.boundary()));
    EXPECT_EQ(pulled.bytes.size(), parts.length());
  }
}

TEST(MultipartTest, WritesTheSameFromAFile) {
  const ScratchFolder folder;
  const auto path = folder.write("digits.txt", "0123456789");
  for (const std::size_t span : spans) {
    Multipart parts(nullptr, open_file(path), three, 10, "text/plain");
    const Pulled pulled = pull_all(parts, span);
    EXPECT_EQ(pulled.last, Source::State::end);
    EXPECT_EQ(pulled.bytes, expected(parts.boundary()));
    EXPECT_EQ(pulled.bytes.size(), parts.length());
  }
}

TEST(MultipartTest, WritesPartsThatAreLongerThanASpan) {
  std::string content(300'000, '\0');
  std::iota(content.begin(), content.end(), '\0');
  const ScratchFolder folder;
  const auto path = folder.write("long.bin", content);
  for (const auto& from : {std::string("memory"), std::string("file")}) {
    Multipart parts(from == "memory" ? shared(content) : nullptr,
                    from == "file" ? open_file(path) : nullptr, {{100'000, 299'999}, {1, 99'998}},
                    content.size(), "image/png");
    const Pulled pulled = pull_all(parts, 64 * 1024);
    EXPECT_EQ(pulled.bytes.size(), parts.length()) << from;
    EXPECT_NE(pulled.bytes.find("\r\n\r\n" + content.substr(100'000) + "\r\n--"),
              std::string::npos);
    EXPECT_NE(pulled.bytes.find("\r\n\r\n" + content.substr(1, 99'998) + "\r\n--"),
              std::string::npos);
  }
}

TEST(MultipartTest, SaysTheEndAgainWhenAskedAgain) {
  Multipart parts(shared("0123456789"), nullptr, three, 10, "text/plain");
  pull_all(parts, 64 * 1024);
  EXPECT_EQ(pull_all(parts, 1).last, Source::State::end);
}

TEST(MultipartTest, FailsWhenTheFileHasShrunk) {
  const ScratchFolder folder;
  for (const std::size_t span : spans) {
    const auto path = folder.write("shrinks.txt", "0123456789");
    Multipart parts(nullptr, open_file(path), three, 10, "text/plain");
    std::filesystem::resize_file(path, 6);
    const Pulled pulled = pull_all(parts, span);
    EXPECT_EQ(pulled.last, Source::State::failed);
    EXPECT_LT(pulled.bytes.size(), parts.length());
  }
}

TEST(MultipartTest, EachHasItsOwnBoundary) {
  std::set<std::string> boundaries;
  for (int i = 0; i < 10; ++i) {
    const Multipart parts(shared("0123456789"), nullptr, three, 10, "text/plain");
    // RFC 2046, 5.1.1: at most 70 characters, and these need no quotes.
    EXPECT_LE(parts.boundary().size(), 70U);
    EXPECT_EQ(parts.boundary().find_first_not_of("0123456789abcdef"), std::string::npos);
    boundaries.insert(parts.boundary());
  }
  EXPECT_EQ(boundaries.size(), 10U);
}

}  // namespace
}  // namespace frontis::media
