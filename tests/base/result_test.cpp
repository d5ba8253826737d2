#include "base/result.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <memory>

namespace frontis {
namespace {

Result<int> half_of(int number) {
  if (number % 2 != 0) return fail(ErrorKind::invalid, "odd");
  return number / 2;
}

TEST(Result, HoldsAValueOrAnErrorWithItsKindAndItsSentence) {
  const Result<int> good = half_of(4);
  ASSERT_TRUE(good);
  EXPECT_EQ(*good, 2);
  const Result<int> bad = half_of(3);
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().kind, ErrorKind::invalid);
  EXPECT_EQ(bad.error().message, "odd");
}

TEST(Result, CarriesWhatCanOnlyBeMovedAndNothingAtAll) {
  const auto make = [](bool works) -> Result<std::unique_ptr<int>> {
    if (!works) return fail(ErrorKind::io, "no");
    return std::make_unique<int>(5);
  };
  Result<std::unique_ptr<int>> made = make(true);
  ASSERT_TRUE(made);
  EXPECT_EQ(*std::move(*made), 5);
  EXPECT_FALSE(make(false));
  EXPECT_TRUE(Result<void>());
}

struct ErrnoRow {
  int number;
  ErrorKind kind;
  const char* message;
};

TEST(Result, TellsWhatIsUsedUpFromWhatIsBroken) {
  constexpr ErrnoRow rows[] = {
      {EMFILE, ErrorKind::exhausted, "open x: Too many open files"},
      {ENFILE, ErrorKind::exhausted, "open x: Too many open files in system"},
      {ENOMEM, ErrorKind::exhausted, "open x: Cannot allocate memory"},
      {ENOSPC, ErrorKind::exhausted, "open x: No space left on device"},
      {EDQUOT, ErrorKind::exhausted, "open x: Disk quota exceeded"},
      {ENOENT, ErrorKind::io, "open x: No such file or directory"},
      {EACCES, ErrorKind::io, "open x: Permission denied"},
      {EIO, ErrorKind::io, "open x: Input/output error"},
  };
  for (const ErrnoRow& row : rows) {
    const Error error = fail_errno("open x", row.number).value();
    EXPECT_EQ(error.kind, row.kind) << row.message;
    EXPECT_EQ(error.message, row.message);
  }
}

}  // namespace
}  // namespace frontis
