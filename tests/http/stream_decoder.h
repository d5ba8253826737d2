// What a client sees of a coded body while it comes: bytes in, and at once whatever they decode to.
#pragma once

#include <brotli/decode.h>
#include <gtest/gtest.h>
#include <zlib.h>
#include <zstd.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "http/negotiation.h"

namespace frontis::http {

class StreamDecoder {
 public:
  explicit StreamDecoder(Coding coding) : coding_(coding) {
    constexpr int gzip_only = 16;
    inflateInit2(&inflate_, MAX_WBITS + gzip_only);
  }
  ~StreamDecoder() {
    inflateEnd(&inflate_);
    BrotliDecoderDestroyInstance(brotli_);
    ZSTD_freeDCtx(zstd_);
  }
  StreamDecoder(const StreamDecoder&) = delete;
  StreamDecoder& operator=(const StreamDecoder&) = delete;

  std::string feed(std::string_view coded) {
    EXPECT_FALSE(is_complete_ && !coded.empty()) << "bytes after the end";
    std::string decoded;
    std::string room(64 * 1024, '\0');
    for (bool is_more = true; is_more && !is_complete_;) {
      const std::size_t written = step(coded, room);
      decoded.append(room, 0, written);
      is_more = !coded.empty() || written == room.size();
    }
    EXPECT_TRUE(coded.empty()) << "bytes after the end";
    return decoded;
  }
  bool is_complete() const { return is_complete_; }

 private:
  // Takes from `coded`, returns how many bytes it wrote to `room`.
  std::size_t step(std::string_view& coded, std::string& room) {
    if (coding_ == Coding::gzip) return step_gzip(coded, room);
    return coding_ == Coding::br ? step_br(coded, room) : step_zstd(coded, room);
  }

  std::size_t step_gzip(std::string_view& coded, std::string& room) {
    inflate_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(coded.data()));
    inflate_.avail_in = static_cast<uInt>(coded.size());
    inflate_.next_out = reinterpret_cast<Bytef*>(room.data());
    inflate_.avail_out = static_cast<uInt>(room.size());
    const int status = inflate(&inflate_, Z_SYNC_FLUSH);
    is_complete_ = status == Z_STREAM_END;
    if (status != Z_OK && status != Z_BUF_ERROR && !is_complete_) return broken(coded);
    coded.remove_prefix(coded.size() - inflate_.avail_in);
    return room.size() - inflate_.avail_out;
  }

  std::size_t step_br(std::string_view& coded, std::string& room) {
    const auto* in = reinterpret_cast<const std::uint8_t*>(coded.data());
    auto* out = reinterpret_cast<std::uint8_t*>(room.data());
    std::size_t in_left = coded.size();
    std::size_t out_left = room.size();
    const auto status =
        BrotliDecoderDecompressStream(brotli_, &in_left, &in, &out_left, &out, nullptr);
    if (status == BROTLI_DECODER_RESULT_ERROR) return broken(coded);
    is_complete_ = status == BROTLI_DECODER_RESULT_SUCCESS;
    coded.remove_prefix(coded.size() - in_left);
    return room.size() - out_left;
  }

  std::size_t step_zstd(std::string_view& coded, std::string& room) {
    ZSTD_inBuffer from{coded.data(), coded.size(), 0};
    ZSTD_outBuffer to{room.data(), room.size(), 0};
    const std::size_t left = ZSTD_decompressStream(zstd_, &to, &from);
    if (ZSTD_isError(left)) return broken(coded);
    is_complete_ = left == 0;
    coded.remove_prefix(from.pos);
    return to.pos;
  }

  static std::size_t broken(std::string_view& coded) {
    ADD_FAILURE() << "the coding is broken";
    coded = {};
    return 0;
  }

  const Coding coding_;
  bool is_complete_ = false;
  z_stream inflate_{};
  BrotliDecoderState* brotli_ = BrotliDecoderCreateInstance(nullptr, nullptr, nullptr);
  ZSTD_DCtx* zstd_ = ZSTD_createDCtx();
};

}  // namespace frontis::http
