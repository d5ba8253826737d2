#include "app/cache_fill.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "app/cache_key.h"
#include "asked.h"

namespace frontis::app {
namespace {

using Found = ResponseCache::Found;

constexpr Now start{.wall = 1'700'000'000, .steady = 5'000};  // Tue, 14 Nov 2023 22:13:20 GMT

constexpr Now after(Seconds seconds) { return {start.wall + seconds, start.steady + seconds}; }

upstream::AnswerHead head_of(std::string_view fields, int status = 200) {
  upstream::AnswerHead head;
  head.status = status;
  head.fields = std::make_shared<http::HeaderBlock>(fields_of(fields));
  return head;
}

struct House {
  Found ask(const Now& now = start) {
    return cache.look_up(cache_key({"http", "example.org"}, asked.get()), asked.get(), policy(),
                         now.steady, [this](ResponseCache::Turn turn) {
                           told += turn.kind == ResponseCache::Turn::Kind::yours ? "yours " : "";
                           if (turn.answer) told += turn.answer->body;
                         });
  }
  std::unique_ptr<CacheFill> fill(ResponseCache::Answer stale = nullptr) {
    Found found = ask();
    if (!found.fill) return nullptr;
    return std::make_unique<CacheFill>(std::move(found.fill), policy(), std::move(stale), 10,
                                       start);
  }
  RequestPolicy policy() const { return policy_of(asked.get()); }

