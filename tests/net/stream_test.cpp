#include "net/stream.h"

#include <gtest/gtest.h>

#include "bodies.h"
#include "hand_turned.h"
#include "peer.h"

namespace frontis::net {
namespace {

using State = Stream::Transfer::State;

iovec piece(std::string_view bytes) { return {const_cast<char*>(bytes.data()), bytes.size()}; }

State received(PlainStream& stream, std::string& into) {
  std::array<char, 64> bytes;
  const auto got = stream.receive(bytes);
  into.assign(bytes.data(), got.bytes);
  return got.state;
}

class AnyStream : public testing::TestWithParam<Pair (*)()> {
 protected:
  Pair pair = GetParam()();
  PlainStream stream{std::move(pair.near)};
  Peer peer{std::move(pair.far)};
  std::string got;
};

TEST_P(AnyStream, ReceivesUntilThePeerEnds) {
  EXPECT_EQ(received(stream, got), State::blocked);
  peer.send("hello");
  EXPECT_EQ(received(stream, got), State::moved);
  EXPECT_EQ(got, "hello");
  peer.end_sending();
  EXPECT_EQ(received(stream, got), State::ended);
  EXPECT_EQ(received(stream, got), State::ended);
}

TEST_P(AnyStream, SendsPiecesInOrderAndThenItsEnd) {
  const iovec pieces[] = {piece("one "), piece("two "), piece("three")};
  const auto sent = stream.send(pieces, false);
  EXPECT_EQ(sent.state, State::moved);
  EXPECT_EQ(sent.bytes, 13U);
  stream.end_sending();
  peer.take();
  EXPECT_EQ(peer.got(), "one two three");
  EXPECT_TRUE(peer.has_ended());
  EXPECT_FALSE(peer.was_reset());
}

TEST_P(AnyStream, IsBlockedByAPeerThatDoesNotRead) {
  const std::string much = pattern(1'000'000);
  const auto file = file_of(much);
  const iovec pieces[] = {piece(much)};
  auto state = State::moved;
  for (int i = 0; i < 1'000 && state == State::moved; ++i) state = stream.send(pieces, false).state;
  EXPECT_EQ(state, State::blocked);
  EXPECT_EQ(stream.send_file(file->number(), 0, much.size()).state, State::blocked);
  EXPECT_GT(stream.unacknowledged(), 0U);
}

TEST_P(AnyStream, IsBrokenWhenThePeerHasGone) {
  peer.leave();
  const iovec pieces[] = {piece("x")};
  auto state = State::moved;
  for (int i = 0; i < 1'000 && state == State::moved; ++i) state = stream.send(pieces, false).state;
  EXPECT_EQ(state, State::broken);
}

TEST_P(AnyStream, SaysThatAFileEndedTooEarly) {
  const auto file = file_of("0123456789");
  const auto sent = stream.send_file(file->number(), 6, 10);
  EXPECT_EQ(sent.state, State::moved);
  EXPECT_EQ(sent.bytes, 4U);
  EXPECT_EQ(stream.send_file(file->number(), 10, 6).state, State::ended);
  peer.take();
  EXPECT_EQ(peer.got(), "6789");
}

INSTANTIATE_TEST_SUITE_P(Sockets, AnyStream, testing::Values(&unix_pair, &tcp_pair),
                         [](const auto& made) { return made.index == 0 ? "Unix" : "Tcp"; });

TEST(Stream, DropsWhatWasNotDeliveredWhenAbandoned) {
  Pair pair = tcp_pair();
  Peer peer(std::move(pair.far));
  {
    PlainStream stream(std::move(pair.near));
    const iovec pieces[] = {piece("half an answer")};
    stream.send(pieces, false);
    stream.abandon();
  }
  peer.take();
  EXPECT_TRUE(peer.was_reset());
}

}  // namespace
}  // namespace frontis::net
