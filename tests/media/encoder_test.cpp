#include "media/encoder.h"

#include <brotli/encode.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <zlib.h>
#include <zstd.h>

#include <array>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/descriptor.h"
#include "content.h"
#include "media/sibling.h"
#include "scratch_folder.h"

namespace frontis::media {
namespace {

using http::Coding;

constexpr std::array all{Coding::gzip, Coding::br, Coding::zstd};
std::string name_of(Coding coding) { return std::string(http::row_of(coding).token); }

std::string encoded(Coding coding, std::string_view content, const Effort& effort = {}) {
  const auto coded = encode(coding, content, effort);
  EXPECT_TRUE(coded.has_value()) << name_of(coding);
  return coded.value_or("");
}

std::size_t size_by_zlib(const std::string& text) {
  z_stream stream{};
  constexpr int gzip = 16;
  deflateInit2(&stream, 9, Z_DEFLATED, MAX_WBITS + gzip, 8, Z_DEFAULT_STRATEGY);
  std::string in = text;
  std::string out(deflateBound(&stream, in.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  deflateEnd(&stream);
  return stream.total_out;
}

std::size_t size_by_brotli_at_once(std::string_view text) {
  std::string out(BrotliEncoderMaxCompressedSize(text.size()), '\0');
  std::size_t size = out.size();
  EXPECT_TRUE(BrotliEncoderCompress(BROTLI_MAX_QUALITY, BROTLI_MAX_WINDOW_BITS, BROTLI_MODE_GENERIC,
                                    text.size(), reinterpret_cast<const std::uint8_t*>(text.data()),
                                    &size, reinterpret_cast<std::uint8_t*>(out.data())));
  return size;
}

std::size_t size_by_zstd_at_once(std::string_view text) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  return ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 19);
}

// The texts of the demo site: what people write, not what a generator repeats.
std::vector<std::string> site_texts(const std::set<std::string>& types = {".html", ".css", ".js",
                                                                          ".svg", ".txt"}) {
  std::vector<std::string> texts;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(FRONTIS_SOURCE "/www")) {
    if (!entry.is_regular_file() || !types.contains(entry.path().extension())) continue;
    std::ifstream in(entry.path(), std::ios::binary);
    texts.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }
  return texts;
}

class EncoderTest : public ::testing::Test {
 protected:
  // Decodes with the libraries, as strictly as clients: one gzip member, small zstd windows.
  bool holds(Coding coding, std::string_view coded, std::string_view content) const {
    const auto path = scratch_.write("coded", coded);
    const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    const auto proof = prove_sibling(file.number(), coding, content.size(), sha256(content));
    return proof.has_value() && proof->same;
  }

