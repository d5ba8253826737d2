#include "upstream/call.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <functional>

#include "../net/bodies.h"
#include "../net/loopback.h"
#include "call_house.h"
#include "made_outgoing.h"

namespace frontis::upstream {
namespace {

using net::Peer;
using std::chrono::milliseconds;

// A client's body that comes as the test says.
class ScriptedBody final : public http::RequestBody {
 public:
  ScriptedBody(std::shared_ptr<net::Script> script, ErrorKind kind = ErrorKind::io)
      : source_(std::move(script)), fault_{kind, "the client's fault"} {}
  Pull pull(std::span<char> into) override { return source_.pull(into); }
  void when_ready(std::function<void()> wake) override { source_.when_ready(std::move(wake)); }
  const Error& fault() const override { return fault_; }

 private:
  net::ScriptedSource source_;
  Error fault_;
};

// A port whose queue of connections is full: it takes no more of them, and refuses none.
class SwallowingPort {
 public:
  SwallowingPort() {
    EXPECT_EQ(::listen(port_.socket.number(), 0), 0);
    endpoint_ = std::make_shared<net::Endpoint>(port_.where(), port_.length(), "127.0.0.1");
    for (Descriptor& one : waiting_) {
      auto connection = net::begin_connect(*endpoint_);
      if (connection) one = std::move(*connection);
    }
  }
  std::shared_ptr<const net::Endpoint> endpoint() const { return endpoint_; }

