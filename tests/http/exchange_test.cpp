#include "http/exchange.h"

#include <gtest/gtest.h>

#include <optional>

namespace frontis::http {
namespace {

class FakeExchange : public Exchange {
 public:
  void respond(Response response) override {
    ASSERT_FALSE(answer) << "answered twice";
    answer = std::move(response);
  }
  using Exchange::request_;
  using Exchange::reset;
  std::optional<Response> answer;
};

struct Answering : Handler {
  void handle(Exchange& exchange) override { exchange.respond(plain_response(200)); }
};

struct Passing : Handler {
  void handle(Exchange& exchange) override {
    could_pass = exchange.can_pass();
    exchange.pass();
  }
  std::optional<bool> could_pass;
};

struct Waiting : Handler {
  void handle(Exchange& exchange) override { waiting = &exchange; }
  Exchange* waiting = nullptr;
};

struct Counted : Call {
  explicit Counted(int& count) : alive(count) { ++alive; }
  ~Counted() override { --alive; }
  int& alive;
};

TEST(Exchange, GoesToTheFirstHandler) {
  Answering first;
  Passing never;
  const std::vector<Handler*> chain{&first, &never};
  FakeExchange exchange;
  exchange.dispatch(chain);
  ASSERT_TRUE(exchange.answer);
  EXPECT_EQ(exchange.answer->status, 200);
  EXPECT_EQ(never.could_pass, std::nullopt);
}

TEST(Exchange, IsPassedOnInOrder) {
  Passing first;
  Answering second;
  const std::vector<Handler*> chain{&first, &second};
  FakeExchange exchange;
  exchange.dispatch(chain);
  ASSERT_TRUE(exchange.answer);
  EXPECT_EQ(exchange.answer->status, 200);
  EXPECT_EQ(first.could_pass, true);
}

TEST(Exchange, MayBePassedOnLater) {
  Waiting first;
  Answering second;
  const std::vector<Handler*> chain{&first, &second};
  FakeExchange exchange;
  exchange.dispatch(chain);
  EXPECT_FALSE(exchange.answer);
  ASSERT_EQ(first.waiting, &exchange);
  exchange.pass();
  ASSERT_TRUE(exchange.answer);
  EXPECT_EQ(exchange.answer->status, 200);
}

TEST(Exchange, IsNotFoundAfterTheLastHandler) {
  Passing first;
  Passing last;
  const std::vector<Handler*> chain{&first, &last};
  FakeExchange exchange;
  exchange.dispatch(chain);
  ASSERT_TRUE(exchange.answer);
  EXPECT_EQ(exchange.answer->status, 404);
  EXPECT_EQ(first.could_pass, true);
  EXPECT_EQ(last.could_pass, false);
}

TEST(Exchange, IsNotFoundInAnEmptyChain) {
  const std::vector<Handler*> chain;
  FakeExchange exchange;
  EXPECT_FALSE(exchange.can_pass());
  exchange.dispatch(chain);
  ASSERT_TRUE(exchange.answer);
  EXPECT_EQ(exchange.answer->status, 404);
}

TEST(Exchange, ForgetsTheLastRequestWhenReset) {
  int alive = 0;
  Waiting first;
  Answering second;
  const std::vector<Handler*> chain{&first, &second};
  Explanation explanation;
  FakeExchange exchange;
  exchange.dispatch(chain);
  exchange.hold(std::make_unique<Counted>(alive));
  exchange.notes.site = "example.org";
  exchange.notes.variant = "gzip";
  exchange.explanation = &explanation;
  exchange.prefix_length = 8;
  exchange.request_.method = Method::post;
  EXPECT_EQ(alive, 1);
  exchange.reset();
  EXPECT_EQ(alive, 0);
  EXPECT_EQ(exchange.notes.site, "");
  EXPECT_EQ(exchange.notes.variant, "-");
  EXPECT_EQ(exchange.explanation, nullptr);
  EXPECT_EQ(exchange.prefix_length, 0);
  EXPECT_EQ(exchange.request().method, Method::get);
  EXPECT_FALSE(exchange.can_pass());
}

TEST(Exchange, CancelsItsCallWhenItEnds) {
  int alive = 0;
  {
    FakeExchange exchange;
    exchange.hold(std::make_unique<Counted>(alive));
    exchange.hold(std::make_unique<Counted>(alive));
    EXPECT_EQ(alive, 1);
  }
  EXPECT_EQ(alive, 0);
}

TEST(Exchange, StartsItsChainAnewWhenDispatchedAgain) {
  Passing first;
  Answering second;
  const std::vector<Handler*> chain{&first, &second};
  FakeExchange exchange;
  exchange.dispatch(chain);
  exchange.answer.reset();
  first.could_pass.reset();
  exchange.dispatch(chain);
  EXPECT_EQ(first.could_pass, true);
  EXPECT_TRUE(exchange.answer);
}

}  // namespace
}  // namespace frontis::http
