#include "app/output_lines.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
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

TEST(TracebackLines, AreKnownFromTheHeadingToTheException) {
  const std::pair<std::string, bool> lines[] = {
      {"before", false},
      {"  indented", false},
      {"Traceback (most recent call last):", true},
      {"  File \"site_app.py\", line 2, in view", true},
      {"    1 / 0", true},
      {"\tmarks", true},
      {"ZeroDivisionError: division by zero", true},
      {"The above exception was the direct cause of the following exception:", true},
      {"Traceback (most recent call last):", true},
      {"  File \"site_app.py\", line 4, in view", true},
      {"RuntimeError: once more", true},
      {"During handling of the above exception, another exception occurred:", true},
      {"Traceback (most recent call last):", true},
      {"  File \"site_app.py\", line 6, in view", true},
      {"pages.models.Missing", true},
      {"after", false},
      {"  indented", false},
      {"RuntimeError: said by a view", false},
      {"  + Exception Group Traceback (most recent call last):", true},
      {"  |   File \"site_app.py\", line 2, in view", true},
      {"  +-+---------------- 1 ----------------", true},
      {"    | KeyError: 1", true},
      {"    +------------------------------------", true},
      {"Traceback (most recent call last):", true},
      {"KeyError: 1", true},
      {"Traceback (most recent call last):", true},
      {"KeyError: 2", true},
      {"after", false},
  };
  TracebackLines traceback;
  for (const auto& [line, is_of_it] : lines) EXPECT_EQ(traceback.has(line), is_of_it) << line;
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
  EXPECT_TRUE(allowance.has_dropped());
  EXPECT_EQ(allowance.take_dropped(begin + milliseconds(1000)), 2U);
  EXPECT_FALSE(allowance.has_dropped());
  EXPECT_EQ(allowance.take_dropped(begin + milliseconds(1000)), 0U);
  EXPECT_TRUE(allowance.allows(begin + milliseconds(1000)));
}

TEST(LineAllowance, TellsAlsoInTheMiddleOfASecond) {
  LineAllowance allowance;
  const Instant begin = Instant{} + std::chrono::hours(1);
  for (unsigned i = 0; i <= LineAllowance::most_in_a_second; ++i) {
    static_cast<void>(allowance.allows(begin));
  }
  EXPECT_EQ(allowance.take_dropped(), 1U);
  EXPECT_EQ(allowance.take_dropped(begin + milliseconds(1000)), 0U);
}

}  // namespace
}  // namespace frontis::app