 private:
  const net::Loopback port_ = net::bound_to_loopback(SOCK_NONBLOCK);
  std::shared_ptr<net::Endpoint> endpoint_;
  std::array<Descriptor, 4> waiting_;
};

Call::Request upgrade_with(const std::shared_ptr<net::Script>& script) {
  Call::Request request;
  request.head = "GET / HTTP/1.1\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n";
  request.idempotent = true;
  request.upgrade = true;
  request.stream = std::make_unique<ScriptedBody>(script);
  return request;
}

// Cuts the content off every file of ours that has no name.
void shorten_unnamed_files() {
  for (const auto& one : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code none;
    const std::string name = std::filesystem::read_symlink(one.path(), none).native();
    const bool is_unnamed = name.starts_with(testing::TempDir()) && name.ends_with(" (deleted)");
    if (!is_unnamed) continue;
    EXPECT_EQ(::truncate(one.path().c_str(), 0), 0);
  }
}

const std::string switching =
    "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n";

TEST(Call, AsksAndGetsAnAnswerInPieces) {
  const std::string answer = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + ok_answer("hello");
  for (const std::size_t piece : {std::size_t{1}, std::size_t{50}, answer.size()}) {
    CallHouse house;
    house.open();
    const auto asker = house.ask(CallHouse::get());
    auto peer = house.accept();
    ASSERT_TRUE(peer);
    EXPECT_EQ(house.got(*peer), get_request());
    EXPECT_EQ(house.busy(), 1U);
    for (std::size_t at = 0; at < answer.size(); at += piece) {
      house.say(*peer, std::string_view(answer).substr(at, piece));
    }
    EXPECT_TRUE(asker->told.starts_with("informed 103 answered ")) << asker->told;
    EXPECT_EQ(asker->status(), 200);
    EXPECT_EQ(asker->body, "hello");
    EXPECT_TRUE(asker->has_ended);
    EXPECT_TRUE(asker->call->is_complete());
    EXPECT_EQ(house.busy(), 0U) << "the place is free, whether or not its answer was pulled";
    EXPECT_EQ(house.pool->idle(), 1U);
  }
}

TEST(Call, GivesAWholeAnswerAsText) {
  CallHouse house;
  house.open();
  const auto asker = house.ask(CallHouse::get());
  asker->pulls = false;
  auto peer = house.accept();
  EXPECT_EQ(asker->call->take_text(), std::nullopt) << "there is no answer yet";
  const std::string answer = ok_answer("hello");
  house.say(*peer, answer.substr(0, answer.size() - 3));
  ASSERT_EQ(asker->told, "answered ");
  EXPECT_EQ(asker->call->take_text(), std::nullopt) << "not whole";
  house.say(*peer, "llo");
  EXPECT_EQ(asker->call->take_text(), "hello");
  asker->pull();
  EXPECT_TRUE(asker->has_ended);
  EXPECT_EQ(asker->body, "");
}

TEST(Call, GivesNoTextOfAnAnswerThatWasPulledOrIsOnDisk) {
  CallHouse house;
  house.buffers.memory = 100;
  house.open();
  const auto asker = house.ask(CallHouse::get());
  asker->pulls = false;
  auto peer = house.accept();
  house.say(*peer, ok_answer(net::pattern(1'000)));
  EXPECT_TRUE(asker->call->is_complete());
  EXPECT_EQ(asker->call->take_text(), std::nullopt);
  asker->pull();
  EXPECT_EQ(asker->body, net::pattern(1'000));

  const auto other = house.ask(CallHouse::get());
  other->pulls = false;
  house.say(*peer, ok_answer("hello"));
  other->pull(2);
  EXPECT_EQ(other->call->take_text(), std::nullopt);
  other->pull();
  EXPECT_EQ(other->body, "hello");
}

TEST(Call, WaitsForAnApplicationThatIsNotThereYet) {
  for (const bool has_body : {false, true}) {
    CallHouse house;
    house.balancer.add(std::make_shared<net::Endpoint>(house.endpoint), 4);
    house.make_pool();
    const auto asker = house.ask(has_body ? house.with_body("POST", "whole") : CallHouse::get());
    house.hand.turn(3);
    EXPECT_EQ(asker->told, "");
    EXPECT_EQ(house.balancer.counts().waiting, 1U);
    house.listen();
    std::optional<Peer> peer;
    ASSERT_TRUE(house.hand.until([&] { return (peer = house.accept()).has_value(); }));
    house.say(*peer, ok_answer("there"));
    EXPECT_EQ(asker->body, "there");
  }
}

// However often it is tried meanwhile.
TEST(Call, WaitsNoLongerThanItMay) {
  CallHouse house;
  house.app.wait = milliseconds(1'200);
  house.balancer.add(std::make_shared<net::Endpoint>(house.endpoint), 4);
  house.make_pool();
  const auto asker = house.ask(CallHouse::get());
  ASSERT_TRUE(house.hand.until([&] { return asker->failure.has_value(); }));
  EXPECT_EQ(asker->failure->status, 502);
  EXPECT_NE(asker->failure->reason.find("cannot connect to unix:@"), std::string::npos);
  EXPECT_NE(asker->failure->reason.find("for 1 s"), std::string::npos) << asker->failure->reason;
  EXPECT_EQ(house.balancer.counts().waiting, 0U);
}

// A backend that answers no connection is tried again as soon as the other one has had its turn.
TEST(Call, TriesBackendsThatSwallowConnectionsNoLongerThanItMay) {
  CallHouse house;
  house.app.wait = milliseconds(1'000);
  house.app.connect_timeout = milliseconds(900);
  const SwallowingPort first, second;
  house.balancer.add(first.endpoint(), 4);
  house.balancer.add(second.endpoint(), 4);
  house.make_pool();
  const auto asker = house.ask(CallHouse::get());
  int tries = 0;  // seen twice a millisecond
  ASSERT_TRUE(house.hand.until([&] { return ++tries > 7'000 || asker->failure.has_value(); }));
  ASSERT_TRUE(asker->failure);
  EXPECT_EQ(asker->failure->status, 504);
  EXPECT_NE(asker->failure->reason.find("connect_timeout"), std::string::npos);
}

// The time in line for places that are taken is not that of an application which is not there.
TEST(Call, GoesToAnotherBackendHoweverLongItWasInLine) {
  CallHouse house;
  house.app.wait = milliseconds(50);
  house.open(1);
  auto gone = net::Endpoint::abstract("frontis-call-nobody-" + std::to_string(::getpid()));
  auto first = house.ask(CallHouse::get());
  auto busy = house.accept();
  const auto second = house.ask(CallHouse::get());
  const auto began = coarse_now();
  ASSERT_TRUE(house.hand.until([&] { return coarse_now() - began > milliseconds(150); }));
  ASSERT_EQ(second->told, "");
  // Its place is the first that is free: at a backend that has just gone.
  house.balancer.add(std::make_shared<net::Endpoint>(gone), 1);
  house.balancer.tend();
  house.hand.turn(3);
  ASSERT_EQ(second->told, "");
  house.say(*busy, ok_answer("first"));
  house.say(*busy, ok_answer("second"));
  ASSERT_TRUE(house.hand.until([&] { return second->is_done(); }));
  EXPECT_EQ(second->body, "second");
}

TEST(Call, FailsWhenAllPlacesAreTakenForTooLong) {
  CallHouse house;
  house.app.queue_timeout = milliseconds(200);
  house.open(1);
  const auto first = house.ask(CallHouse::get());
  const auto second = house.ask(CallHouse::get());
  ASSERT_TRUE(house.hand.until([&] { return second->failure.has_value(); }));
  EXPECT_EQ(second->failure->status, 503);
  EXPECT_NE(second->failure->reason.find("queue_timeout"), std::string::npos);
  EXPECT_EQ(first->told, "");
}

TEST(Call, GetsThePlaceOfTheOneBefore) {
  CallHouse house;
  house.open(1);
  const auto first = house.ask(CallHouse::get());
  auto second = house.ask(CallHouse::get());
  const auto third = house.ask(CallHouse::get());
  auto peer = house.accept();
  house.say(*peer, ok_answer("first"));
  EXPECT_EQ(house.got(*peer), get_request() + get_request()) << "over the same connection";
  // Whoever leaves while a place is on its way to him passes it on.
  second.reset();
  auto other = house.accept();
  ASSERT_TRUE(other);
  EXPECT_EQ(house.got(*other), get_request());
  house.say(*other, ok_answer("third"));
  EXPECT_EQ(third->body, "third");
  EXPECT_EQ(house.busy(), 0U);
}

// Nobody else may ever get it otherwise.
TEST(Call, GivesBackAPlaceThatComesWhenItHasGone) {
  const std::function<void(Asker&)> ends[] = {[](Asker& asker) { asker.leave(); },
                                              [](Asker& asker) { asker.call.reset(); }};
  for (const auto& end : ends) {
    CallHouse house;
    house.open(1);
    auto place = house.balancer.take();
    const auto gone = house.ask(CallHouse::get());
    place.reset();
    ASSERT_EQ(house.busy(), 1U) << "the place is on its way";
    end(*gone);
    house.hand.turn();
    EXPECT_EQ(house.busy(), 0U);
    EXPECT_TRUE(house.balancer.take());
  }
}

// Gives its place back when its time has come.
struct Holding final : net::Timer::Owner {
  std::optional<Place> place;
  void timer_due() override { place.reset(); }
};

TEST(Call, GivesBackAPlaceThatComesWhenItHasFailed) {
  // Both times are over in the same turn, but for a tick that may begin between them.
  for (int attempt = 0; attempt < 5; ++attempt) {
    CallHouse house;
    house.app.queue_timeout = milliseconds(0);
    house.open(1);
    Holding holding;
    holding.place = house.balancer.take();
    net::Timer timer(house.hand.timers, holding);
    timer.set(milliseconds(0));
    const auto late = house.ask(CallHouse::get());
    ASSERT_TRUE(house.hand.until([&] { return !holding.place; }));
    if (!late->failure) continue;
    house.hand.turn();
    EXPECT_EQ(house.busy(), 0U);
    EXPECT_TRUE(house.balancer.take());
    return;
  }
  FAIL() << "the place never came too late";
}

TEST(Call, TellsAFailureOnlyAfterItHasBegun) {
  CallHouse house;
  house.make_pool();
  house.balancer.set_hopeless(true);
  const auto hopeless = house.ask(CallHouse::get());
  house.hand.turn(2);
  ASSERT_TRUE(hopeless->failure);
  EXPECT_EQ(hopeless->failure->status, 503);
  house.balancer.set_hopeless(false);
  std::vector<std::unique_ptr<Asker>> line;
  for (int i = 0; i < 16; ++i) line.push_back(house.ask(CallHouse::get()));
  const auto one_more = house.ask(CallHouse::get());
  auto one_who_leaves = house.ask(CallHouse::get());
  one_who_leaves.reset();
  house.hand.turn(2);
  ASSERT_TRUE(one_more->failure);
  EXPECT_EQ(one_more->failure->status, 503);
  EXPECT_NE(one_more->failure->reason.find("queue is full"), std::string::npos);
  EXPECT_EQ(line.front()->told, "");
}

TEST(Call, FailsWhenNoAnswerComesInTime) {
  CallHouse house;
  house.app.answer_timeout = milliseconds(100);
  house.open();
  const auto asker = house.ask(CallHouse::get());
  auto peer = house.accept();
  ASSERT_TRUE(house.hand.until([&] { return asker->failure.has_value(); }));
  EXPECT_EQ(asker->failure->status, 504);
  EXPECT_NE(asker->failure->reason.find("answer_timeout"), std::string::npos);
  EXPECT_EQ(house.stuck, 1);
  EXPECT_EQ(house.busy(), 0U);
  house.hand.turn();
  peer->take();
  EXPECT_TRUE(peer->has_ended());
}

TEST(Call, CutsAnAnswerThatGoesOnTooLate) {
  CallHouse house;
  house.app.between_timeout = milliseconds(100);
  house.open();
  const auto asker = house.ask(CallHouse::get());
  auto peer = house.accept();
  house.say(*peer, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe");
  EXPECT_EQ(asker->told, "answered ");
  ASSERT_TRUE(house.hand.until([&] { return asker->is_cut; }));
  EXPECT_EQ(asker->body, "he");
  EXPECT_FALSE(asker->failure) << "it was answered";
  EXPECT_EQ(house.stuck, 1);
}

TEST(Call, FailsWhenTheRequestIsNotTaken) {
  CallHouse house;
  house.app.between_timeout = milliseconds(100);
  house.open();
  const auto asker = house.ask(house.with_body("PUT", net::pattern(900'000)));
  auto peer = house.accept();
  ASSERT_TRUE(house.hand.until([&] { return asker->failure.has_value(); }));
  EXPECT_EQ(asker->failure->status, 504);
  EXPECT_NE(asker->failure->reason.find("took nothing of the request"), std::string::npos);
}

TEST(Call, TellsThatAnAnswerIsCutOff) {
  struct Case {
    std::string answer;
    bool is_answered;
  };
  for (const Case& each :
       {Case{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe", true},
        Case{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", true},
        Case{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe", true},
        Case{"HTTP/1.1 200 OK\r\nX-Accel-Buffering: no\r\nContent-Length: 5\r\n\r\n", true},
        Case{"no answer at all\r\n\r\n", false}, Case{switching, false}}) {
    CallHouse house;
    house.open();
    const auto asker = house.ask(CallHouse::get());
    auto peer = house.accept();
    house.say(*peer, each.answer);
    peer->leave();
    house.hand.turn(3);
    EXPECT_EQ(asker->is_cut, each.is_answered) << each.answer;
    EXPECT_EQ(asker->failure.has_value(), !each.is_answered) << each.answer;
    EXPECT_EQ(house.pool->idle(), 0U);
    EXPECT_EQ(house.busy(), 0U);
    EXPECT_FALSE(house.accept()) << "it is not asked again: " << each.answer;
  }
}

// A head that gives no length may be all that comes for an hour: of events, for example. And one
// that names a file may be all that comes.
TEST(Call, TellsOfAHeadBehindWhichNoBodyMayCome) {
  for (const std::string head :
       {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nX-Accel-Buffering: no\r\nContent-Length: 5\r\n\r\n",
        "HTTP/1.1 200 OK\r\nX-Accel-Redirect: /a\r\nContent-Length: 5\r\n\r\n",
        "HTTP/1.1 200 OK\r\nX-Sendfile: /a\r\nContent-Length: 5\r\n\r\n"}) {
    CallHouse house;
    house.open();
    const auto asker = house.ask(CallHouse::get());
    auto peer = house.accept();
    house.say(*peer, head);
    EXPECT_EQ(asker->told, "answered ") << head;
  }
}

TEST(Call, TakesTheEndOfTheConnectionForTheEndOfAnAnswerOfUnknownLength) {
  CallHouse house;
  house.open();
  const auto asker = house.ask(CallHouse::get());
  auto peer = house.accept();
  house.got(*peer);
  house.say(*peer, "HTTP/1.1 200 OK\r\n\r\nall of it");
  EXPECT_FALSE(asker->has_ended);
  peer->leave();
  house.hand.turn(3);
  EXPECT_TRUE(asker->has_ended);
  EXPECT_EQ(asker->body, "all of it");
  EXPECT_EQ(house.pool->idle(), 0U);
}

// Its route streams, or the application does not want its answer to be kept (X-Accel-Buffering).
class HeldBackTest : public testing::TestWithParam<bool> {};

TEST_P(HeldBackTest, IsAnAnswerThatNobodyReads) {
  const bool says_so_itself = GetParam();
  CallHouse house;
  house.buffers.memory = 20'000;
  house.open();
  Call::Request request = CallHouse::get();
  request.buffered = says_so_itself;
  const auto asker = house.ask(std::move(request));
  asker->pulls = false;
  auto peer = house.accept();
  const std::string body = net::pattern(3'000'000);
  std::string answer = ok_answer(body);
  if (says_so_itself) answer.insert(answer.find("Content"), "X-Accel-Buffering: no\r\n");
  std::size_t sent = 0;
  for (int i = 0; i < 50; ++i) {
    sent += peer->send_some(std::string_view(answer).substr(sent));
    house.hand.turn();
  }
  EXPECT_LT(sent, 1'000'000U);
  asker->pulls = true;
  asker->pull();
  ASSERT_TRUE(house.hand.until([&] {
    if (sent < answer.size()) sent += peer->send_some(std::string_view(answer).substr(sent));
    return asker->is_done();
  }));
  EXPECT_EQ(asker->body, body);
}

INSTANTIATE_TEST_SUITE_P(Call, HeldBackTest, testing::Bool());

TEST(Call, LetsAnAnswerGoAheadOnDisk) {
  CallHouse house;
  house.buffers.memory = 1'000;
  house.open();
  const auto asker = house.ask(CallHouse::get());
  asker->pulls = false;
  auto peer = house.accept();
  const std::string body = net::pattern(1'000'000);
  const std::string answer = ok_answer(body);
  std::size_t sent = 0;
  ASSERT_TRUE(house.hand.until([&] {
    if (sent < answer.size()) sent += peer->send_some(std::string_view(answer).substr(sent));
    return asker->call->is_complete();
  }));
  EXPECT_EQ(house.busy(), 0U);
  asker->pull();
  EXPECT_TRUE(asker->has_ended);
  EXPECT_EQ(asker->body, body);
}

TEST(Call, FailsWhereTheDiskCannotBeUsed) {
  CallHouse house;
  house.buffers.memory = 1'000;
  house.buffers.folder = "/nowhere";
  house.open();
  const auto asker = house.ask(CallHouse::get());
  asker->pulls = false;
  auto peer = house.accept();
  house.say(*peer, ok_answer(net::pattern(10'000)));
  ASSERT_TRUE(asker->failure);
  EXPECT_NE(asker->failure->reason.find("buffers: folder"), std::string::npos);
  EXPECT_EQ(house.busy(), 0U);
}

// A disk that loses what it was given: the file of the answer is made shorter behind its back.
TEST(Call, TellsWhoeverPullsThatTheDiskHasFailedAndNobodyElse) {
  for (const bool is_whole : {false, true}) {
    CallHouse house;
    house.buffers.memory = 0;
    house.open();
    const auto asker = house.ask(CallHouse::get());
    asker->pulls = false;
    auto peer = house.accept();
    const std::string answer = ok_answer(net::pattern(10'000));
    house.say(*peer, answer.substr(0, answer.size() - (is_whole ? 0 : 1)));
    ASSERT_EQ(asker->told, "answered ");
    shorten_unnamed_files();
    asker->pull();
    EXPECT_TRUE(asker->is_cut);
    house.hand.turn(3);
    EXPECT_EQ(asker->told, "answered ");
    EXPECT_EQ(house.busy(), 0U);
    asker->is_cut = false;
    asker->pull();
    EXPECT_TRUE(asker->is_cut);
  }
}

TEST(Call, StreamsABodyAsItComes) {
  CallHouse house;
  house.open();
  auto script = std::make_shared<net::Script>();
  script->pieces = {"some ", ""};
  Call::Request request;
  request.head = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
  request.stream = std::make_unique<ScriptedBody>(script);
  request.counted = false;
  const auto asker = house.ask(std::move(request));
  auto peer = house.accept();
  EXPECT_EQ(house.got(*peer),
            "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nsome \r\n");
  script->pieces = {"more"};
  script->call_wake();
  EXPECT_EQ(house.got(*peer), "4\r\nmore\r\n0\r\n\r\n");
  house.say(*peer, ok_answer("done"));
  EXPECT_EQ(asker->body, "done");
  EXPECT_EQ(house.pool->idle(), 1U);
}

TEST(Call, FailsWithTheFaultOfTheBodyThatItStreams) {
  CallHouse house;
  house.open();
  auto script = std::make_shared<net::Script>();
  script->pieces = {"some", ""};
  script->fails = true;
  Call::Request request;
  request.head = "POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\n";
  request.stream = std::make_unique<ScriptedBody>(script, ErrorKind::content_too_large);
  const auto asker = house.ask(std::move(request));
  auto peer = house.accept();
  script->call_wake();
  house.hand.turn(2);
  ASSERT_TRUE(asker->failure);
  EXPECT_EQ(asker->failure->status, 413);
  peer->take();
  EXPECT_TRUE(peer->has_ended());
  EXPECT_EQ(house.busy(), 0U);
}

TEST(Call, TakesAnAnswerThatComesBeforeTheBodyIsWhole) {
  CallHouse house;
  house.open();
  auto script = std::make_shared<net::Script>();
  script->pieces = {"some"};
  script->goes_on = true;
  Call::Request request;
  request.head = "POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\n";
  request.stream = std::make_unique<ScriptedBody>(script);
  const auto asker = house.ask(std::move(request));
  auto peer = house.accept();
  house.say(*peer, ok_answer("enough"));
  EXPECT_EQ(asker->body, "enough");
  EXPECT_TRUE(script->destroyed) << "nobody wants the rest";
  EXPECT_EQ(house.pool->idle(), 0U) << "the application may wait for the rest of it";
}

TEST(Call, BecomesATunnel) {
  CallHouse house;
  house.open();
  auto script = std::make_shared<net::Script>();
  script->goes_on = true;
  const auto asker = house.ask(upgrade_with(script));
  auto peer = house.accept();
  EXPECT_NE(house.got(*peer).find("Upgrade: websocket"), std::string::npos);
  house.say(*peer, switching + "hello");
  EXPECT_EQ(asker->status(), 101);
  EXPECT_EQ(asker->body, "hello");
  script->pieces = {"one", "two"};
  script->call_wake();
  EXPECT_EQ(house.got(*peer), "onetwo");
  house.say(*peer, " again");
  EXPECT_EQ(asker->body, "hello again");
  // The client sends no more, but still reads.
  script->goes_on = false;
  script->call_wake();
  house.got(*peer);
  EXPECT_TRUE(peer->has_ended());
  house.say(*peer, " and bye");
  peer->leave();
  house.hand.turn(3);
  EXPECT_EQ(asker->body, "hello again and bye");
  EXPECT_TRUE(asker->has_ended);
  EXPECT_EQ(house.busy(), 0U);
  EXPECT_EQ(house.pool->idle(), 0U);
}

TEST(Call, IsNoTunnelWhereTheApplicationDoesNotWantOne) {
  CallHouse house;
  house.open();
  auto script = std::make_shared<net::Script>();
  script->pieces = {"too early"};
  const auto asker = house.ask(upgrade_with(script));
  auto peer = house.accept();
  EXPECT_EQ(house.got(*peer).find("too early"), std::string::npos);
  house.say(*peer, ok_answer("no"));
  EXPECT_EQ(asker->body, "no");
  EXPECT_TRUE(asker->has_ended);
}

TEST(Call, EndsWithItsOwner) {
  CallHouse house;
  house.open();
  auto asker = house.ask(CallHouse::get());
  auto peer = house.accept();
  asker->leave();
  EXPECT_EQ(house.busy(), 0U);
  house.hand.turn();
  peer->take(get_request().size());
  peer->take();
  EXPECT_TRUE(peer->has_ended());
}

// --- A process of ours, which is busy until it has answered, whoever listens. ---

class OrphanTest : public testing::Test {
 protected:
  OrphanTest() { house.open(1); }

  std::unique_ptr<Asker> ask() {
    const MadeOutgoing made("GET / HTTP/1.1|Host: a");
    Call::Request request;
    EXPECT_TRUE(house.pool->protocol().begin(made.outgoing, request.head));
    request.idempotent = true;
    return house.ask(std::move(request));
  }
  static std::string output(std::string_view text) {
    std::string record("\1\6\0\1", 4);
    record.push_back(static_cast<char>(text.size() >> 8));
    record.push_back(static_cast<char>(text.size()));
    return record.append("\0\0", 2).append(text);
  }
  static std::string end() { return {"\1\3\0\1\0\10\0\0\0\0\0\0\0\0\0\0", 16}; }

  CallHouse house{config::Protocol::wsgi};
};

TEST_F(OrphanTest, KeepsItsPlaceUntilItHasAnswered) {
  auto asker = ask();
  auto peer = house.accept();
  house.say(*peer, output("Content-Type: text/plain\r\n\r\nhel"));
  ASSERT_EQ(asker->told, "answered ");
  asker->leave();
  const auto next = ask();
  EXPECT_EQ(house.busy(), 1U);
  house.say(*peer, output("lo") + end());
  house.got(*peer);
  EXPECT_EQ(asker->told, "answered ");
  EXPECT_EQ(house.busy(), 1U) << "that is the next one's";
  house.say(*peer, output("Content-Type: text/plain\r\n\r\nnext") + end());
  EXPECT_EQ(next->body, "next");
  EXPECT_EQ(house.busy(), 0U);
  EXPECT_EQ(house.pool->idle(), 1U);
}

TEST_F(OrphanTest, MayHaveHeardNothingYet) {
  auto asker = ask();
  auto peer = house.accept();
  asker->leave();
  house.hand.turn();
  EXPECT_EQ(house.busy(), 1U);
  house.say(*peer, output("Content-Type: text/plain\r\n\r\nhello") + end());
  EXPECT_EQ(house.busy(), 0U);
  EXPECT_EQ(asker->told, "");
}

TEST_F(OrphanTest, EndsWhenItsProcessDies) {
  for (const bool has_heard : {true, false}) {
    auto asker = ask();
    auto peer = house.accept();
    ASSERT_TRUE(peer);
    if (has_heard) house.say(*peer, output("Content-Type: text/plain\r\n\r\nhel"));
    asker->leave();
    house.got(*peer);
    peer->leave();
    EXPECT_FALSE(house.accept()) << "nobody waits for another answer";
    EXPECT_EQ(house.busy(), 0U) << has_heard;
    EXPECT_EQ(asker->told.find("failed"), std::string::npos);
  }
}

TEST_F(OrphanTest, EndsWhenItSaysTooMuch) {
  auto asker = ask();
  auto peer = house.accept();
  asker->leave();
  const std::string much =
      output("Content-Type: text/plain\r\n\r\n") + output(net::pattern(60'000));
  std::size_t sent = 0;
  ASSERT_TRUE(house.hand.until([&] {
    sent += peer->send_some(std::string_view(much).substr(sent % much.size()));
    peer->take();
    return peer->has_ended();
  }));
  EXPECT_LT(sent, 4'000'000U);
  EXPECT_EQ(house.busy(), 0U);
}

TEST_F(OrphanTest, EndsWithItsPool) {
  auto asker = ask();
  const auto peer = house.accept();
  asker->leave();
  EXPECT_EQ(house.busy(), 1U);
  house.pool.reset();
  EXPECT_EQ(house.busy(), 0U);
  house.hand.turn();
}

TEST_F(OrphanTest, TakesTheTimeThatAnAnswerMayTake) {
  house.app.answer_timeout = milliseconds(100);
  auto asker = ask();
  const auto peer = house.accept();
  asker->leave();
  ASSERT_TRUE(house.hand.until([&] { return house.busy() == 0; }));
  EXPECT_EQ(house.stuck, 1);
  EXPECT_EQ(asker->told, "");
}

}  // namespace
}  // namespace frontis::upstream