  Asked asked;
  std::string told;
  ResponseCache cache{{.bytes = 64 * 1024}};
};

TEST(CacheFill, KeepsAnAnswerThatMayBeKept) {
  House house;
  const auto fill = house.fill();
  ASSERT_TRUE(fill);
  const Found other = house.ask();
  const upstream::AnswerHead head = head_of("X: y\r\nAge: 3\r\n");
  ASSERT_TRUE(fill->wants(head, after(1)));
  fill->keep(head, "hello", house.asked.get(), after(2));
  EXPECT_EQ(house.told, "hello");
  EXPECT_EQ(text_of(fill->status()), "frontis; fwd=miss; stored");
  const Found kept = house.ask(after(2));
  ASSERT_EQ(kept.kind, Found::Kind::fresh);
  EXPECT_EQ(kept.answer->body, "hello");
  EXPECT_EQ(kept.answer->status, 200);
  EXPECT_EQ(kept.answer->age(after(2).steady), 5)
      << "as old as it was, and the two seconds on its way";
}

TEST(CacheFill, LetsGoOfWhatMayNotBeKept) {
  struct Case {
    std::string_view fields;
    std::string_view status;
    std::optional<std::uint64_t> length = {};
  };
  for (const Case& each : std::initializer_list<Case>{
           {"Cache-Control: no-store\r\n", "frontis; fwd=miss; detail=no-store"},
           {"Set-Cookie: a=b\r\n", "frontis; fwd=miss; detail=set-cookie"},
           {"X: y\r\n", "frontis; fwd=miss; detail=too-large", 8 * 1024 + 1},
       }) {
    House house;
    const auto fill = house.fill();
    upstream::AnswerHead head = head_of(each.fields);
    head.content_length = each.length;
    EXPECT_FALSE(fill->wants(head, start));
    EXPECT_EQ(text_of(fill->status()), each.status);
    EXPECT_EQ(house.cache.counts().refused, 1U);
    const Found next = house.ask(after(1));
    EXPECT_FALSE(next.waiting) << "nobody waits in vain";
  }
}

TEST(CacheFill, ReadsExpiresByTheClockOfTheApp) {
  House house;
  const auto fill = house.fill();
  upstream::AnswerHead head = head_of("Expires: Tue, 14 Nov 2023 23:13:50 GMT\r\n");
  head.date = "Tue, 14 Nov 2023 23:13:20 GMT";  // an hour ahead of us
  ASSERT_TRUE(fill->wants(head, start));
  fill->keep(head, "hello", house.asked.get(), start);
  const Found kept = house.ask();
  ASSERT_EQ(kept.kind, Found::Kind::fresh);
  EXPECT_EQ(kept.answer->ttl(start.steady), 30);
  EXPECT_FALSE(kept.answer->fields->find("Date")) << "the session writes its own";
}

TEST(CacheFill, ReadsTheAgeByTheClockOfTheAppToo) {
  House house;
  const auto fill = house.fill();
  // Made an hour ago, and replayed by somebody who does not say so in Age.
  upstream::AnswerHead head = head_of("Expires: Tue, 14 Nov 2023 22:13:30 GMT\r\n");
  head.date = "Tue, 14 Nov 2023 21:13:20 GMT";
  ASSERT_TRUE(fill->wants(head, start));
  fill->keep(head, "hello", house.asked.get(), start);
  const Found kept = house.ask();
  ASSERT_EQ(kept.kind, Found::Kind::fresh);
  EXPECT_EQ(kept.answer->ttl(start.steady), 10);
}

TEST(CacheFill, ReckonsTheAgeByAClockThatNobodySets) {
  constexpr Seconds day = 86'400;
  for (const Seconds leap : {day, -day}) {
    House house;
    const auto fill = house.fill();
    const upstream::AnswerHead head = head_of("Cache-Control: max-age=60\r\n");
    const Now later{start.wall + leap, start.steady + 2};
    ASSERT_TRUE(fill->wants(head, later));
    fill->keep(head, "hello", house.asked.get(), later);
    EXPECT_EQ(house.ask(after(61)).answer->age(after(61).steady), 61);
    EXPECT_EQ(house.ask(after(59)).kind, Found::Kind::fresh);
    EXPECT_EQ(house.ask(after(60)).kind, Found::Kind::fetch);
  }
}

TEST(CacheFill, LetsGoOfWhatTurnsOutTooLarge) {
  House house;
  const auto fill = house.fill();
  EXPECT_EQ(fill->largest(), 8U * 1024);
  ASSERT_TRUE(fill->wants(head_of("X: y\r\n"), start));
  fill->is_too_large(start);
  EXPECT_EQ(text_of(fill->status()), "frontis; fwd=miss; detail=too-large");
  EXPECT_EQ(house.cache.counts().refused, 1U);
  EXPECT_EQ(house.cache.counts().answers, 0U);
}

TEST(CacheFill, PassesItsRightOnWhenItsClientLeaves) {
  House house;
  auto fill = house.fill();
  const Found next = house.ask();
  ASSERT_EQ(next.kind, Found::Kind::wait);
  ASSERT_TRUE(fill->wants(head_of("X: y\r\n"), start));
  fill.reset();
  EXPECT_EQ(house.told, "yours ");
}

TEST(CacheFill, LetsAStaleAnswerStandInForAnAppThatFails) {
  for (const bool may : {false, true}) {
    House house;
    const auto stale = std::make_shared<StoredAnswer>();
    stale->fields = std::make_shared<const http::HeaderBlock>(fields_of("X: y\r\n"));
    stale->body = "old";
    stale->stored_at = start.steady - 100;
    stale->lifetime.fresh = 10;
    stale->lifetime.stale_if_error = may ? 1'000 : 0;
    const auto fill = house.fill(stale);
    const auto given = fill->failed(may ? std::optional(503) : std::nullopt, start);
    EXPECT_EQ(house.cache.counts().failed, 1U);
    ASSERT_EQ(given.has_value(), may);
    if (!may) continue;
    EXPECT_EQ(given->status, 200);
    EXPECT_EQ(given->head->find("Age"), "100");
    EXPECT_EQ(given->head->find("Cache-Status"), "frontis; fwd=stale; fwd-status=503; ttl=-90");
    EXPECT_EQ(std::get<SharedBytes>(given->body).bytes, "old");
  }
  House house;
  EXPECT_FALSE(house.fill()->failed(502, start)) << "there is nothing to stand in";
}

}  // namespace
}  // namespace frontis::app
