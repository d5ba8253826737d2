#include "base/source.h"

#include <gtest/gtest.h>

namespace frontis {
namespace {

class Endless : public Source {
 public:
  Pull pull(std::span<char> into) override {
    into[0] = 'x';
    return {State::data, 1};
  }
  void when_ready(std::function<void()>) override {}
};

TEST(Source, KnowsTheLengthOfEveryBodyButThatOfASource) {
  EXPECT_EQ(length_of(Body{}), 0U);
  EXPECT_EQ(length_of(Body{SharedBytes{nullptr, "12345"}}), 5U);
  EXPECT_EQ(length_of(Body{SharedBytes{}}), 0U);
  EXPECT_EQ(length_of(Body{FileSlice{nullptr, 7, 1ULL << 40}}), 1ULL << 40);
  EXPECT_EQ(length_of(Body{std::make_unique<Endless>()}), std::nullopt);
}

TEST(Source, MakesABodyThatOwnsItsText) {
  for (const std::string text : {"short", "", "long enough to live outside of the string itself"}) {
    Body body;
    {
      std::string temporary = text;
      body = text_body(std::move(temporary));
    }
    const Body moved = std::move(body);
    const auto* bytes = std::get_if<SharedBytes>(&moved);
    ASSERT_NE(bytes, nullptr);
    EXPECT_EQ(bytes->bytes, text);
    EXPECT_EQ(length_of(moved), text.size());
  }
}

TEST(Source, KeepsTheTextForAsLongAsAnyoneHasTheBody) {
  std::weak_ptr<const void> watched;
  {
    std::optional<SharedBytes> second;
    {
      const Body body = text_body("shared by two");
      second = std::get<SharedBytes>(body);
      watched = second->owner;
    }
    EXPECT_EQ(second->bytes, "shared by two");
  }
  EXPECT_TRUE(watched.expired());
}

}  // namespace
}  // namespace frontis
