#include "media/encoder.h"

#include <brotli/encode.h>
#include <fmt/core.h>
#include <libdeflate.h>
#include <zopfli/zopfli.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>

#include "media/pieces.h"

namespace frontis::media {

namespace {

Coded encode_gzip_fast(std::string_view content) {
  struct Free {
    void operator()(libdeflate_compressor* compressor) const {
      libdeflate_free_compressor(compressor);
    }
  };
  constexpr int best = 12;
  const std::unique_ptr<libdeflate_compressor, Free> compressor(libdeflate_alloc_compressor(best));
  if (!compressor) return std::nullopt;
  std::string out(libdeflate_gzip_compress_bound(compressor.get(), content.size()), '\0');
  const std::size_t size = libdeflate_gzip_compress(compressor.get(), content.data(),
                                                    content.size(), out.data(), out.size());
  if (size == 0) return std::nullopt;
  out.resize(size);
  return out;
}

Coded encode_gzip_slowly(std::string_view content) {
  struct Free {
    void operator()(unsigned char* bytes) const { std::free(bytes); }
  };
  ZopfliOptions options;
  ZopfliInitOptions(&options);
  unsigned char* bytes = nullptr;
  std::size_t size = 0;
  ZopfliCompress(&options, ZOPFLI_FORMAT_GZIP,
                 reinterpret_cast<const unsigned char*>(content.data()), content.size(), &bytes,
                 &size);
  const std::unique_ptr<unsigned char, Free> owner(bytes);
  return std::string(reinterpret_cast<const char*>(bytes), size);
}

// Neither library lets itself be interrupted, so it is only asked before each.
Coded encode_gzip(std::string_view content, const Effort& effort) {
  Coded coded = encode_gzip_fast(content);
  if (!coded || !effort.max || is_given_up(effort.give_up)) return coded;
  Coded slow = encode_gzip_slowly(content);
  return slow->size() < coded->size() ? std::move(slow) : std::move(coded);
}

// The smallest window that holds all of the content, as the brotli command chooses it: a larger
// one gains nothing and costs each client memory.
std::uint32_t brotli_window(std::size_t size) {
  constexpr std::size_t gap = 16;  // of which the format makes no use
  std::uint32_t bits = BROTLI_MIN_WINDOW_BITS;
  while (bits < BROTLI_MAX_WINDOW_BITS && (std::size_t{1} << bits) - gap < size) ++bits;
  return bits;
}

Coded encode_br(std::string_view content, const Effort& effort) {
  struct Free {
    void operator()(BrotliEncoderState* state) const { BrotliEncoderDestroyInstance(state); }
  };
  const std::unique_ptr<BrotliEncoderState, Free> state(
      BrotliEncoderCreateInstance(nullptr, nullptr, nullptr));
  if (!state) return std::nullopt;
  constexpr std::uint32_t best = BROTLI_MAX_QUALITY;
  BrotliEncoderSetParameter(state.get(), BROTLI_PARAM_QUALITY, best);
  BrotliEncoderSetParameter(state.get(), BROTLI_PARAM_LGWIN, brotli_window(content.size()));
  BrotliEncoderSetParameter(
      state.get(), BROTLI_PARAM_SIZE_HINT,
      static_cast<std::uint32_t>(std::min<std::size_t>(content.size(), 1U << 30)));
  std::string out;
  while (!BrotliEncoderIsFinished(state.get())) {
    if (is_given_up(effort.give_up)) return std::nullopt;
    const std::string_view piece = content.substr(0, piece_size);
    content.remove_prefix(piece.size());
    const auto operation = content.empty() ? BROTLI_OPERATION_FINISH : BROTLI_OPERATION_PROCESS;
    const auto* in = reinterpret_cast<const std::uint8_t*>(piece.data());
    std::size_t in_left = piece.size();
    std::size_t no_room = 0;
    do {
      if (!BrotliEncoderCompressStream(state.get(), operation, &in_left, &in, &no_room, nullptr,
                                       nullptr)) {
        return std::nullopt;
      }
      std::size_t size = 0;  // 0: as much as there is
      const std::uint8_t* bytes = BrotliEncoderTakeOutput(state.get(), &size);
      out.append(reinterpret_cast<const char*>(bytes), size);
    } while (in_left > 0 || BrotliEncoderHasMoreOutput(state.get()));
  }
  return out;
}

Coded encode_zstd(std::string_view content, const Effort& effort) {
  struct Free {
    void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
  };
  const std::unique_ptr<ZSTD_CCtx, Free> context(ZSTD_createCCtx());
  if (!context) return std::nullopt;
  constexpr int level = 19;  // its window is 8 MiB at most, as RFC 9659 demands
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, level);
  return compress_in_pieces(context.get(), content, effort.give_up);
}

struct Encoder {
  http::Coding coding;
  Coded (*encode)(std::string_view content, const Effort& effort);
};
constexpr std::array encoders{
    Encoder{http::Coding::gzip, encode_gzip},
    Encoder{http::Coding::br, encode_br},
    Encoder{http::Coding::zstd, encode_zstd},
};

}  // namespace

Result<std::string> encode(http::Coding coding, std::string_view content, const Effort& effort) {
  const auto row = std::find_if(encoders.begin(), encoders.end(),
                                [coding](const Encoder& each) { return each.coding == coding; });
  const std::string_view token = http::row_of(coding).token;
  if (row == encoders.end()) {
    return fail(ErrorKind::invalid, fmt::format("nothing can be encoded as {}", token));
  }
  return coded_or_why(token, content.size(), effort.give_up,
                      [&] { return row->encode(content, effort); });
}

}  // namespace frontis::media