  ScratchFolder scratch_;
};

TEST_F(EncoderTest, WhatWasEncodedDecodesToTheSame) {
  const std::array contents{std::string(),
                            std::string("x"),
                            prose(10'000),
                            noise(100'000),
                            std::string(piece, 'a'),
                            repeated(prose(20'000), 14),
                            repeated(prose(100'000), 30)};
  for (const Coding coding : all) {
    for (const std::string& content : contents) {
      EXPECT_TRUE(holds(coding, encoded(coding, content), content))
          << name_of(coding) << " of " << content.size() << " bytes";
    }
  }
}

TEST_F(EncoderTest, MoreEffortDecodesToTheSameAndIsNoLarger) {
  for (const std::string& content : {std::string(), std::string("x"), prose(3'000), noise(1'000)}) {
    for (const Coding coding : all) {
      const std::string most = encoded(coding, content, {.max = true});
      EXPECT_TRUE(holds(coding, most, content)) << name_of(coding) << content.size();
      EXPECT_LE(most.size(), encoded(coding, content).size()) << name_of(coding);
    }
  }
  std::size_t least = 0;
  std::size_t usual = 0;
  for (const std::string& text : site_texts({".css"})) {
    least += encoded(Coding::gzip, text, {.max = true}).size();
    usual += encoded(Coding::gzip, text).size();
  }
  EXPECT_LT(least, usual);
}

TEST_F(EncoderTest, TheSameBytesComeOutEachTime) {
  const std::string content = repeated(prose(40'000), 8);
  for (const Coding coding : all) {
    EXPECT_EQ(encoded(coding, content), encoded(coding, content)) << name_of(coding);
  }
  const std::string little = prose(1'000);
  EXPECT_EQ(encoded(Coding::gzip, little, {.max = true}),
            encoded(Coding::gzip, little, {.max = true}));
}

TEST_F(EncoderTest, GzipCarriesNeitherNameNorTime) {
  for (const bool max : {false, true}) {
    const std::string coded = encoded(Coding::gzip, prose(1'000), {.max = max});
    EXPECT_EQ(coded.substr(3, 5), std::string(5, '\0'));  // flags and time (RFC 1952, 2.3)
  }
}

TEST_F(EncoderTest, ZstdTellsTheSizeAndHasNoChecksum) {
  for (const std::size_t size : {0UL, 1UL, 5'000UL, 600'000UL}) {
    const std::string content = prose(size);
    const std::string coded = encoded(Coding::zstd, content);
    EXPECT_EQ(ZSTD_getFrameContentSize(coded.data(), coded.size()), size);
    EXPECT_EQ(coded.at(4) & 4, 0);  // Content_Checksum_flag (RFC 8878, 3.1.1.1.1)
  }
}

// Its window must not grow with it. Zeros, so that this takes no time.
TEST_F(EncoderTest, ContentLargerThanTheWindowStillSuitsClients) {
  const std::string zeros(20 << 20, '0');
  for (const Coding coding : all) {
    EXPECT_TRUE(holds(coding, encoded(coding, zeros), zeros)) << name_of(coding);
  }
}

TEST_F(EncoderTest, TextsComeOutNoLargerThanByZlib) {
  std::size_t plain = 0;
  std::array<std::size_t, http::codings> sums{};
  for (const std::string& text : site_texts()) {
    plain += text.size();
    for (const Coding coding : all) {
      sums[static_cast<std::size_t>(coding)] += encoded(coding, text).size();
    }
    EXPECT_LE(encoded(Coding::gzip, text).size(), size_by_zlib(text)) << text.substr(0, 50);
    sums[0] += size_by_zlib(text);
  }
  ASSERT_GT(plain, 40'000U);
  for (const Coding coding : all) {
    EXPECT_LT(sums[static_cast<std::size_t>(coding)], sums[0]) << name_of(coding);
  }
}

TEST_F(EncoderTest, WhatIsFedInPiecesIsAsSmallAsAtOnce) {
  const std::string content = prose(piece) + repeated(prose(50'000), 6);
  EXPECT_LE(encoded(Coding::br, content).size(), size_by_brotli_at_once(content));
  EXPECT_LE(encoded(Coding::zstd, content).size(), size_by_zstd_at_once(content));
}

TEST_F(EncoderTest, OnlyContentCodingsOfOneFileAreMade) {
  for (const Coding coding : {Coding::identity, Coding::dcz}) {
    const auto coded = encode(coding, "text");
    ASSERT_FALSE(coded.has_value());
    EXPECT_EQ(coded.error().kind, ErrorKind::invalid);
  }
}

TEST_F(EncoderTest, WhatWasGivenUpIsNotBegun) {
  const std::atomic<bool> give_up{true};
  for (const Coding coding : all) {
    const auto coded = encode(coding, "text", {.give_up = &give_up});
    ASSERT_FALSE(coded.has_value()) << name_of(coding);
    EXPECT_EQ(coded.error().kind, ErrorKind::io);
    EXPECT_NE(coded.error().message.find(name_of(coding)), std::string::npos);
  }
}

// Without a look between the pieces, both would come to an end first: that takes seconds.
TEST_F(EncoderTest, WhatHasBegunIsGivenUpOnTheWay) {
  const std::string content = noise(6'000'000) + prose(6'000'000);
  for (const Coding coding : {Coding::br, Coding::zstd}) {
    std::atomic<bool> give_up{false};
    std::thread soon([&give_up] {
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
      give_up = true;
    });
    const auto coded = encode(coding, content, {.give_up = &give_up});
    soon.join();
    ASSERT_FALSE(coded.has_value()) << name_of(coding);
    EXPECT_EQ(coded.error().kind, ErrorKind::io);
  }
}

TEST(WorthKeepingTest, AtLeastOneTwentiethIsSaved) {
  struct Row {
    std::uint64_t coded, plain;
    bool is_worth;
  };
  constexpr std::array rows{Row{0, 0, false},     Row{0, 1, true},         Row{1, 1, false},
                            Row{95, 100, true},   Row{96, 100, false},     Row{10, 10, false},
                            Row{9, 10, true},     Row{950, 1'000, true},   Row{951, 1'000, false},
                            Row{200, 100, false}, Row{1'000, 1'000, false}};
  for (const Row& row : rows) {
    EXPECT_EQ(is_worth_keeping(row.coded, row.plain), row.is_worth)
        << row.coded << " of " << row.plain;
  }
}

}  // namespace
}  // namespace frontis::media
