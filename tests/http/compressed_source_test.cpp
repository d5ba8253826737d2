#include "http/compressed_source.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "stream_decoder.h"

namespace frontis::http {
namespace {

using State = Source::State;

constexpr std::array all{Coding::gzip, Coding::br, Coding::zstd};
std::string name_of(Coding coding) { return std::string(row_of(coding).token); }

struct Act {
  State state;
  std::string bytes;
};
Act data(std::string bytes) { return {State::data, std::move(bytes)}; }
const Act pending{State::pending, ""};
const Act failed{State::failed, ""};

// Does one act for each pull, then ends; data that has no room comes in several pulls.
class Scripted final : public Source {
 public:
  explicit Scripted(std::vector<Act> acts) : acts_(acts.begin(), acts.end()) {}

  Pull pull(std::span<char> into) override {
    EXPECT_FALSE(is_over_) << "it was asked after its end";
    EXPECT_FALSE(into.empty());
    if (acts_.empty()) is_over_ = true;
    if (acts_.empty()) return {State::end};
    Act& act = acts_.front();
    if (act.state != State::data) {
      is_over_ = act.state == State::failed;
      const State state = act.state;
      acts_.pop_front();
      return {state};
    }
    const std::size_t size = std::min(into.size(), act.bytes.size());
    std::memcpy(into.data(), act.bytes.data(), size);
    taken += size;
    act.bytes.erase(0, size);
    if (act.bytes.empty()) acts_.pop_front();
    return {State::data, size};
  }
  void when_ready(std::function<void()> wake) override { wake(); }

  std::size_t taken = 0;

