#include "base/buffer.h"

#include <gtest/gtest.h>

#include <random>

namespace frontis {
namespace {

TEST(Buffer, GivesBackWhatWasAppendedInOrder) {
  Buffer buffer;
  EXPECT_TRUE(buffer.empty());
  buffer.append("GET /");
  buffer.append("");
  buffer.append(" HTTP/1.1");
  EXPECT_EQ(buffer.view(), "GET / HTTP/1.1");
  EXPECT_EQ(buffer.size(), 14U);
  EXPECT_FALSE(buffer.empty());
}

TEST(Buffer, ConsumesFromTheFrontWithoutMovingTheRest) {
  Buffer buffer;
  buffer.append("head body");
  const std::string_view body = buffer.view().substr(5);
  buffer.consume(5);
  EXPECT_EQ(buffer.view(), "body");
  EXPECT_EQ(buffer.view().data(), body.data());
  buffer.consume(0);
  EXPECT_EQ(buffer.view(), "body");
}

TEST(Buffer, StartsAnewWhenAllIsConsumed) {
  Buffer buffer;
  buffer.append("first");
  const char* const start = buffer.view().data();
  buffer.consume(5);
  EXPECT_TRUE(buffer.empty());
  buffer.append("next");
  EXPECT_EQ(buffer.view(), "next");
  EXPECT_EQ(buffer.view().data(), start);
}

TEST(Buffer, CompactsOnlyOnceTheDeadSpaceOutweighsTheRest) {
  Buffer buffer;
  buffer.append("0123456789");
  const char* const start = buffer.view().data();
  buffer.consume(4);
  buffer.compact();
  EXPECT_EQ(buffer.view().data(), start + 4);
  buffer.consume(2);
  buffer.compact();
  EXPECT_EQ(buffer.view().data(), start);
  EXPECT_EQ(buffer.view(), "6789");
}

TEST(Buffer, ClearsWhetherOrNotAnythingWasConsumed) {
  Buffer buffer;
  buffer.append("abc");
  buffer.consume(1);
  buffer.clear();
  EXPECT_TRUE(buffer.empty());
  buffer.append("d");
  EXPECT_EQ(buffer.view(), "d");
}

TEST(Buffer, GivesItsMemoryBackOnlyWhenItIsEmptyAndLarge) {
  Buffer buffer;
  buffer.append(std::string(10'000, 'x'));
  buffer.consume(9'999);
  buffer.shrink(4'096);
  EXPECT_EQ(buffer.view(), "x");
  buffer.consume(1);
  const char* const large = buffer.view().data();
  buffer.shrink(20'000);
  EXPECT_EQ(buffer.view().data(), large);
  buffer.shrink(4'096);
  EXPECT_NE(buffer.view().data(), large);
  EXPECT_TRUE(buffer.empty());
  buffer.append("again");
  EXPECT_EQ(buffer.view(), "again");
}

TEST(Buffer, AgreesWithAPlainStringOverManySteps) {
  std::mt19937 random(1);
  Buffer buffer;
  std::string model;
  for (int step = 0; step < 20'000; ++step) {
    switch (random() % 5) {
      case 0:
      case 1: {
        const std::string more(random() % 40, static_cast<char>('a' + step % 26));
        buffer.append(more);
        model += more;
        break;
      }
      case 2:
      case 3: {
        const std::size_t count = random() % (model.size() + 1);
        buffer.consume(count);
        model.erase(0, count);
        break;
      }
      default: random() % 2 ? buffer.compact() : buffer.shrink(16);
    }
    ASSERT_EQ(buffer.view(), model);
    ASSERT_EQ(buffer.size(), model.size());
  }
}

}  // namespace
}  // namespace frontis
