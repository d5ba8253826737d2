#include "net/pump.h"

#include <gtest/gtest.h>

#include <string>

#include "bodies.h"
#include "peer.h"

namespace frontis::net {
namespace {

// Has room for everything, or for `room` bytes at most in a call, and keeps what it gets.
class Bin : public Stream {
 public:
  Transfer receive(std::span<char>) override { return {Transfer::State::blocked}; }
  Transfer send(std::span<const iovec> pieces, bool more) override {
    ++sends;
    waits_for_more = more;
    std::size_t taken = 0;
    for (const iovec& piece : pieces) {
      const std::size_t size = std::min(piece.iov_len, room - taken);
      got.append(static_cast<const char*>(piece.iov_base), size);
      taken += size;
    }
    return {Transfer::State::moved, taken};
  }
  Transfer send_file(int file, std::uint64_t offset, std::size_t length) override {
    waits_for_more = false;
    std::string bytes(length, '\0');
    const auto read = ::pread(file, bytes.data(), length, static_cast<off_t>(offset));
    if (read <= 0) return {Transfer::State::ended};
    got.append(bytes, 0, static_cast<std::size_t>(read));
    return {Transfer::State::moved, static_cast<std::size_t>(read)};
  }
  void end_sending() override {}
  void abandon() override {}
  std::uint64_t unacknowledged() const override { return 0; }
  int descriptor() const override { return -1; }