 private:
  std::deque<Act> acts_;
  bool is_over_ = false;
};

std::unique_ptr<Source> compressed(std::vector<Act> acts, Coding coding) {
  return compress(std::make_unique<Scripted>(std::move(acts)), coding);
}

struct Outcome {
  State state;  // end or failed
  std::string coded;
};

// All that comes, by spans of `span` bytes; a pending is asked again at once.
Outcome drained(Source& source, std::size_t span) {
  std::string into(span, '\0');
  std::string coded;
  for (unsigned in_vain = 0; in_vain < 1'000;) {
    const auto got = source.pull(into);
    EXPECT_LE(got.bytes, span);
    EXPECT_EQ(got.bytes > 0, got.state == State::data);
    coded.append(into, 0, got.bytes);
    if (got.state == State::end || got.state == State::failed) return {got.state, coded};
    in_vain = got.state == State::pending ? in_vain + 1 : 0;
  }
  ADD_FAILURE() << "it neither gives nor ends";
  return {State::failed, coded};
}

std::string text(std::size_t size) {
  std::string words;
  for (unsigned i = 0; words.size() < size; ++i) {
    words += "<li class=\"row\">number " + std::to_string(i * i % 9973) + "</li>\n";
  }
  words.resize(size);
  return words;
}

std::string noise(std::size_t size) {
  std::string bytes(size, '\0');
  std::uint32_t state = 1;
  for (char& byte : bytes) {
    state = state * 1664525U + 1013904223U;
    byte = static_cast<char>(state >> 24);
  }
  return bytes;
}

std::vector<Act> byte_by_byte(const std::string& body, bool with_pending) {
  std::vector<Act> acts;
  for (const char byte : body) {
    acts.push_back(data(std::string(1, byte)));
    if (with_pending) acts.push_back(pending);
  }
  return acts;
}

void expect_body(const std::vector<Act>& acts, const std::string& body, const std::string& what) {
  for (const Coding coding : all) {
    for (const std::size_t span : {1UL, 7UL, 16UL * 1024, 100'000UL}) {
      const auto source = compressed(acts, coding);
      const Outcome outcome = drained(*source, span);
      EXPECT_EQ(outcome.state, State::end);
      StreamDecoder decoder(coding);
      EXPECT_TRUE(decoder.feed(outcome.coded) == body)
          << what << " as " << name_of(coding) << " by " << span;
      EXPECT_TRUE(decoder.is_complete()) << what << " as " << name_of(coding) << " by " << span;
    }
  }
}

TEST(CompressedSourceTest, ABodyComesOutWhole) {
  for (const std::string& body :
       {std::string("x"), text(1'000), text(200'000), noise(100'000), std::string(400'000, '0')}) {
    expect_body({data(body)}, body, std::to_string(body.size()) + " bytes");
  }
}

TEST(CompressedSourceTest, AnEmptyBodyIsAWholeCodingOfNothing) {
  expect_body({}, "", "nothing");
  expect_body({pending, pending}, "", "nothing after a while");
}

TEST(CompressedSourceTest, ABodyMayComeByteByByte) {
  const std::string body = text(2'000);
  expect_body(byte_by_byte(body, false), body, "bytes");
  expect_body(byte_by_byte(body, true), body, "bytes with pauses");
}

// Gives what the test has put there, and waits for more until it is over.
class Tap final : public Source {
 public:
  Pull pull(std::span<char> into) override {
    if (there.empty()) return {is_over ? State::end : State::pending};
    const std::size_t size = std::min(into.size(), there.size());
    std::memcpy(into.data(), there.data(), size);
    there.erase(0, size);
    return {State::data, size};
  }
  void when_ready(std::function<void()> wake) override { wake(); }

  std::string there;
  bool is_over = false;
};

// An event must not wait in the encoder for the next one.
TEST(CompressedSourceTest, NothingIsHeldBackWhileTheInnerSourceWaits) {
  const std::vector<std::string> events{"data: 1\n\n", "d", noise(40'000), text(90'000), "\n", "2"};
  for (const Coding coding : all) {
    for (const std::size_t span : {1UL, 5UL, 6UL, 7UL, 1'000'000UL}) {
      auto inner = std::make_unique<Tap>();
      Tap& tap = *inner;
      const auto source = compress(std::move(inner), coding);
      StreamDecoder decoder(coding);
      std::string into(span, '\0');
      for (const std::string& event : events) {
        tap.there = event;
        std::string seen;
        auto got = source->pull(into);
        for (; got.state == State::data; got = source->pull(into)) {
          seen += decoder.feed({into.data(), got.bytes});
        }
        EXPECT_EQ(got.state, State::pending) << name_of(coding);
        EXPECT_TRUE(seen == event) << name_of(coding) << " by " << span;
      }
      tap.is_over = true;
      EXPECT_EQ(decoder.feed(drained(*source, span).coded), "");
      EXPECT_TRUE(decoder.is_complete()) << name_of(coding) << " by " << span;
    }
  }
}

TEST(CompressedSourceTest, WaitingCostsNoBytes) {
  for (const Coding coding : all) {
    const auto source = compressed({data("event"), pending, pending, pending, pending}, coding);
    std::string into(1'000, '\0');
    EXPECT_EQ(source->pull(into).state, State::data) << name_of(coding);
    EXPECT_EQ(source->pull(into).state, State::pending) << name_of(coding);
    EXPECT_EQ(source->pull(into).state, State::pending) << name_of(coding);
  }
}

// A flush where none is needed would make it larger.
TEST(CompressedSourceTest, HowThePiecesComeDoesNotMatter) {
  const std::string body = text(100'000);
  std::vector<Act> pieces;
  for (std::size_t i = 0; i < body.size(); i += 100) pieces.push_back(data(body.substr(i, 100)));
  for (const Coding coding : all) {
    const auto at_once = drained(*compressed({data(body)}, coding), 4'096).coded.size();
    const auto in_pieces = drained(*compressed(pieces, coding), 4'096).coded.size();
    EXPECT_LE(in_pieces, at_once + at_once / 50) << name_of(coding);
    EXPECT_LT(at_once, body.size() / 4) << name_of(coding);
  }
}

TEST(CompressedSourceTest, AFailureIsPassedOnAndNoBodyEnds) {
  const std::string body = text(50'000);
  for (const std::vector<Act>& acts :
       {std::vector<Act>{failed}, std::vector<Act>{data(body), failed},
        std::vector<Act>{data(body), pending, failed}}) {
    for (const Coding coding : all) {
      for (const std::size_t span : {1UL, 100'000UL}) {
        const auto source = compressed(acts, coding);
        const Outcome outcome = drained(*source, span);
        EXPECT_EQ(outcome.state, State::failed) << name_of(coding);
        StreamDecoder decoder(coding);
        decoder.feed(outcome.coded);
        EXPECT_FALSE(decoder.is_complete()) << name_of(coding);
        std::string into(span, '\0');
        EXPECT_EQ(source->pull(into).state, State::failed) << name_of(coding);
      }
    }
  }
}

TEST(CompressedSourceTest, TheEndStaysTheEnd) {
  for (const Coding coding : all) {
    const auto source = compressed({data("x")}, coding);
    EXPECT_EQ(drained(*source, 100).state, State::end);
    std::string into(100, '\0');
    EXPECT_EQ(source->pull(into).state, State::end) << name_of(coding);
  }
}

TEST(CompressedSourceTest, OnePullTakesABoundedAmount) {
  constexpr std::size_t most = 256 * 1024;
  const std::string body(4 * most, '0');
  for (const Coding coding : all) {
    auto inner = std::make_unique<Scripted>(std::vector<Act>{data(body)});
    const Scripted& scripted = *inner;
    const auto source = compress(std::move(inner), coding);
    std::string into(16'384, '\0');
    StreamDecoder decoder(coding);
    std::string seen;
    for (std::size_t before = 0; scripted.taken < body.size(); before = scripted.taken) {
      const auto got = source->pull(into);
      ASSERT_EQ(got.state, State::data) << name_of(coding);
      EXPECT_LE(scripted.taken - before, most) << name_of(coding);
      seen += decoder.feed({into.data(), got.bytes});
    }
    seen += decoder.feed(drained(*source, 16'384).coded);
    EXPECT_TRUE(seen == body) << name_of(coding);
  }
}

TEST(CompressedSourceTest, WhoWaitsWaitsForTheInnerSource) {
  for (const Coding coding : all) {
    const auto source = compressed({pending}, coding);
    char byte = 0;
    EXPECT_EQ(source->pull({&byte, 1}).state, State::pending);
    bool is_woken = false;
    source->when_ready([&is_woken] { is_woken = true; });
    EXPECT_TRUE(is_woken) << name_of(coding);
  }
}

TEST(CompressedSourceTest, WithoutACodingItIsTheInnerSource) {
  for (const Coding coding : {Coding::identity, Coding::dcz}) {
    auto inner = std::make_unique<Scripted>(std::vector<Act>{});
    const Source* const as_it_was = inner.get();
    EXPECT_EQ(compress(std::move(inner), coding).get(), as_it_was);
  }
}

}  // namespace
}  // namespace frontis::http
