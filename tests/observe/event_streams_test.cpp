#include "observe/event_streams.h"

#include <gtest/gtest.h>

#include <array>

namespace frontis::observe {
namespace {

// All that can be pulled now, in pieces of `most` bytes.
std::string pull_all(Source& source, std::size_t most = 1000) {
  std::string text;
  std::array<char, 1000> room;
  while (true) {
    const Source::Pull got = source.pull(std::span(room).first(most));
    if (got.state != Source::State::data) {
      EXPECT_EQ(got.state, Source::State::pending);
      return text;
    }
    text.append(room.data(), got.bytes);
  }
}

TEST(EventStreams, BeginWithTheFirstEventAndTellWhatIsPublished) {
  EventStreams streams;
  const auto source = streams.open("{\"a\":1}");
  EXPECT_EQ(pull_all(*source, 3), "data: {\"a\":1}\n\n");
  int woken = 0;
  source->when_ready([&] { ++woken; });
  streams.publish("two");
  EXPECT_EQ(woken, 1);
  streams.publish("three");
  EXPECT_EQ(woken, 1) << "once for each time that it was asked for";
  EXPECT_EQ(pull_all(*source), "data: three\n\n");
}

TEST(EventStreams, NeverCutAnEventForASlowReader) {
  EventStreams streams;
  const auto source = streams.open("first");
  std::array<char, 4> room;
  ASSERT_EQ(source->pull(room).bytes, 4U);
  streams.publish("second");
  streams.publish("third");
  EXPECT_EQ(pull_all(*source), ": first\n\ndata: third\n\n");
}

TEST(EventStreams, AreBounded) {
  EventStreams streams;
  std::vector<std::unique_ptr<Source>> open;
  for (std::size_t i = 0; i < EventStreams::most; ++i) open.push_back(streams.open(""));
  EXPECT_EQ(streams.open(""), nullptr);
  open.pop_back();
  EXPECT_NE(streams.open(""), nullptr);
  open.clear();
  EXPECT_TRUE(streams.is_empty());
}

TEST(EventStreams, BearThatOneEndsWhileAnotherIsTold) {
  EventStreams streams;
  auto first = streams.open("");
  auto second = streams.open("");
  first->when_ready([&] { second.reset(); });
  streams.publish("x");
  EXPECT_EQ(second, nullptr);
}

}  // namespace
}  // namespace frontis::observe
