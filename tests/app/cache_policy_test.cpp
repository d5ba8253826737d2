#include "app/cache_policy.h"

#include <gtest/gtest.h>

#include <string>

#include "asked.h"

namespace frontis::app {
namespace {

constexpr Seconds now = 1'700'000'000;  // Tue, 14 Nov 2023 22:13:20 GMT

// --- Requests. ---

// "use", "fill" and "wait", as far as they are allowed.
std::string allowed(std::string_view line, std::string_view fields) {
  const RequestPolicy policy = policy_of(Asked(line, fields).get());
  std::string out;
  if (policy.may_use) out += "use ";
  if (policy.may_fill) out += "fill ";
  if (policy.may_wait) out += "wait ";
  return out;
}

TEST(RequestPolicy, SaysWhatTheRequestAllows) {
  struct Case {
    int line;
    std::string_view request;
    std::string_view fields;
    std::string_view expected;
  };
  constexpr std::string_view get = "GET / HTTP/1.1";
  constexpr std::string_view head = "HEAD / HTTP/1.1";
  const Case cases[] = {
      {__LINE__, get, "", "use fill wait "},
      {__LINE__, head, "", "use wait "},
      {__LINE__, "POST / HTTP/1.1", "", ""},
      {__LINE__, "PUT / HTTP/1.1", "Content-Length: 1\r\n", ""},
      {__LINE__, "DELETE / HTTP/1.1", "", ""},
      {__LINE__, "OPTIONS / HTTP/1.1", "", ""},
      {__LINE__, get, "Content-Length: 1\r\n", ""},
      {__LINE__, get, "Range: bytes=0-1\r\n", ""},
      {__LINE__, get, "Upgrade: websocket\r\nConnection: upgrade\r\n", ""},
      {__LINE__, get, "Cookie: a=b\r\n", "use fill wait "},
      {__LINE__, get, "Authorization: Basic eA==\r\n", "use fill wait "},
      {__LINE__, get, "Cache-Control: no-store\r\n", ""},
      {__LINE__, get, "Cache-Control: no-cache\r\n", "fill wait "},
      {__LINE__, get, "Cache-Control: max-age=0\r\n", "use fill wait "},
      {__LINE__, get, "Cache-Control: max-age=0\r\nCache-Control: no-cache\r\n", "fill wait "},
      {__LINE__, get, "Pragma: no-cache\r\n", "fill wait "},
      {__LINE__, get, "Pragma: x\r\n", "use fill wait "},
      {__LINE__, get, "Pragma: no-cache\r\nCache-Control: max-age=5\r\n", "use fill wait "},
      // The answer to a condition is not whole for others.
      {__LINE__, get, "If-None-Match: \"a\"\r\n", "use wait "},
      {__LINE__, get, "If-Modified-Since: Tue, 14 Nov 2023 22:13:20 GMT\r\n", "use wait "},
      // These two are the app's to judge.
      {__LINE__, get, "If-Match: \"a\"\r\n", ""},
      {__LINE__, get, "If-Unmodified-Since: Tue, 14 Nov 2023 22:13:20 GMT\r\n", ""},
      // What Connection lists, the app does not get.
      {__LINE__, get, "Connection: keep-alive, TE\r\nConnection: close\r\n", "use fill wait "},
      {__LINE__, get, "Connection: close, Accept-Language\r\n", ""},
      {__LINE__, get, "Connection: close\r\nConnection: cookie\r\n", ""},
  };
  for (const Case& test : cases) {
    EXPECT_EQ(allowed(test.request, test.fields), test.expected) << "line " << test.line;
  }
}

TEST(RequestPolicy, KnowsWhoAsks) {
  EXPECT_TRUE(policy_of(Asked("GET / HTTP/1.1", "Cookie: a=b\r\n").get()).has_cookie);
  EXPECT_TRUE(policy_of(Asked("GET / HTTP/1.1", "Authorization: x\r\n").get()).has_authorization);
  EXPECT_TRUE(
      policy_of(Asked("GET / HTTP/1.1", "Cache-Control: only-if-cached\r\n").get()).only_if_cached);
}

// --- Answers. ---

// "60", or with both extensions "60 swr=5 sie=9", or why it is not kept.
std::string verdict(std::string_view request_fields, int status, std::string_view fields,
                    Seconds default_fresh) {
  const Asked asked("GET / HTTP/1.1", request_fields);
  const Verdict found =
      judge(policy_of(asked.get()), status, fields_of(fields), default_fresh, now);
  if (found.refusal != Refusal::none) return std::string(name_of(found.refusal));
  std::string out = std::to_string(found.lifetime.fresh);
  if (found.lifetime.stale_while_revalidate > 0) {
    out += " swr=" + std::to_string(found.lifetime.stale_while_revalidate);
  }
  if (found.lifetime.stale_if_error > 0) {
    out += " sie=" + std::to_string(found.lifetime.stale_if_error);
  }
  return out;
}

struct Answered {
  int line;
  int status;
  std::string_view fields;
  Seconds default_fresh;
  std::string_view expected;
  std::string_view request_fields = {};
};

void expect_all(const std::vector<Answered>& cases) {
  for (const Answered& test : cases) {
    EXPECT_EQ(verdict(test.request_fields, test.status, test.fields, test.default_fresh),
              test.expected)
        << "line " << test.line;
  }
}

TEST(Judge, TakesTheLifetimeThatTheAnswerStatesFirst) {
  expect_all({
      {__LINE__, 200, "Cache-Control: max-age=60, s-maxage=10\r\nExpires: 0\r\n", 5, "10"},
      {__LINE__, 200, "Cache-Control: s-maxage=10\r\nCache-Control: max-age=60\r\n", 5, "10"},
      {__LINE__, 200, "Cache-Control: max-age=60\r\nExpires: 0\r\n", 5, "60"},
      {__LINE__, 200, "Expires: Tue, 14 Nov 2023 22:14:20 GMT\r\n", 5, "60"},
      {__LINE__, 200,
       "Expires: Tue, 14 Nov 2023 22:14:20 GMT\r\nDate: Tue, 14 Nov 2023 22:13:50 GMT\r\n", 5,
       "30"},
      {__LINE__, 200, "Expires: 0\r\n", 5, "no-lifetime"},
      {__LINE__, 200, "Expires: Tue, 14 Nov 2023 22:13:20 GMT\r\n", 5, "no-lifetime"},
      {__LINE__, 200, "Cache-Control: max-age=0\r\n", 5, "no-lifetime"},
      {__LINE__, 200, "Cache-Control: max-age=x\r\n", 5, "no-lifetime"},
      {__LINE__, 200, "", 5, "5"},
      {__LINE__, 200, "Cache-Control: public\r\n", 5, "5"},
      {__LINE__, 200, "", 0, "no-lifetime"},
  });
}

TEST(Judge, KeepsWhatMayBeKept) {
  expect_all({
      {__LINE__, 203, "", 5, "5"},
      {__LINE__, 204, "", 5, "5"},
      {__LINE__, 300, "", 5, "5"},
      {__LINE__, 301, "", 5, "5"},
      {__LINE__, 308, "", 5, "5"},
      {__LINE__, 404, "", 5, "5"},
      {__LINE__, 405, "", 5, "5"},
      {__LINE__, 410, "", 5, "5"},
      {__LINE__, 414, "", 5, "5"},
      {__LINE__, 501, "", 5, "5"},
      // Not unless the answer says how long.
      {__LINE__, 201, "", 5, "status"},
      {__LINE__, 302, "", 5, "status"},
      {__LINE__, 403, "", 5, "status"},
      {__LINE__, 500, "", 5, "status"},
      {__LINE__, 502, "", 5, "status"},
      {__LINE__, 302, "Cache-Control: max-age=7\r\n", 5, "7"},
      {__LINE__, 302, "Cache-Control: public\r\n", 5, "5"},
      // Never.
      {__LINE__, 103, "Cache-Control: max-age=7\r\n", 5, "status"},
      {__LINE__, 206, "Cache-Control: max-age=7\r\n", 5, "status"},
      {__LINE__, 304, "Cache-Control: max-age=7\r\n", 5, "status"},
      {__LINE__, 200, "Cache-Control: no-store, max-age=7\r\n", 5, "no-store"},
      {__LINE__, 200, "Cache-Control: private, max-age=7\r\n", 5, "no-store"},
      {__LINE__, 200, "Cache-Control: no-cache, max-age=7\r\n", 5, "no-store"},
      {__LINE__, 200, "Cache-Control: max-age=7\r\nSet-Cookie: a=b\r\n", 5, "set-cookie"},
      {__LINE__, 200, "Cache-Control: max-age=7\r\nVary: *\r\n", 5, "vary-star"},
      {__LINE__, 200, "Vary: Accept-Encoding\r\nVary: x, *\r\n", 5, "vary-star"},
      {__LINE__, 200, "Cache-Control: max-age=7\r\nVary: Cookie\r\n", 5, "7"},
      {__LINE__, 200, "Cache-Control: max-age=7\r\nVary: a, X-Real-IP\r\n", 5, "vary-client"},
      {__LINE__, 200, "Vary: Forwarded\r\n", 5, "vary-client"},
      {__LINE__, 200, "Vary: X-Forwarded-For\r\n", 5, "vary-client"},
      {__LINE__, 200, "Vary: X-Forwarded-Proto, X-Forwarded-Host\r\n", 5, "5"},
      {__LINE__, 299, "Cache-Control: max-age=7\r\n", 5, "7"},
      {__LINE__, 299, "Cache-Control: max-age=7, must-understand\r\n", 5, "status"},
      {__LINE__, 200, "Cache-Control: max-age=7, must-understand\r\n", 5, "7"},
      {__LINE__, 200, "Cache-Control: no-store, must-understand\r\n", 5, "no-store"},
      {__LINE__, 200, "Cache-Control: max-age=7\r\n", 5, "request", "If-None-Match: \"a\"\r\n"},
      {__LINE__, 200, "Cache-Control: max-age=7\r\n", 5, "request", "Cache-Control: no-store\r\n"},
  });
}

TEST(Judge, KeepsAnswersToOneClientOnlyWhenTheyAreForEverybody) {
  constexpr std::string_view authorization = "Authorization: Basic eA==\r\n";
  constexpr std::string_view cookie = "Cookie: a=b\r\n";
  expect_all({
      {__LINE__, 200, "", 5, "authorization", authorization},
      {__LINE__, 200, "Cache-Control: max-age=7\r\n", 5, "authorization", authorization},
      {__LINE__, 200, "Cache-Control: public\r\n", 5, "5", authorization},
      {__LINE__, 200, "Cache-Control: s-maxage=7\r\n", 5, "7", authorization},
      {__LINE__, 200, "Cache-Control: max-age=7, must-revalidate\r\n", 5, "7", authorization},
      {__LINE__, 200, "Cache-Control: must-revalidate\r\n", 5, "authorization", authorization},
      {__LINE__, 200, "", 5, "cookie", cookie},
      {__LINE__, 200, "Cache-Control: max-age=7\r\n", 5, "7", cookie},
      {__LINE__, 200, "Cache-Control: public\r\n", 5, "5", cookie},
  });
}

TEST(Judge, ReadsTheExtensionsForStaleAnswers) {
  expect_all({
      {__LINE__, 200, "Cache-Control: max-age=60, stale-while-revalidate=5\r\n", 0, "60 swr=5"},
      {__LINE__, 200, "Cache-Control: max-age=60, stale-if-error=9\r\n", 0, "60 sie=9"},
      {__LINE__, 200, "Cache-Control: max-age=0, stale-while-revalidate=5\r\n", 0, "0 swr=5"},
      {__LINE__, 200, "Cache-Control: s-maxage=60, stale-while-revalidate=5\r\n", 0, "60 swr=5"},
      {__LINE__, 200, "Cache-Control: stale-if-error=9\r\n", 5, "5 sie=9"},
      {__LINE__, 200, "Cache-Control: max-age=60, must-revalidate, stale-if-error=9\r\n", 0, "60"},
      {__LINE__, 200, "Cache-Control: max-age=60, proxy-revalidate, stale-while-revalidate=9\r\n",
       0, "60"},
  });
}

TEST(InitialAge, CountsWhatTheAnswerHasBehindIt) {
  struct Case {
    int line;
    std::string_view fields;
    Seconds delay;
    Seconds expected;
  };
  const Case cases[] = {
      {__LINE__, "", 0, 0},
      {__LINE__, "", 3, 3},
      {__LINE__, "Age: 10\r\n", 3, 13},
      {__LINE__, "Date: Tue, 14 Nov 2023 22:13:00 GMT\r\n", 0, 20},
      {__LINE__, "Date: Tue, 14 Nov 2023 22:13:00 GMT\r\nAge: 30\r\n", 0, 30},
      {__LINE__, "Date: Tue, 14 Nov 2023 22:14:00 GMT\r\n", 0, 0},
      {__LINE__, "Age: x\r\n", 0, 0},
      {__LINE__, "Age: -5\r\n", 0, 0},
      {__LINE__, "Age: 7, 9\r\n", 0, 7},
      {__LINE__, "Age: 18446744073709551615\r\n", 3, longest_time},
      {__LINE__, "Age: 99999999999999999999999\r\n", 0, longest_time},
  };
  for (const Case& test : cases) {
    EXPECT_EQ(initial_age(fields_of(test.fields), test.delay, now), test.expected)
        << "line " << test.line;
  }
}

// --- What is kept, and those who ask for it. ---

Lifetime lifetime_of(std::string_view cache_control, Seconds default_fresh = 10) {
  const std::string field = "Cache-Control: " + std::string(cache_control) + "\r\n";
  return judge(policy_of(Asked().get()), 200, fields_of(field), default_fresh, now).lifetime;
}

struct Asking {
  int line;
  std::string_view cache_control;  // of the answer
  Seconds age;
  std::string_view fields;  // of the request
  Use expected;
};

TEST(UseOf, FollowsTheAgeAndTheRequest) {
  using enum Use;
  const std::vector<Asking> cases{
      {__LINE__, "max-age=60", 0, "", fresh},
      {__LINE__, "max-age=60", 59, "", fresh},
      {__LINE__, "max-age=60", 60, "", no},
      {__LINE__, "x", 9, "", fresh},
      {__LINE__, "x", 10, "", no},
      // The request's own wishes.
      {__LINE__, "max-age=60", 5, "Cache-Control: no-cache\r\n", no},
      {__LINE__, "max-age=60", 5, "Pragma: no-cache\r\n", no},
      {__LINE__, "max-age=60", 5, "Cache-Control: no-store\r\n", no},
      {__LINE__, "max-age=60", 5, "Range: bytes=0-1\r\n", no},
      {__LINE__, "max-age=60", 5, "Cache-Control: max-age=5\r\n", fresh},
      {__LINE__, "max-age=60", 6, "Cache-Control: max-age=5\r\n", no},
      {__LINE__, "max-age=60", 5, "Cache-Control: min-fresh=55\r\n", fresh},
      {__LINE__, "max-age=60", 6, "Cache-Control: min-fresh=55\r\n", no},
      {__LINE__, "max-age=60", 60, "Cache-Control: max-stale\r\n", revalidating},
      {__LINE__, "max-age=60", 65, "Cache-Control: max-stale=5\r\n", revalidating},
      {__LINE__, "max-age=60", 66, "Cache-Control: max-stale=5\r\n", no},
      {__LINE__, "max-age=60, must-revalidate", 61, "Cache-Control: max-stale\r\n", no},
      {__LINE__, "max-age=60, proxy-revalidate", 61, "Cache-Control: max-stale\r\n", no},
      {__LINE__, "s-maxage=60", 61, "Cache-Control: max-stale\r\n", no},
      // RFC 5861, 3.
      {__LINE__, "max-age=60, stale-while-revalidate=5", 60, "", revalidating},
      {__LINE__, "max-age=60, stale-while-revalidate=5", 64, "", revalidating},
      {__LINE__, "max-age=60, stale-while-revalidate=5", 65, "", no},
      {__LINE__, "max-age=60, stale-while-revalidate=5", 62, "Cache-Control: max-age=61\r\n", no},
      {__LINE__, "max-age=60, stale-while-revalidate=5", 62, "Cache-Control: min-fresh=1\r\n", no},
      {__LINE__, "max-age=60, stale-while-revalidate=5, must-revalidate", 62, "", no},
      // Who has a cookie or an account gets what says that it is for everybody.
      {__LINE__, "x", 5, "Cookie: a=b\r\n", no},
      {__LINE__, "x", 5, "Authorization: x\r\n", no},
      {__LINE__, "public", 5, "Cookie: a=b\r\n", fresh},
      {__LINE__, "max-age=60", 5, "Cookie: a=b\r\n", fresh},
      {__LINE__, "max-age=60", 5, "Authorization: x\r\n", fresh},
  };
  for (const Asking& test : cases) {
    const Asked asked("GET / HTTP/1.1", test.fields);
    EXPECT_EQ(use_of(lifetime_of(test.cache_control), test.age, policy_of(asked.get())),
              test.expected)
        << "line " << test.line;
  }
}

TEST(MayBeSharedOut, WhatIsNotStaleFromTheBeginning) {
  EXPECT_TRUE(may_be_shared_out(lifetime_of("max-age=60"), 59));
  EXPECT_FALSE(may_be_shared_out(lifetime_of("max-age=60"), 60));
  EXPECT_TRUE(may_be_shared_out(lifetime_of("max-age=0, stale-while-revalidate=5"), 4));
  EXPECT_FALSE(may_be_shared_out(lifetime_of("max-age=0, stale-if-error=60"), 0));
}

TEST(MayStandIn, AsTheAnswerOrTheRequestAllowsIt) {
  struct Case {
    int line;
    std::string_view cache_control;
    Seconds age;
    std::string_view fields;
    bool expected;
  };
  const Case cases[] = {
      {__LINE__, "max-age=60", 60, "", true},
      {__LINE__, "max-age=60", 61, "", false},
      {__LINE__, "max-age=60, stale-if-error=9", 68, "", true},
      {__LINE__, "max-age=60, stale-if-error=9", 69, "", false},
      {__LINE__, "max-age=60, stale-if-error=9, must-revalidate", 62, "", false},
      {__LINE__, "max-age=60", 68, "Cache-Control: stale-if-error=9\r\n", true},
      {__LINE__, "max-age=60", 69, "Cache-Control: stale-if-error=9\r\n", false},
      {__LINE__, "s-maxage=60", 68, "Cache-Control: stale-if-error=9\r\n", false},
      {__LINE__, "max-age=60, stale-if-error=9", 62, "Cache-Control: no-cache\r\n", false},
      {__LINE__, "stale-if-error=9", 12, "", true},
      {__LINE__, "stale-if-error=9", 12, "Cookie: a=b\r\n", false},
  };
  for (const Case& test : cases) {
    const Asked asked("GET / HTTP/1.1", test.fields);
    EXPECT_EQ(may_stand_in(lifetime_of(test.cache_control), test.age, policy_of(asked.get())),
              test.expected)
        << "line " << test.line;
  }
}

TEST(Errors, AreThoseOfTheServer) {
  for (const int status : {500, 502, 503, 504}) EXPECT_TRUE(is_error(status)) << status;
  for (const int status : {200, 404, 501, 505}) EXPECT_FALSE(is_error(status)) << status;
}

TEST(Changes, AreMadeByUnsafeMethodsThatWork) {
  using enum http::Method;
  for (const auto method : {post, put, delete_, patch}) EXPECT_TRUE(may_change(method));
  for (const auto method : {get, head, options, trace, connect}) EXPECT_FALSE(may_change(method));
  for (const int status : {200, 204, 303}) EXPECT_TRUE(has_worked(status)) << status;
  for (const int status : {103, 404, 500}) EXPECT_FALSE(has_worked(status)) << status;
}

}  // namespace
}  // namespace frontis::app
