#include "media/proofs.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace frontis::media {
namespace {

const Identity sibling{1, 2, 3, 4, 5};
const Sha256 content = sha256("content");

TEST(ProofsTest, TheFirstWhoAsksHasToProveItAndOthersWait) {
  Proofs proofs;
  EXPECT_FALSE(proofs.find_or_begin(sibling, content));
  const auto known = proofs.find_or_begin(sibling, content);
  ASSERT_TRUE(known);
  EXPECT_TRUE(known->pending);
}

TEST(ProofsTest, WhatWasProvedIsKnown) {
  Proofs proofs;
  EXPECT_FALSE(proofs.find_or_begin(sibling, content));
  proofs.finish(sibling, content, {true, sha256("coded")});
  const auto known = proofs.find_or_begin(sibling, content);
  ASSERT_TRUE(known);
  EXPECT_FALSE(known->pending);
  EXPECT_TRUE(known->proof.same);
  EXPECT_EQ(known->proof.own_digest, sha256("coded"));
}

TEST(ProofsTest, ARefusalIsKnownToo) {
  Proofs proofs;
  EXPECT_FALSE(proofs.find_or_begin(sibling, content));
  proofs.finish(sibling, content, {});
  const auto known = proofs.find_or_begin(sibling, content);
  ASSERT_TRUE(known);
  EXPECT_FALSE(known->pending);
  EXPECT_FALSE(known->proof.same);
}

TEST(ProofsTest, GivingUpLetsTheNextOneTry) {
  Proofs proofs;
  EXPECT_FALSE(proofs.find_or_begin(sibling, content));
  proofs.give_up(sibling, content);
  EXPECT_FALSE(proofs.find_or_begin(sibling, content));
}

TEST(ProofsTest, LookingBeginsNothing) {
  Proofs proofs;
  EXPECT_FALSE(proofs.find(sibling, content));
  EXPECT_FALSE(proofs.find_or_begin(sibling, content));
  ASSERT_TRUE(proofs.find(sibling, content));
  EXPECT_TRUE(proofs.find(sibling, content)->pending);
}

TEST(ProofsTest, AnyOtherFileOrContentIsAnotherQuestion) {
  Proofs proofs;
  EXPECT_FALSE(proofs.find_or_begin(sibling, content));
  proofs.finish(sibling, content, {true, {}});
  std::vector<Identity> others(5, sibling);
  others[0].device++;
  others[1].inode++;
  others[2].size++;
  others[3].mtime_ns++;
  others[4].ctime_ns++;
  for (const Identity& other : others) EXPECT_FALSE(proofs.find_or_begin(other, content));
  EXPECT_FALSE(proofs.find_or_begin(sibling, sha256("other content")));
}

TEST(ProofsTest, OfManyThreadsOneProves) {
  Proofs proofs;
  std::atomic<int> provers = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (std::uint64_t inode = 0; inode < 200; ++inode) {
        const Identity one{1, inode, 3, 4, 5};
        if (proofs.find_or_begin(one, content)) continue;
        ++provers;
        proofs.finish(one, content, {true, {}});
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(provers, 200);
}

}  // namespace
}  // namespace frontis::media
