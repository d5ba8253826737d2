#include "app/response_cache.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <thread>

#include "app/cache_key.h"
#include "asked.h"

namespace frontis::app {
namespace {

using Cache = ResponseCache;
using Kind = Cache::Found::Kind;
using Turn = Cache::Turn;

constexpr Seconds start = 1'700'000'000;

// Who asks, and what it was told while it waited.
struct Guest {
  Cache::Found found;
  std::shared_ptr<std::vector<Turn>> turns = std::make_shared<std::vector<Turn>>();

  Kind kind() const { return found.kind; }
  // "" while it waits.
  std::string told() const {
    if (turns->empty()) return "";
    const Turn& turn = turns->front();
    if (turn.kind == Turn::Kind::stored) return turn.answer->body;
    if (turn.kind == Turn::Kind::refused) return "refused";
    return turn.kind == Turn::Kind::failed ? "failed" : "yours";
  }
};

struct House {
  explicit House(Cache::Bounds bounds = {}) : cache(bounds) {}

  Guest ask(std::string_view target = "/", std::string_view fields = {},
            std::string_view method = "GET") {
    const Asked asked(std::string(method) + " " + std::string(target) + " HTTP/1.1", fields);
    Guest guest;
    const auto woken = [turns = guest.turns](Turn turn) { turns->push_back(std::move(turn)); };
    guest.found = cache.look_up(cache_key({"http", "example.org"}, asked.get()), asked.get(),
                                policy_of(asked.get()), now, woken);
    return guest;
  }

  // The app has answered `guest`, who asked with `request_fields`.
  void answer(Guest& guest, const std::string& body, std::string_view fields = "",
              std::string_view request_fields = {}) {
    const Asked asked("GET / HTTP/1.1", request_fields);
    StoredAnswer answer;
    answer.fields = std::make_shared<const http::HeaderBlock>(fields_of(fields));
    answer.body = body;
    answer.stored_at = now;
    answer.lifetime = judge(policy_of(asked.get()), 200, *answer.fields, 10, now).lifetime;
    guest.found.fill->store(std::move(answer), asked.get());
  }
  void keep(std::string_view target, const std::string& body, std::string_view fields = "",
            std::string_view request_fields = {}) {
    Guest guest = ask(target, request_fields);
    ASSERT_EQ(guest.kind(), Kind::fetch) << target;
    answer(guest, body, fields, request_fields);
  }

