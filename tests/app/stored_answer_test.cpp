#include "app/stored_answer.h"

#include <gtest/gtest.h>

#include "app/cache_key.h"
#include "asked.h"

namespace frontis::app {
namespace {

constexpr Seconds now = 1'700'000'000;

std::shared_ptr<StoredAnswer> answer_with(std::string_view fields) {
  auto answer = std::make_shared<StoredAnswer>();
  answer->fields = std::make_shared<const http::HeaderBlock>(fields_of(fields));
  answer->body = "hello";
  answer->stored_at = now;
  answer->lifetime.fresh = 60;
  return answer;
}

TEST(StoredAnswer, GrowsOlder) {
  const auto answer = answer_with("");
  answer->age_when_stored = 5;
  EXPECT_EQ(answer->age(now), 5);
  EXPECT_EQ(answer->age(now + 10), 15);
  EXPECT_EQ(answer->ttl(now + 10), 45);
  EXPECT_EQ(answer->age(now - 10), 5) << "who reads the time before it waits for the cache";
}

TEST(StoredAnswer, BecomesAResponseWithItsAge) {
  const auto answer =
      answer_with("Content-Type: text/html\r\nAge: 3\r\nCache-Status: far; hit\r\n");
  answer->status = 203;
  const http::Response response = response_of(answer, now + 7, "frontis; hit");
  EXPECT_EQ(response.status, 203);
  EXPECT_EQ(response.head->text(),
            "Content-Type: text/html\r\nCache-Status: far; hit\r\nAge: 7\r\n"
            "Cache-Status: frontis; hit\r\n");
  const auto& body = std::get<SharedBytes>(response.body);
  EXPECT_EQ(body.bytes, "hello");
  EXPECT_EQ(body.bytes.data(), answer->body.data()) << "shared, not copied";
}

TEST(StoredAnswer, KnowsItsValidators) {
  const auto answer =
      answer_with("ETag: \"a\"\r\nLast-Modified: Tue, 14 Nov 2023 22:13:20 GMT\r\n");
  EXPECT_EQ(validators_of(*answer, now).etag, "\"a\"");
  EXPECT_EQ(validators_of(*answer, now).last_modified, now);
  EXPECT_EQ(validators_of(StoredAnswer{}, now).etag, "");
}

TEST(StoredAnswer, AnswersWhoAsksLikeTheFirst) {
  const auto answer = answer_with("");
  answer->vary = {"accept-language"};
  answer->secondary_key =
      secondary_key(answer->vary, Asked("GET / HTTP/1.1", "Accept-Language: de\r\n").get());
  const auto fits = [&answer](std::string_view fields) {
    const Asked asked("GET / HTTP/1.1", fields);
    return answers(*answer, asked.get(), policy_of(asked.get()));
  };
  EXPECT_TRUE(fits("Accept-Language: de\r\nUser-Agent: x\r\n"));
  EXPECT_FALSE(fits("Accept-Language: en\r\n"));
  EXPECT_FALSE(fits(""));
  EXPECT_FALSE(fits("Accept-Language: de\r\nCookie: a=b\r\n"));
  EXPECT_FALSE(fits("Accept-Language: de\r\nAuthorization: x\r\n"));
  answer->lifetime.for_everybody = true;
  EXPECT_TRUE(fits("Accept-Language: de\r\nCookie: a=b\r\n"));
}

}  // namespace
}  // namespace frontis::app
