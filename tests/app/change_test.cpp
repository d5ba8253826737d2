#include "app/change.h"

#include <gtest/gtest.h>

#include <optional>

#include "app/cache_key.h"
#include "asked.h"

namespace frontis::app {
namespace {

constexpr Seconds now = 1'700'000'000;

struct House {
  House() { keep(); }

  ResponseCache::Found ask() {
    return cache.look_up("example.org/a http", asked.get(), policy_of(asked.get()), now,
                         [](ResponseCache::Turn) {});
  }
  void keep() {
    auto found = ask();
    StoredAnswer answer;
    answer.stored_at = now;
    answer.lifetime.fresh = 10;
    if (found.fill) found.fill->store(std::move(answer), asked.get());
  }
  bool is_kept() { return ask().kind == ResponseCache::Found::Kind::fresh; }

  Asked asked;
  ResponseCache cache{{}};
};

upstream::AnswerHead head_of(int status, std::string_view fields = {}) {
  upstream::AnswerHead head;
  head.status = status;
  head.fields = std::make_shared<http::HeaderBlock>(fields_of(fields));
  return head;
}

TEST(Change, OutdatesWhatIsKeptWhenItHasWorked) {
  for (const int status : {200, 303, 404, 500}) {
    House house;
    {
      Change change(house.cache, "example.org/a http");
      change.answered(head_of(status));
    }
    EXPECT_EQ(house.is_kept(), status >= 400) << status;
  }
}

TEST(Change, OutdatesWhatTheAnswerNames) {
  for (const std::string_view field : {"Location: /a\r\n", "Content-Location: /a\r\n"}) {
    House house;
    Change(house.cache, "example.org/new http").answered(head_of(303, field));
    EXPECT_FALSE(house.is_kept()) << field;
  }
}

TEST(Change, OutdatesItTwiceWhenNobodyLearnsWhatBecameOfIt) {
  House house;
  {
    Change change(house.cache, "example.org/a http");
    EXPECT_TRUE(house.is_kept());
    change.may_have_happened();
    EXPECT_FALSE(house.is_kept());
    house.keep();
    EXPECT_TRUE(house.is_kept());
  }
  EXPECT_FALSE(house.is_kept());
}

}  // namespace
}  // namespace frontis::app
