#include "media/digest.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "base/text.h"

namespace frontis::media {
namespace {

using Algorithm = Digest::Algorithm;

struct Vector {
  Algorithm algorithm;
  std::string bytes;
  std::string hex;
};

// The examples of RFC 1320 (MD4), RFC 1321 (MD5) and FIPS 180 (SHA-1, SHA-256).
const std::vector<Vector>& vectors() {
  static const std::vector<Vector> all = {
      {Algorithm::md4, "", "31d6cfe0d16ae931b73c59d7e0c089c0"},
      {Algorithm::md4, "abc", "a448017aaf21d8525fc10ae87aa6729d"},
      {Algorithm::md4, "message digest", "d9130a8164549fe818874806e1c7014b"},
      {Algorithm::md5, "", "d41d8cd98f00b204e9800998ecf8427e"},
      {Algorithm::md5, "abc", "900150983cd24fb0d6963f7d28e17f72"},
      {Algorithm::sha1, "abc", "a9993e364706816aba3e25717850c26c9cd0d89d"},
      {Algorithm::sha256, "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
      {Algorithm::sha256, "abc",
       "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
      {Algorithm::sha256, std::string(1'000'000, 'a'),
       "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"},
  };
  return all;
}

TEST(Digest, GivesThePublishedExamples) {
  for (const Vector& vector : vectors()) {
    Digest digest(vector.algorithm);
    ASSERT_TRUE(digest.is_available()) << vector.hex;
    digest.update(vector.bytes);
    EXPECT_EQ(digest.finish_hex(), vector.hex);
  }
}

TEST(Digest, DoesNotMindHowTheBytesAreCut) {
  for (const Vector& vector : vectors()) {
    if (vector.bytes.size() > 1000) continue;
    Digest digest(vector.algorithm);
    for (const char c : vector.bytes) digest.update({&c, 1});
    digest.update("");
    EXPECT_EQ(digest.finish_hex(), vector.hex);
  }
}

TEST(Digest, IsSpentOnceItHasAnswered) {
  Digest digest(Algorithm::md5);
  EXPECT_EQ(digest.finish_hex().size(), 32u);
  EXPECT_FALSE(digest.is_available());
  digest.update("more");
  EXPECT_EQ(digest.finish_hex(), "");
}

TEST(Digest, MovesWithWhatItHasRead) {
  Digest first(Algorithm::sha1);
  first.update("a");
  Digest second = std::move(first);
  second.update("bc");
  EXPECT_EQ(second.finish_hex(), "a9993e364706816aba3e25717850c26c9cd0d89d");
}

TEST(Sha256, IsTheSameWholeStreamedAndFromManyThreads) {
  for (const Vector& vector : vectors()) {
    if (vector.algorithm != Algorithm::sha256) continue;
    EXPECT_EQ(to_hex(sha256(vector.bytes)), vector.hex);
    Digest digest(Algorithm::sha256);
    digest.update(vector.bytes);
    EXPECT_EQ(digest.finish_sha256(), sha256(vector.bytes));
  }
  const Sha256 expected = sha256("the wall");
  std::vector<int> wrong(4, 0);
  std::vector<std::thread> threads;
  for (int& count : wrong) {
    threads.emplace_back([&count, &expected] {
      for (int i = 0; i < 200; ++i) count += sha256("the wall") != expected;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, std::vector<int>(4, 0));
}

}  // namespace
}  // namespace frontis::media
