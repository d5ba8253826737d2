#include "config/quantity.h"

#include <gtest/gtest.h>

namespace frontis::config {
namespace {

using std::chrono::milliseconds;

TEST(Size, IsReadInItsUnits) {
  const struct {
    std::string_view text;
    std::optional<std::uint64_t> bytes;
  } cases[] = {
      {"0", 0},
      {"512", 512},
      {"512B", 512},
      {"16KB", 16'000},
      {"8KiB", 8192},
      {"8kib", 8192},
      {"100MB", 100'000'000},
      {"1MiB", 1'048'576},
      {"1GB", 1'000'000'000},
      {"1GiB", 1'073'741'824},
      {"2TB", 2'000'000'000'000},
      {"1TiB", 1'099'511'627'776},
      {"18446744073709551615", 18'446'744'073'709'551'615U},
      {"18446744073709551616", std::nullopt},
      {"16777216TiB", std::nullopt},
      {"", std::nullopt},
      {"KiB", std::nullopt},
      {"8k", std::nullopt},
      {"8 KiB", std::nullopt},
      {"1.5MiB", std::nullopt},
      {"-1", std::nullopt},
      {"+1", std::nullopt},
      {"0x10", std::nullopt},
      {"8KiBs", std::nullopt},
  };
  for (const auto& one : cases) EXPECT_EQ(parse_size(one.text), one.bytes) << one.text;
}

TEST(Duration, IsReadInItsUnits) {
  const struct {
    std::string_view text;
    std::optional<std::int64_t> milliseconds;
  } cases[] = {
      {"0s", 0},
      {"500ms", 500},
      {"10s", 10'000},
      {"5m", 300'000},
      {"1h", 3'600'000},
      {"30d", 2'592'000'000},
      {"2w", 1'209'600'000},
      {"2y", 63'072'000'000},
      {"1000y", 31'536'000'000'000},
      {"1001y", std::nullopt},
      {"18446744073709551615y", std::nullopt},
      {"", std::nullopt},
      {"10", std::nullopt},
      {"s", std::nullopt},
      {"10S", std::nullopt},
      {"10 s", std::nullopt},
      {"1h30m", std::nullopt},
      {"1.5h", std::nullopt},
      {"-1s", std::nullopt},
      {"soon", std::nullopt},
  };
  for (const auto& one : cases) {
    const auto duration = parse_duration(one.text);
    ASSERT_EQ(duration.has_value(), one.milliseconds.has_value()) << one.text;
    EXPECT_EQ(duration.value_or(milliseconds(0)).count(), one.milliseconds.value_or(0)) << one.text;
  }
}

TEST(Size, IsWrittenInItsLargestUnit) {
  EXPECT_EQ(size_text(0), "0");
  EXPECT_EQ(size_text(1500), "1500");
  EXPECT_EQ(size_text(8192), "8KiB");
  EXPECT_EQ(size_text(1'048'576), "1MiB");
  EXPECT_EQ(size_text(std::uint64_t{1} << 60), "1048576TiB");
}

TEST(Duration, IsWrittenInItsLargestUnit) {
  EXPECT_EQ(duration_text(milliseconds(0)), "0s");
  EXPECT_EQ(duration_text(milliseconds(1500)), "1500ms");
  EXPECT_EQ(duration_text(milliseconds(90'000)), "90s");
  EXPECT_EQ(duration_text(milliseconds(7'200'000)), "2h");
  EXPECT_EQ(duration_text(milliseconds(604'800'000)), "1w");
}

}  // namespace
}  // namespace frontis::config