  std::size_t room = SIZE_MAX;
  std::string got;
  int sends = 0;
  bool waits_for_more = false;
};

constexpr std::size_t slice = 512 * 1024;

Body source_body(std::initializer_list<std::string> pieces) {
  auto script = std::make_shared<Script>();
  script->pieces = pieces;
  return std::make_unique<ScriptedSource>(std::move(script));
}

// Moves and reads in turn until nothing is left; every source here is ready at once.
std::string all_of(Pump& pump, Stream& stream, Peer& peer) {
  for (int i = 0; i < 100'000; ++i) {
    const auto state = pump.move(stream);
    EXPECT_TRUE(state == Pump::State::empty || state == Pump::State::blocked);
    peer.take();
    if (state == Pump::State::empty) return peer.got();
  }
  return "it did not come to an end";
}

struct BodyKind {
  std::string name;
  std::function<Body(const std::string&)> make;
};

void PrintTo(const BodyKind& kind, std::ostream* out) { *out << kind.name; }

class PumpOfAnyBody : public testing::TestWithParam<BodyKind> {
 protected:
  static void through(Pair pair, std::size_t size) {
    set_send_buffer(pair.near, 4'096);
    PlainStream stream(std::move(pair.near));
    Peer peer(std::move(pair.far));
    const std::string content = pattern(size);
    Pump pump;
    pump.text() = "head|";
    pump.add(GetParam().make(content));
    EXPECT_EQ(all_of(pump, stream, peer), "head|" + content);
    EXPECT_EQ(pump.moved(), content.size() + 5);
    EXPECT_FALSE(pump.has_body());
    EXPECT_EQ(pump.waiting_text(), 0U);
  }
};

TEST_P(PumpOfAnyBody, LosesNothingInSmallUnixBuffers) { through(unix_pair(), 700'000); }
TEST_P(PumpOfAnyBody, LosesNothingInSmallTcpBuffers) { through(tcp_pair(), 700'000); }
TEST_P(PumpOfAnyBody, SendsSmallBodies) { through(unix_pair(), 10); }
TEST_P(PumpOfAnyBody, SendsEmptyBodies) { through(tcp_pair(), 0); }

TEST_P(PumpOfAnyBody, SaysThatItIsEmptyWhereverTheSliceEnds) {
  // Around one slice and two, head included: an end that meets the slice's is an end all the same.
  const std::string much = pattern(2 * slice + 6);
  for (const std::size_t slices : {1U, 2U}) {
    for (std::size_t size = slices * slice - 6; size <= slices * slice + 6; ++size) {
      const std::string content = much.substr(0, size);
      Bin bin;
      Pump pump;
      pump.text() = "head|";
      pump.add(GetParam().make(content));
      auto state = Pump::State::blocked;
      while (state == Pump::State::blocked) {
        state = pump.move(bin);
        // Whoever is told to come again must have a reason to.
        const bool is_over = pump.waiting_text() == 0 && !pump.has_body();
        EXPECT_EQ(is_over, state == Pump::State::empty) << content.size();
      }
      EXPECT_EQ(bin.got, "head|" + content);
    }
  }
}

TEST_P(PumpOfAnyBody, MovesABoundedSliceAtATime) {
  Bin bin;
  Pump pump;
  const std::string content = pattern(5 * slice);
  pump.text() = "head|";
  pump.add(GetParam().make(content));
  int moves = 0;
  std::size_t before = 0;
  for (auto state = Pump::State::blocked; state != Pump::State::empty; ++moves) {
    state = pump.move(bin);
    EXPECT_LE(bin.got.size() - before, slice + 64 * 1024);
    before = bin.got.size();
  }
  EXPECT_GE(moves, 5);
  EXPECT_EQ(bin.got, "head|" + content);
}

TEST_P(PumpOfAnyBody, LeavesNoPacketWaitingForMoreAtTheEnd) {
  for (const std::size_t size : {0U, 1U, 100'000U}) {
    Bin bin;
    Pump pump;
    pump.text() = "head|";
    pump.add(GetParam().make(pattern(size)));
    EXPECT_EQ(pump.move(bin), Pump::State::empty);
    EXPECT_FALSE(bin.waits_for_more) << size;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, PumpOfAnyBody,
    testing::Values(BodyKind{"Bytes", [](const std::string& text) { return text_body(text); }},
                    BodyKind{"File", [](const std::string& text) { return file_body(text); }},
                    BodyKind{"Source",
                             [](const std::string& text) {
                               if (text.empty()) return source_body({});
                               return source_body({text});
                             }}),
    [](const auto& made) { return made.param.name; });

TEST(Pump, SendsOneBodyAfterTheOther) {
  Pair pair = unix_pair();
  set_send_buffer(pair.near, 4'096);
  PlainStream stream(std::move(pair.near));
  Peer peer(std::move(pair.far));
  const std::string content = pattern(50'000);
  std::string wanted;
  Pump pump;
  for (int round = 0; round < 6; ++round) {
    pump.text() += "head " + std::to_string(round) + "|";
    if (round % 3 == 0) pump.add(text_body(content));
    if (round % 3 == 1) pump.add(file_body(content));
    if (round % 3 == 2) pump.add(source_body({content}));
    wanted += "head " + std::to_string(round) + "|" + content;
    EXPECT_EQ(all_of(pump, stream, peer), wanted);
  }
  EXPECT_EQ(pump.moved(), wanted.size());
}

TEST(Pump, SendsSeveralSmallAnswersAtOnce) {
  Bin bin;
  Pump pump;
  for (const char* answer : {"one", "two", "three"}) {
    pump.text() += "head|";
    pump.add(text_body(answer));
    EXPECT_FALSE(pump.has_body());
  }
  EXPECT_EQ(pump.move(bin), Pump::State::empty);
  EXPECT_EQ(bin.got, "head|onehead|twohead|three");
  EXPECT_EQ(bin.sends, 1);
}

TEST(Pump, SendsAHeadAndALargeBodyAtOnce) {
  Bin bin;
  Pump pump;
  pump.text() = "head|";
  pump.add(text_body(pattern(100'000)));
  EXPECT_EQ(pump.move(bin), Pump::State::empty);
  EXPECT_EQ(bin.sends, 1);
}

TEST(Pump, SendsTheRightPartOfAFile) {
  Bin bin;
  Pump pump;
  pump.add(FileSlice{file_of("0123456789"), 3, 4});
  EXPECT_EQ(pump.move(bin), Pump::State::empty);
  EXPECT_EQ(bin.got, "3456");
}

TEST(Pump, FailsWhenAFileEndsBeforeItsSlice) {
  for (const std::size_t left : {0U, 100'000U}) {
    Pair pair = tcp_pair();
    PlainStream stream(std::move(pair.near));
    Peer peer(std::move(pair.far));
    const std::string content = pattern(200'000);
    const auto file = file_of(content);
    ASSERT_EQ(::ftruncate(file->number(), static_cast<off_t>(left)), 0);
    Pump pump;
    pump.text() = "head|";
    pump.add(FileSlice{file, 0, content.size()});
    auto state = Pump::State::blocked;
    for (int i = 0; i < 100'000 && state == Pump::State::blocked; ++i) {
      state = pump.move(stream);
      peer.take();
    }
    EXPECT_EQ(state, Pump::State::failed);
    EXPECT_EQ(pump.moved(), left + 5);
  }
}

TEST(Pump, FailsWithItsSource) {
  auto script = std::make_shared<Script>();
  script->pieces = {"half"};
  script->fails = true;
  Bin bin;
  Pump pump;
  pump.add(std::make_unique<ScriptedSource>(script));
  EXPECT_EQ(pump.move(bin), Pump::State::failed);
  EXPECT_EQ(bin.got, "half");
}

TEST(Pump, FailsWhenThePeerHasLeft) {
  Pair pair = unix_pair();
  PlainStream stream(std::move(pair.near));
  pair.far.close();
  Pump pump;
  pump.text() = "head|";
  EXPECT_EQ(pump.move(stream), Pump::State::failed);
}

TEST(Pump, WaitsForItsSourceAndSendsFirstWhatItHas) {
  auto script = std::make_shared<Script>();
  script->pieces = {"one", "", "two"};
  Bin bin;
  Pump pump;
  pump.text() = "head|";
  pump.add(std::make_unique<ScriptedSource>(script));
  EXPECT_EQ(pump.move(bin), Pump::State::waiting);
  EXPECT_EQ(bin.got, "head|one");
  ASSERT_NE(pump.source(), nullptr);
  EXPECT_EQ(pump.move(bin), Pump::State::empty);
  EXPECT_EQ(bin.got, "head|onetwo");
  EXPECT_EQ(pump.source(), nullptr);
}

TEST(Pump, PullsOnlyWhileTheStreamHasRoom) {
  Pair pair = unix_pair();
  set_send_buffer(pair.near, 4'096);
  PlainStream stream(std::move(pair.near));
  auto script = std::make_shared<Script>();
  for (int i = 0; i < 100; ++i) script->pieces.push_back(pattern(32 * 1024));
  Pump pump;
  pump.add(std::make_unique<ScriptedSource>(script));
  EXPECT_EQ(pump.move(stream), Pump::State::blocked);
  const std::size_t pulls = script->pulls;
  EXPECT_LT(pulls, 5U);
  EXPECT_EQ(pump.move(stream), Pump::State::blocked);
  EXPECT_EQ(script->pulls, pulls);
}

TEST(Pump, SendsAsManyBytesOfASourceAsWerePromised) {
  struct Case {
    std::initializer_list<std::string> pieces;
    Pump::State state;
    std::string sent;
  };
  const Case cases[] = {
      {{"12345"}, Pump::State::empty, "12345"},
      {{"123", "45"}, Pump::State::empty, "12345"},
      {{"123"}, Pump::State::failed, "123"},
      {{}, Pump::State::failed, ""},
  };
  for (const auto& [pieces, state, sent] : cases) {
    Bin bin;
    Pump pump;
    pump.add(source_body(pieces), 5);
    EXPECT_EQ(pump.move(bin), state);
    EXPECT_EQ(bin.got, sent);
  }
}

TEST(Pump, DoesNotAskASourceForMoreThanWasPromised) {
  auto script = std::make_shared<Script>();
  script->pieces = {"123", "456789", "0"};
  Bin bin;
  Pump pump;
  pump.add(std::make_unique<ScriptedSource>(script), 5);
  EXPECT_EQ(pump.move(bin), Pump::State::empty);
  EXPECT_EQ(bin.got, "12345");
  EXPECT_EQ(script->pulls, 2U);
}

TEST(Pump, DoesNotAskASourceThatPromisedNothing) {
  auto script = std::make_shared<Script>();
  script->pieces = {"123"};
  Pump pump;
  pump.add(std::make_unique<ScriptedSource>(script), 0);
  EXPECT_FALSE(pump.has_body());
  EXPECT_EQ(script->pulls, 0U);
  EXPECT_NE(pump.take_ended(), nullptr);
}

TEST(Pump, KeepsASourceThatEndedUntilItIsTaken) {
  auto script = std::make_shared<Script>();
  script->pieces = {"all"};
  Bin bin;
  Pump pump;
  pump.add(std::make_unique<ScriptedSource>(script));
  EXPECT_EQ(pump.move(bin), Pump::State::empty);
  EXPECT_FALSE(script->destroyed);
  EXPECT_NE(pump.take_ended(), nullptr);
  EXPECT_TRUE(script->destroyed);
  EXPECT_EQ(pump.take_ended(), nullptr);
}

TEST(Pump, ForgetsEverythingWhenCleared) {
  auto script = std::make_shared<Script>();
  script->pieces = {"", "late"};
  Bin bin;
  Pump pump;
  pump.text() = "head|";
  pump.add(std::make_unique<ScriptedSource>(script));
  EXPECT_EQ(pump.move(bin), Pump::State::waiting);
  pump.clear();
  EXPECT_TRUE(script->destroyed);
  EXPECT_EQ(pump.moved(), 0U);
  EXPECT_EQ(pump.move(bin), Pump::State::empty);
}

}  // namespace
}  // namespace frontis::net
