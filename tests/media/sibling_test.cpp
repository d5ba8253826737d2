#include "media/sibling.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <zlib.h>
#include <zstd.h>

#include <array>
#include <string>
#include <vector>

#include "base/descriptor.h"
#include "base/text.h"
#include "scratch_folder.h"

namespace frontis::media {
namespace {

using http::Coding;

std::string gzip(std::string_view text, int format = 16) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, MAX_WBITS + format, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string in(text);
  std::string out(deflateBound(&stream, in.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

// With a `window_log`, as a stream whose length is not known before its end.
std::string zstd(std::string_view text, int window_log = 0) {
  ZSTD_CCtx* context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
  ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, window_log);
  std::string out(ZSTD_compressBound(text.size()), '\0');
  ZSTD_inBuffer from{text.data(), text.size(), 0};
  ZSTD_outBuffer to{out.data(), out.size(), 0};
  if (window_log != 0) ZSTD_compressStream2(context, &to, &from, ZSTD_e_flush);
  EXPECT_EQ(ZSTD_compressStream2(context, &to, &from, ZSTD_e_end), 0U);
  out.resize(to.pos);
  ZSTD_freeCCtx(context);
  return out;
}

// Brotli without its encoder: meta-blocks that are stored as they are (RFC 7932, 9.2).
std::string brotli(std::string_view text) {
  std::string out;
  constexpr std::size_t most_stored = 65536;
  // WBITS = 22: bits 1,101 from the lowest; then ISLAST = 0, MNIBBLES = 4, MLEN - 1, stored = 1.
  unsigned long long bits = 0b1011;
  unsigned count = 4;
  while (!text.empty()) {
    const std::string_view block = text.substr(0, most_stored);
    bits |= static_cast<unsigned long long>(block.size() - 1) << (count + 3);
    bits |= 1ULL << (count + 19);
    count += 20;
    for (; count > 0; count -= std::min(count, 8U)) {
      out.push_back(static_cast<char>(bits & 0xff));
      bits >>= 8;
    }
    out += block;
    text.remove_prefix(block.size());
    bits = 0;
  }
  bits |= 0b11ULL << count;  // ISLAST and ISLASTEMPTY
  out.push_back(static_cast<char>(bits));
  return out;
}

// Bytes that no coding makes shorter, the same in each run.
std::string noise(std::size_t size) {
  std::string bytes(size, '\0');
  unsigned state = 1;
  for (char& byte : bytes) {
    state = state * 1103515245U + 12345U;
    byte = static_cast<char>(state >> 16);
  }
  return bytes;
}

std::string encode(Coding coding, std::string_view text) {
  switch (coding) {
    case Coding::gzip: return gzip(text);
    case Coding::br: return brotli(text);
    case Coding::zstd: return zstd(text);
    case Coding::identity:
    case Coding::dcz: break;
  }
  return std::string(text);
}

constexpr std::array all{Coding::gzip, Coding::br, Coding::zstd};
std::string name_of(Coding coding) { return std::string(http::row_of(coding).token); }

class SiblingTest : public ::testing::Test {
 protected:
  // What the proof says of a file with `coded` in it, beside one with `text`.
  Result<Proof> prove(Coding coding, std::string_view coded, std::string_view text) const {
    const auto path = scratch_.write("sibling", coded);
    const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    return prove_sibling(file.number(), coding, text.size(), sha256(text));
  }
  bool is_same(Coding coding, std::string_view coded, std::string_view text) const {
    const auto proof = prove(coding, coded, text);
    EXPECT_TRUE(proof.has_value());
    return proof.has_value() && proof->same;
  }

  ScratchFolder scratch_;
  const std::string text_ = "body { color: red } /* and so on, and so on, and so on */\n";
};

TEST_F(SiblingTest, TheSameContentIsProved) {
  const std::string random = noise(300'000);
  for (const Coding coding : all) {
    EXPECT_TRUE(is_same(coding, encode(coding, text_), text_)) << name_of(coding);
    EXPECT_TRUE(is_same(coding, encode(coding, ""), "")) << name_of(coding);
    EXPECT_TRUE(is_same(coding, encode(coding, random), random)) << name_of(coding);
    // Ends that fall together with the end of a step in reading or in decoding.
    for (const std::size_t size : {1UL, 65535UL, 65536UL, 65537UL, 131072UL, 196608UL}) {
      const std::string zeros(size, '0');
      EXPECT_TRUE(is_same(coding, encode(coding, zeros), zeros)) << name_of(coding) << size;
      const std::string part = random.substr(0, size);
      EXPECT_TRUE(is_same(coding, encode(coding, part), part)) << name_of(coding) << size;
    }
  }
}

TEST_F(SiblingTest, TheCodedBytesAreDigestedAsWell) {
  for (const Coding coding : all) {
    const std::string coded = encode(coding, text_);
    const auto proof = prove(coding, coded, text_);
    ASSERT_TRUE(proof.has_value());
    EXPECT_EQ(to_hex(proof->own_digest), to_hex(sha256(coded))) << name_of(coding);
  }
}

TEST_F(SiblingTest, OtherContentIsNotTheSame) {
  std::string stale = text_;
  stale[3] = 'Y';
  for (const Coding coding : all) {
    EXPECT_FALSE(is_same(coding, encode(coding, stale), text_)) << name_of(coding);
    EXPECT_FALSE(is_same(coding, encode(coding, text_ + "x"), text_)) << name_of(coding);
    EXPECT_FALSE(is_same(coding, encode(coding, text_.substr(1)), text_)) << name_of(coding);
    EXPECT_FALSE(is_same(coding, encode(coding, ""), text_)) << name_of(coding);
    EXPECT_FALSE(is_same(coding, encode(coding, text_), "")) << name_of(coding);
  }
}

TEST_F(SiblingTest, AFileThatIsNotWholeIsNotTheSame) {
  for (const Coding coding : all) {
    const std::string coded = encode(coding, text_);
    for (std::size_t size = 0; size < coded.size(); ++size) {
      EXPECT_FALSE(is_same(coding, coded.substr(0, size), text_)) << name_of(coding) << size;
    }
    EXPECT_FALSE(is_same(coding, "", "")) << name_of(coding);
  }
}

TEST_F(SiblingTest, NothingMayFollowTheEnd) {
  for (const Coding coding : all) {
    const std::string coded = encode(coding, text_);
    for (const std::string& more : {std::string("x"), std::string(1, '\0'), std::string(512, '\0'),
                                    std::string(100'000, '\0'), text_}) {
      EXPECT_FALSE(is_same(coding, coded + more, text_)) << name_of(coding) << more.size();
    }
  }
}

TEST_F(SiblingTest, BytesOfAnotherCodingAreNotTheSame) {
  for (const Coding coding : all) {
    for (const Coding other : {Coding::identity, Coding::gzip, Coding::br, Coding::zstd}) {
      if (other == coding) continue;
      EXPECT_FALSE(is_same(coding, encode(other, text_), text_))
          << name_of(other) << " as " << name_of(coding);
    }
  }
  constexpr int zlib_format = 0;
  EXPECT_FALSE(is_same(Coding::gzip, gzip(text_, zlib_format), text_));
  EXPECT_FALSE(is_same(Coding::identity, text_, text_));
}

TEST_F(SiblingTest, SeveralZstdFramesAreOneContent) {
  const std::string text = text_ + text_ + "end";
  const std::string coded = zstd(text_) + zstd("") + zstd(text_) + zstd("end");
  EXPECT_TRUE(is_same(Coding::zstd, coded, text));
  EXPECT_FALSE(is_same(Coding::zstd, coded.substr(0, coded.size() - 1), text));
}

// Chromium shows the first gzip member alone, and curl fails at the second.
TEST_F(SiblingTest, SeveralMembersThatClientsDoNotReadAreNotTheSame) {
  for (const Coding coding : {Coding::gzip, Coding::br}) {
    EXPECT_FALSE(is_same(coding, encode(coding, text_) + encode(coding, text_), text_ + text_))
        << name_of(coding);
    EXPECT_FALSE(is_same(coding, encode(coding, text_) + encode(coding, ""), text_))
        << name_of(coding);
    // A first member of 64 KiB, so that the second begins with a read of its own.
    std::string content = noise(65300);
    while (encode(coding, content).size() < 65536) content += static_cast<char>(content.size());
    const std::string first = encode(coding, content);
    ASSERT_EQ(first.size(), 65536U) << name_of(coding);
    EXPECT_TRUE(is_same(coding, first, content)) << name_of(coding);
    EXPECT_FALSE(is_same(coding, first + encode(coding, ""), content)) << name_of(coding);
  }
}

TEST_F(SiblingTest, ABombIsNotTheSame) {
  const std::string zeros(20 * 1024 * 1024, '0');
  for (const Coding coding : {Coding::gzip, Coding::zstd}) {
    EXPECT_FALSE(is_same(coding, encode(coding, zeros), zeros.substr(0, 1000))) << name_of(coding);
  }
  std::string frames;
  const std::string nothing = zstd("");
  while (frames.size() < 200'000) frames += nothing;
  EXPECT_FALSE(is_same(Coding::zstd, frames, ""));
}

TEST_F(SiblingTest, AZstdWindowThatBrowsersRefuseIsNotTheSame) {
  EXPECT_TRUE(is_same(Coding::zstd, zstd(text_, 23), text_));
  EXPECT_FALSE(is_same(Coding::zstd, zstd(text_, 24), text_));
  EXPECT_FALSE(is_same(Coding::zstd, zstd(text_, 27), text_));
}

TEST_F(SiblingTest, AReadThatFailsIsAnError) {
  const Descriptor directory(open(scratch_.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  const auto proof = prove_sibling(directory.number(), Coding::gzip, 1, Sha256{});
  ASSERT_FALSE(proof.has_value());
  EXPECT_EQ(proof.error().kind, ErrorKind::io);
}

}  // namespace
}  // namespace frontis::media
