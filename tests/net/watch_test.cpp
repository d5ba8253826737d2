#include "net/watch.h"

#include <gtest/gtest.h>

#include <functional>

#include "hand_turned.h"
#include "peer.h"

namespace frontis::net {
namespace {

class Watched : private Watch::Owner {
 public:
  Watched(Loop& loop, Descriptor socket)
      : socket_(std::move(socket)), watch_(loop, socket_.number(), *this) {}

  void want(bool read, bool write) { watch_.want(read, write); }

  int reads = 0;
  int writes = 0;
  std::function<void()> then;

 private:
  void ready(bool readable, bool writable) override {
    reads += readable;
    writes += writable;
    if (then) then();
  }

  Descriptor socket_;
  Watch watch_;
};

TEST(Watch, TellsOnlyWhatIsWanted) {
  HandTurned hand;
  Pair pair = unix_pair();
  Watched watched(hand.loop, std::move(pair.near));
  Peer peer(std::move(pair.far));
  peer.send("x");
  hand.turn();
  EXPECT_EQ(watched.reads + watched.writes, 0);
  watched.want(true, false);
  EXPECT_EQ(watched.reads, 0);
  hand.turn();
  EXPECT_EQ(watched.reads, 1);
  EXPECT_EQ(watched.writes, 0);
  watched.want(false, true);
  hand.turn();
  EXPECT_EQ(watched.reads, 1);
  EXPECT_EQ(watched.writes, 1);
  watched.want(false, false);
  hand.turn(3);
  EXPECT_EQ(watched.reads + watched.writes, 2);
}

TEST(Watch, TellsAgainUntilTheReasonIsGone) {
  HandTurned hand;
  Pair pair = unix_pair();
  Watched watched(hand.loop, std::move(pair.near));
  Peer peer(std::move(pair.far));
  peer.send("x");
  watched.want(true, false);
  hand.turn(3);
  EXPECT_EQ(watched.reads, 3);
}

TEST(Watch, TellsOfAHangUpAsWhateverIsWanted) {
  HandTurned hand;
  Pair pair = unix_pair();
  Watched watched(hand.loop, std::move(pair.near));
  pair.far.close();
  watched.want(true, false);
  hand.turn();
  EXPECT_EQ(watched.reads, 1);
  watched.want(false, true);
  hand.turn();
  EXPECT_EQ(watched.writes, 1);
  watched.want(false, false);
  hand.turn(3);
  EXPECT_EQ(watched.reads + watched.writes, 2);
}

TEST(Watch, MayChangeItsMindInItsOwnCall) {
  HandTurned hand;
  Pair pair = unix_pair();
  Watched watched(hand.loop, std::move(pair.near));
  Peer peer(std::move(pair.far));
  peer.send("x");
  watched.then = [&] { watched.want(false, watched.writes == 0); };
  watched.want(true, false);
  hand.turn(5);
  EXPECT_EQ(watched.reads, 1);
  EXPECT_EQ(watched.writes, 1);
}

TEST(Watch, MayEndInItsOwnCallWhenItIsRetired) {
  HandTurned hand;
  Pair pair = unix_pair();
  auto watched = std::make_unique<Watched>(hand.loop, std::move(pair.near));
  Peer peer(std::move(pair.far));
  peer.send("x");
  watched->want(true, true);
  int calls = 0;
  watched->then = [&] {
    ++calls;
    hand.loop.retire(std::move(watched));
  };
  hand.turn(3);
  EXPECT_EQ(calls, 1);
  peer.take();
  EXPECT_TRUE(peer.has_ended());
}

}  // namespace
}  // namespace frontis::net
