#include "http/request_id.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "make_request.h"

namespace frontis::http {
namespace {

using testing::MatchesRegex;

TEST(GivenRequestId, IsWhatTheSenderCallsTheRequest) {
  for (const std::string& id : {
           std::string("4bf92f3577b34da6a3ce929d0e0e4736"),
           std::string("019ac1c8-7b1a-7c3e-8d43-5a0f9b2d7e11"),
           std::string("Root=1-67891233-abcdef012345678912345678"),
           std::string("aGVsbG8+d29ybGQ/=="),
           std::string("host:8080/a_b.c"),
           std::string("0"),
           std::string(longest_request_id, 'x'),
       }) {
    EXPECT_EQ(given_request_id(MadeRequest({{"Host", "a"}, {"x-request-ID", id}}).get()), id);
  }
}

TEST(GivenRequestId, IsNoneWhereItCouldMeanSomethingOrHasNoEnd) {
  for (const std::string& id : {
           std::string(),
           std::string(longest_request_id + 1, 'x'),
           std::string("a b"),
           std::string("a\tb"),
           std::string("a\"b"),
           std::string("a'b"),
           std::string("a,b"),
           std::string("a;b"),
           std::string("<a>"),
           std::string("$(a)"),
           std::string("a\\b"),
           std::string("%41"),
           std::string("caf\xc3\xa9"),
           std::string("a\x1b[31m"),
           std::string("a\x7f"),
           std::string(1, '\0'),
       }) {
    EXPECT_EQ(given_request_id(MadeRequest({{"X-Request-ID", id}}).get()), std::nullopt) << id;
  }
}

TEST(GivenRequestId, IsNoneWhereThereAreTwoOrNone) {
  EXPECT_EQ(given_request_id(MadeRequest({{"X-Request-ID", "a"}, {"X-Request-Id", "a"}}).get()),
            std::nullopt);
  EXPECT_EQ(given_request_id(MadeRequest({{"X-Request-IDs", "a"}, {"X_Request_ID", "b"}}).get()),
            std::nullopt);
}

TEST(RequestIds, AreThirtyTwoHexadecimalDigitsAndNeverAlike) {
  RequestIds one;
  RequestIds other;
  std::set<std::string> all;
  constexpr std::size_t count = 1000;
  for (std::size_t i = 0; i < count; ++i) {
    for (RequestIds* ids : {&one, &other}) {
      std::string id;
      ids->append_new(id);
      EXPECT_THAT(id, MatchesRegex("[0-9a-f]{32}"));
      all.insert(id);
    }
  }
  EXPECT_EQ(all.size(), 2 * count);
}

TEST(RequestIds, CouldBeGiven) {
  RequestIds ids;
  std::string id;
  ids.append_new(id);
  EXPECT_EQ(given_request_id(MadeRequest({{"X-Request-ID", id}}).get()), id);
}

TEST(RequestIds, UseEachOfTheirDigits) {
  RequestIds ids;
  std::string text;
  for (int i = 0; i < 1000; ++i) ids.append_new(text);
  const std::set<char> used(text.begin(), text.end());
  EXPECT_EQ(used.size(), 16U);
}

}  // namespace
}  // namespace frontis::http