  Cache cache;
  Seconds now = start;
};

std::string body_of(const Guest& guest) {
  return guest.found.answer ? guest.found.answer->body : "none";
}

TEST(ResponseCache, GivesWhatItHasUntilThatIsStale) {
  House house;
  house.keep("/", "hello");
  EXPECT_EQ(house.ask().kind(), Kind::fresh);
  EXPECT_EQ(body_of(house.ask()), "hello");
  EXPECT_EQ(house.ask("/", "", "HEAD").kind(), Kind::fresh);
  house.now += 9;
  EXPECT_EQ(house.ask().kind(), Kind::fresh);
  house.now += 1;
  Guest guest = house.ask();
  EXPECT_EQ(guest.kind(), Kind::fetch);
  EXPECT_EQ(body_of(guest), "hello") << "may stand in, where that is allowed";
  house.answer(guest, "again");
  EXPECT_EQ(body_of(house.ask()), "again");
  EXPECT_EQ(house.cache.counts().answers, 1U);
}

TEST(ResponseCache, LetsOneFetchWhileTheOthersWait) {
  House house;
  Guest first = house.ask();
  std::vector<Guest> others;
  for (int i = 0; i < 10; ++i) others.push_back(house.ask());
  EXPECT_EQ(first.kind(), Kind::fetch);
  for (const Guest& other : others) {
    EXPECT_EQ(other.kind(), Kind::wait);
    EXPECT_EQ(other.told(), "");
  }
  EXPECT_EQ(house.ask("/other").kind(), Kind::fetch) << "another key has its own line";
  house.answer(first, "hello");
  for (const Guest& other : others) EXPECT_EQ(other.told(), "hello");
  EXPECT_EQ(house.cache.counts().waiting, 0U);
  EXPECT_EQ(house.cache.counts().fetched, 2U);
}

TEST(ResponseCache, SendsAllToTheAppWhenTheAnswerMayNotBeKept) {
  House house;
  Guest first = house.ask();
  const Guest second = house.ask();
  first.found.fill->refuse(house.now);
  EXPECT_EQ(second.told(), "refused");
  // For a while nobody waits in vain, but what may be kept now is.
  Guest third = house.ask();
  const Guest fourth = house.ask();
  EXPECT_EQ(third.kind(), Kind::fetch);
  EXPECT_EQ(fourth.kind(), Kind::fetch);
  house.answer(third, "hello");
  EXPECT_EQ(house.ask().kind(), Kind::fresh);
}

TEST(ResponseCache, LetsThemWaitAgainAfterAWhile) {
  House house;
  house.ask().found.fill->refuse(house.now);
  house.now += 10;
  const Guest first = house.ask();
  EXPECT_EQ(first.kind(), Kind::fetch);
  EXPECT_EQ(house.ask().kind(), Kind::wait);
}

TEST(ResponseCache, TellsThoseInLineThatTheAppHasFailed) {
  House house;
  Guest first = house.ask();
  const Guest second = house.ask();
  first.found.fill->fail();
  EXPECT_EQ(second.told(), "failed");
  EXPECT_EQ(house.ask().kind(), Kind::fetch);
}

TEST(ResponseCache, GivesTheRightToTheNextWhenTheFirstIsGone) {
  House house;
  Guest first = house.ask();
  Guest second = house.ask();
  const Guest third = house.ask();
  first.found.fill.reset();
  EXPECT_EQ(second.told(), "yours");
  EXPECT_EQ(third.told(), "");
  EXPECT_EQ(house.ask().kind(), Kind::wait) << "the line goes on";
  second.found.fill = std::move(second.turns->front().fill);
  house.answer(second, "hello");
  EXPECT_EQ(third.told(), "hello");
}

TEST(ResponseCache, PassesOverThoseWhoHaveLeftTheLine) {
  House house;
  Guest first = house.ask();
  Guest second = house.ask();
  const Guest third = house.ask();
  second.found.waiting.reset();
  EXPECT_EQ(house.cache.counts().waiting, 1U);
  first.found.fill.reset();
  EXPECT_EQ(second.told(), "");
  EXPECT_EQ(third.told(), "yours");
}

TEST(ResponseCache, StartsAnewWhenNobodyIsLeft) {
  House house;
  house.ask().found.fill.reset();
  EXPECT_EQ(house.ask().kind(), Kind::fetch);
}

TEST(ResponseCache, LetsOnlySoManyWait) {
  House house({.waiting = 2});
  const Guest first = house.ask();
  const Guest second = house.ask(), third = house.ask();
  EXPECT_EQ(third.kind(), Kind::wait);
  EXPECT_EQ(house.ask().kind(), Kind::pass);
}

TEST(ResponseCache, GivesTheStaleWhileOneFetchesTheNew) {
  House house;
  house.keep("/", "old", "Cache-Control: max-age=10, stale-while-revalidate=30\r\n");
  house.now += 15;
  Guest first = house.ask();
  const Guest second = house.ask();
  EXPECT_EQ(first.kind(), Kind::stale);
  EXPECT_EQ(body_of(first), "old");
  EXPECT_NE(first.found.fill, nullptr);
  EXPECT_EQ(second.kind(), Kind::stale);
  EXPECT_EQ(second.found.fill, nullptr);
  house.answer(first, "new");
  EXPECT_EQ(house.ask().kind(), Kind::fresh);
  EXPECT_EQ(body_of(house.ask()), "new");
}

TEST(ResponseCache, SendsPastItWhatMayNotComeFromIt) {
  House house;
  house.keep("/", "hello");
  for (const std::string_view fields :
       {"Range: bytes=0-1\r\n", "Cache-Control: no-store\r\n", "Content-Length: 1\r\n"}) {
    EXPECT_EQ(house.ask("/", fields).kind(), Kind::pass) << fields;
  }
  EXPECT_EQ(house.ask("/", "", "POST").kind(), Kind::pass);
  EXPECT_EQ(house.ask("/x", "", "HEAD").kind(), Kind::pass);
  EXPECT_EQ(house.ask("/x", "If-None-Match: \"a\"\r\n").kind(), Kind::pass);
  // Who wants it new brings it for all.
  Guest guest = house.ask("/", "Cache-Control: no-cache\r\n");
  EXPECT_EQ(guest.kind(), Kind::fetch);
  EXPECT_EQ(house.ask("/").kind(), Kind::fresh);
  EXPECT_EQ(house.ask("/", "Pragma: no-cache\r\n").kind(), Kind::wait);
  house.answer(guest, "new");
  EXPECT_EQ(body_of(house.ask()), "new");
}

TEST(ResponseCache, LetsThoseWaitWhoMayNotFetch) {
  House house;
  Guest first = house.ask();
  const Guest head = house.ask("/", "", "HEAD");
  const Guest conditional = house.ask("/", "If-None-Match: \"a\"\r\n");
  EXPECT_EQ(head.kind(), Kind::wait);
  EXPECT_EQ(conditional.kind(), Kind::wait);
  house.answer(first, "hello");
  EXPECT_EQ(head.told(), "hello");
}

TEST(ResponseCache, KeepsWhatSaysNothingFromThoseWithACookie) {
  House house;
  house.keep("/", "for strangers");
  EXPECT_EQ(house.ask("/", "Cookie: a=b\r\n").kind(), Kind::pass);
  EXPECT_EQ(house.ask("/", "Authorization: x\r\n").kind(), Kind::pass);
  house.keep("/public", "for all", "Cache-Control: public\r\n");
  EXPECT_EQ(house.ask("/public", "Cookie: a=b\r\n").kind(), Kind::fresh);
}

TEST(ResponseCache, KeepsOneAnswerForEachThatVaries) {
  House house;
  constexpr std::string_view vary = "Vary: Accept-Language\r\n";
  constexpr std::string_view de = "Accept-Language: de\r\n", en = "Accept-Language: en\r\n";
  house.keep("/", "hallo", vary, de);
  house.keep("/", "hello", vary, en);
  EXPECT_EQ(body_of(house.ask("/", de)), "hallo");
  EXPECT_EQ(body_of(house.ask("/", en)), "hello");
  // Known to vary: these two need not wait for each other.
  const Guest fr = house.ask("/", "Accept-Language: fr\r\n");
  const Guest it = house.ask("/", "Accept-Language: it\r\n");
  EXPECT_EQ(fr.kind(), Kind::fetch);
  EXPECT_EQ(it.kind(), Kind::fetch);
  EXPECT_EQ(house.ask("/", "Accept-Language: fr\r\n").kind(), Kind::wait);
  EXPECT_EQ(house.cache.counts().answers, 2U);
}

TEST(ResponseCache, KeepsOnlySoManyThatVary) {
  House house;
  for (int i = 0; i < 100; ++i) {
    const std::string fields = "Accept-Language: x" + std::to_string(i) + "\r\n";
    house.keep("/", "x", "Vary: accept-language\r\n", fields);
  }
  EXPECT_EQ(house.cache.counts().answers, 32U);
  EXPECT_EQ(house.ask("/", "Accept-Language: x99\r\n").kind(), Kind::fresh);
}

TEST(ResponseCache, ForgetsTheLeastRecentlyUsed) {
  House house({.bytes = 80'000});
  const std::string body(8'000, 'x');
  for (int i = 0; i < 8; ++i) house.keep("/" + std::to_string(i), body);
  EXPECT_EQ(house.ask("/0").kind(), Kind::fresh);
  for (int i = 8; i < 14; ++i) house.keep("/" + std::to_string(i), body);
  EXPECT_EQ(house.ask("/0").kind(), Kind::fresh);
  EXPECT_EQ(house.ask("/1").kind(), Kind::fetch);
  EXPECT_EQ(house.ask("/13").kind(), Kind::fresh);
  EXPECT_LE(house.cache.counts().bytes, 80'000U);
  EXPECT_GT(house.cache.counts().evicted, 0U);
}

TEST(ResponseCache, KeepsNoAnswerOfMoreThanAnEighth) {
  House house({.bytes = 80'000});
  Guest first = house.ask();
  const Guest second = house.ask();
  EXPECT_EQ(first.found.fill->largest(), 10'000U);
  house.answer(first, std::string(10'000, 'x'));
  EXPECT_EQ(second.told(), "refused");
  EXPECT_EQ(house.cache.counts().answers, 0U);
}

TEST(ResponseCache, ForgetsWhatAnUnsafeRequestHasChanged) {
  House house;
  house.keep("/a", "old");
  house.keep("/a?b", "other");
  Guest fetching = house.ask("/c");
  const Guest waiting = house.ask("/c");
  house.cache.invalidate("example.org/a http");
  house.cache.invalidate("example.org/c http");
  EXPECT_EQ(house.ask("/a").kind(), Kind::fetch);
  EXPECT_EQ(house.ask("/a?b").kind(), Kind::fresh);
  // What was on its way may be from before: those who waited get it, nobody else does.
  const Guest later = house.ask("/c");
  EXPECT_EQ(later.kind(), Kind::fetch);
  house.answer(fetching, "old");
  EXPECT_EQ(waiting.told(), "old");
  EXPECT_EQ(house.ask("/c").kind(), Kind::wait);
}

TEST(ResponseCache, PurgesByNameAndByPrefix) {
  struct Case {
    int line;
    std::string_view pattern;
    std::size_t forgotten;
  };
  const Case cases[] = {
      {__LINE__, "example.org/blog/one", 1},
      {__LINE__, "Example.ORG/blog/one", 1},
      {__LINE__, "example.org/blog/one?p=2", 1},
      {__LINE__, "example.org/blog", 0},
      {__LINE__, "example.org/BLOG/one", 0},
      {__LINE__, "example.org/blog/*", 3},
      {__LINE__, "example.org/blog/one*", 2},
      {__LINE__, "example.org/*", 4},
      {__LINE__, "example.org*", 4},
      {__LINE__, "other.example/*", 0},
      {__LINE__, "*", 4},
      {__LINE__, "", 0},
  };
  for (const Case& test : cases) {
    House house;
    for (const std::string_view target : {"/", "/blog/one", "/blog/one?p=2", "/blog/two"}) {
      house.keep(target, "x");
    }
    EXPECT_EQ(house.cache.purge(test.pattern), test.forgotten) << "line " << test.line;
    EXPECT_EQ(house.cache.counts().answers, 4 - test.forgotten) << "line " << test.line;
  }
}

TEST(ResponseCache, DoesNotKeepWhatWasOnItsWayDuringAPurge) {
  House house;
  Guest fetching = house.ask("/a");
  house.cache.purge("example.org/*");
  house.answer(fetching, "old");
  EXPECT_EQ(house.ask("/a").kind(), Kind::fetch);
}

// Nobody waits for these, so nothing but the cache itself knows of them.
TEST(ResponseCache, DoesNotKeepWhatSeveralFetchedDuringAPurge) {
  for (const bool is_purge : {true, false}) {
    House house;
    house.ask("/a").found.fill->refuse(house.now);
    Guest one = house.ask("/a");
    Guest other = house.ask("/a");
    ASSERT_EQ(one.kind(), Kind::fetch);
    ASSERT_EQ(other.kind(), Kind::fetch);
    house.answer(one, "old");
    if (is_purge) {
      EXPECT_EQ(house.cache.purge("/a"), 1U);
    } else {
      house.cache.invalidate("example.org/a http");
    }
    house.answer(other, "old");
    Guest later = house.ask("/a");
    EXPECT_EQ(later.kind(), Kind::fetch);
    house.answer(later, "new");
    EXPECT_EQ(body_of(house.ask("/a")), "new");
  }
}

TEST(ResponseCache, SaysThatWhatItHadMayNotStandInAfterAPurge) {
  for (const bool is_purged : {false, true}) {
    House house;
    house.keep("/a", "old", "Cache-Control: max-age=1, stale-if-error=60\r\n");
    house.now += 2;
    const Guest fetching = house.ask("/a");
    const Guest waiting = house.ask("/a");
    ASSERT_EQ(body_of(fetching), "old");
    if (is_purged) house.cache.purge("/a");
    EXPECT_EQ(fetching.found.fill->fail(), !is_purged);
    EXPECT_EQ(waiting.told(), is_purged ? "refused" : "failed");
  }
}

TEST(ResponseCache, CountsWhatItDoes) {
  House house;
  house.keep("/", "x");
  (void)house.ask();
  (void)house.ask("/", "", "POST");
  house.ask("/a").found.fill->fail();
  house.ask("/a").found.fill->refuse(house.now);
  const auto counts = house.cache.counts();
  EXPECT_EQ(counts.fresh, 1U);
  EXPECT_EQ(counts.passed, 1U);
  EXPECT_EQ(counts.fetched, 3U);
  EXPECT_EQ(counts.stored, 1U);
  EXPECT_EQ(counts.failed, 1U);
  EXPECT_EQ(counts.refused, 1U);
  house.cache.purge("*");
  EXPECT_EQ(house.cache.counts().bytes, 0U);
}

TEST(ResponseCache, ServesManyThreads) {
  House house({.bytes = 40'000});
  const auto work = [&house](int seed) {
    for (int i = 0; i < 300; ++i) {
      Guest guest = house.ask("/" + std::to_string((i * seed) % 17));
      if (!guest.found.fill) continue;
      if (i % 7 == 0)
        guest.found.fill->refuse(start);
      else if (i % 5 != 0)
        house.answer(guest, "x");
    }
  };
  std::vector<std::thread> threads;
  for (int seed = 1; seed <= 3; ++seed) threads.emplace_back(work, seed);
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(house.cache.counts().waiting, 0U);
  EXPECT_LE(house.cache.counts().bytes, 40'000U);
}

}  // namespace
}  // namespace frontis::app
