#include "app/output_lines.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace frontis::app {
namespace {

using std::chrono::milliseconds;
using Lines = std::vector<std::string>;

Lines lines_of(const std::vector<std::string>& parts) {
  OutputLines lines;
  Lines found;
  const auto note = [&](std::string_view line) { found.emplace_back(line); };
  for (const std::string& part : parts) lines.add(part, note);
  lines.end(note);
  return found;
}

TEST(OutputLines, AreWholeHoweverTheyCome) {
  const std::string longest(OutputLines::longest, 'x');
  struct Case {
    std::vector<std::string> parts;
    Lines lines;
  };
  const Case cases[] = {
      {{}, {}},
      {{"one\ntwo\n"}, {"one", "two"}},
      {{"o", "ne", "\n", "two"}, {"one", "two"}},
      {{"\n\none\r\n\n"}, {"one"}},
      {{"red \x1b[31m\ttab\x7f"}, {"red ?[31m\ttab?"}},
      {{"caf\xc3\xa9\n"}, {"caf\xc3\xa9"}},
      {{longest + "\nnext\n"}, {longest, "next"}},
      {{longest + "rest\nnext\n"}, {longest, "rest", "next"}},
      {{longest, longest, "\n"}, {longest, longest}},
      {{std::string("a\0b\n", 4)}, {"a?b"}},
  };
  for (const Case& one : cases) EXPECT_EQ(lines_of(one.parts), one.lines);
}

TEST(LineAllowance, DropsWhatIsTooMuchForASecondAndCountsIt) {
  LineAllowance allowance;
  const Instant begin = Instant{} + std::chrono::hours(1);
  for (unsigned i = 0; i < LineAllowance::most_in_a_second; ++i) {
    EXPECT_TRUE(allowance.allows(begin));
  }
  EXPECT_FALSE(allowance.allows(begin));
  EXPECT_FALSE(allowance.allows(begin + milliseconds(999)));
  EXPECT_EQ(allowance.take_dropped(begin + milliseconds(999)), 0U);
  EXPECT_EQ(allowance.take_dropped(begin + milliseconds(1000)), 2U);
  EXPECT_EQ(allowance.take_dropped(begin + milliseconds(1000)), 0U);
  EXPECT_TRUE(allowance.allows(begin + milliseconds(1000)));
}

}  // namespace
}  // namespace frontis::app
