#include "http/list.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace frontis::http {
namespace {

TEST(TakeUntil, GivesOnePartAfterAnother) {
  std::string_view text = "a,b,,c,";
  std::vector<std::string_view> parts;
  while (!text.empty()) parts.push_back(take_until(',', text));
  EXPECT_EQ(parts, (std::vector<std::string_view>{"a", "b", "", "c"}));
}

TEST(TakeUnquoted, LeavesQuotedSeparatorsAlone) {
  std::string_view list = R"(a="1,2", b="\",", c="open, d)";
  std::vector<std::string_view> members;
  while (!list.empty()) members.push_back(take_unquoted(',', list));
  EXPECT_EQ(members,
            (std::vector<std::string_view>{R"(a="1,2")", R"( b="\",")", R"( c="open, d)"}));
}

TEST(HasMember, ComparesWholeMembersInAnyLetterCase) {
  struct Case {
    std::string_view list;
    std::string_view word;
    bool expected;
  };
  constexpr Case cases[] = {
      {"", "a", false},
      {"a", "a", true},
      {"b, A ,c", "a", true},
      {",,a", "a", true},
      {"ab", "a", false},
      {"a b", "a", false},
      {"keep-alive", "alive", false},
      {"x,\tupgrade", "Upgrade", true},
  };
  for (const Case& each : cases) {
    EXPECT_EQ(has_member(each.list, each.word), each.expected) << each.list;
  }
}

}  // namespace
}  // namespace frontis::http
