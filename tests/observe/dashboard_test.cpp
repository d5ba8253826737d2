#include "observe/dashboard.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace frontis::observe {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Dashboard, CarriesTheNonceAndNoMark) {
  const std::string page = dashboard("0123abcd");
  EXPECT_THAT(page, HasSubstr("<script nonce=\"0123abcd\">"));
  EXPECT_THAT(page, HasSubstr("<style nonce=\"0123abcd\">"));
  for (const char* const mark : {"@NONCE@", "@CSS@", "@JS@"}) {
    EXPECT_THAT(page, Not(HasSubstr(mark)));
  }
}

TEST(Dashboard, AsksNobodyElseAndMakesNoMarkupOfText) {
  const std::string page = dashboard("");
  for (const char* const word : {"https:", "src=", "innerHTML", "outerHTML", "insertAdjacentHTML",
                                 "document.write", "eval(", " onclick=", " style=\""}) {
    EXPECT_THAT(page, Not(HasSubstr(word)));
  }
}

}  // namespace
}  // namespace frontis::observe
