#include "http/chunked_source.h"

#include <gtest/gtest.h>

#include "../net/bodies.h"

namespace frontis::http {
namespace {

struct Pulled {
  std::string text;
  Source::State last;
};

Pulled pull_all(Source& source, std::size_t room) {
  std::string into(room, '\0');
  Pulled pulled{};
  do {
    const auto got = source.pull(into);
    pulled.last = got.state;
    EXPECT_LE(got.bytes, room);
    if (got.state == Source::State::data) pulled.text.append(into, 0, got.bytes);
  } while (pulled.last == Source::State::data);
  return pulled;
}

ChunkedSource chunked(const std::shared_ptr<net::Script>& script) {
  return ChunkedSource(std::make_unique<net::ScriptedSource>(script));
}

TEST(ChunkedSource, FramesEachPieceAndEndsWithTheLastChunk) {
  const auto script = std::make_shared<net::Script>();
  script->pieces = {"one", std::string(16, 'x')};
  auto source = chunked(script);
  const auto [text, last] = pull_all(source, 1'000);
  EXPECT_EQ(text, "3\r\none\r\n10\r\nxxxxxxxxxxxxxxxx\r\n0\r\n\r\n");
  EXPECT_EQ(last, Source::State::end);
}

TEST(ChunkedSource, OfNothingIsTheLastChunkAlone) {
  auto source = chunked(std::make_shared<net::Script>());
  EXPECT_EQ(pull_all(source, 1'000).text, "0\r\n\r\n");
  EXPECT_EQ(pull_all(source, 1'000).last, Source::State::end);
}

TEST(ChunkedSource, FitsIntoTheRoomThereIs) {
  for (const std::size_t room : {32U, 33U, 100U, 4'096U, 32U * 1024}) {
    const auto script = std::make_shared<net::Script>();
    script->pieces = {net::pattern(5'000)};
    auto source = chunked(script);
    const auto text = pull_all(source, room).text;
    std::string content;
    for (std::size_t at = 0;;) {
      const std::size_t size = std::stoul(text.substr(at), nullptr, 16);
      at = text.find("\r\n", at) + 2;
      if (size == 0) break;
      content += text.substr(at, size);
      ASSERT_EQ(text.substr(at + size, 2), "\r\n");
      at += size + 2;
    }
    EXPECT_EQ(content, net::pattern(5'000)) << room;
    EXPECT_TRUE(text.ends_with("0\r\n\r\n"));
  }
}

TEST(ChunkedSource, HasNoLastChunkWhenItFails) {
  const auto script = std::make_shared<net::Script>();
  script->pieces = {"one"};
  script->fails = true;
  auto source = chunked(script);
  const auto [text, last] = pull_all(source, 1'000);
  EXPECT_EQ(text, "3\r\none\r\n");
  EXPECT_EQ(last, Source::State::failed);
}

TEST(ChunkedSource, WaitsAndWakesWithWhatIsInside) {
  const auto script = std::make_shared<net::Script>();
  script->pieces = {"", "one"};
  auto source = chunked(script);
  std::string into(100, '\0');
  EXPECT_EQ(source.pull(into).state, Source::State::pending);
  bool woken = false;
  source.when_ready([&] { woken = true; });
  script->call_wake();
  EXPECT_TRUE(woken);
  EXPECT_EQ(source.pull(into).state, Source::State::data);
}

}  // namespace
}  // namespace frontis::http
