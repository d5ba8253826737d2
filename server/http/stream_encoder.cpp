#include "http/stream_encoder.h"

#include <brotli/encode.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace frontis::http {

namespace {

class GzipEncoder final : public StreamEncoder {
 public:
  GzipEncoder() {
    constexpr int level = 5;
    constexpr int gzip = 16;
    constexpr int memory = 8;  // zlib's default
    is_ready_ = deflateInit2(&stream_, level, Z_DEFLATED, MAX_WBITS + gzip, memory,
                             Z_DEFAULT_STRATEGY) == Z_OK;
  }
  ~GzipEncoder() override { deflateEnd(&stream_); }
  GzipEncoder(const GzipEncoder&) = delete;
  GzipEncoder& operator=(const GzipEncoder&) = delete;

  Step step(Operation operation, std::string_view& in, std::span<char>& out) override {
    if (!is_ready_) return Step::failed;
    constexpr std::array flushes{Z_NO_FLUSH, Z_SYNC_FLUSH, Z_FINISH};
    // zlib does not write to its input, though the type of next_in would let it.
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(in.data()));
    stream_.avail_in = static_cast<uInt>(in.size());
    stream_.next_out = reinterpret_cast<Bytef*>(out.data());
    stream_.avail_out = static_cast<uInt>(out.size());
    const int status = deflate(&stream_, flushes[static_cast<std::size_t>(operation)]);
    in.remove_prefix(in.size() - stream_.avail_in);
    out = out.last(stream_.avail_out);
    if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR) return Step::failed;
    if (operation == Operation::end) return status == Z_STREAM_END ? Step::done : Step::more;
    return stream_.avail_out > 0 ? Step::done : Step::more;
  }

 private:
  z_stream stream_{};
  bool is_ready_ = false;
};

class BrotliEncoder final : public StreamEncoder {
 public:
  BrotliEncoder() {
    constexpr std::uint32_t quality = 5;
    constexpr std::uint32_t window_bits = 19;  // 512 KiB: there is one of these for each answer
    if (!state_) return;
    BrotliEncoderSetParameter(state_.get(), BROTLI_PARAM_QUALITY, quality);
    BrotliEncoderSetParameter(state_.get(), BROTLI_PARAM_LGWIN, window_bits);
  }

  Step step(Operation operation, std::string_view& in, std::span<char>& out) override {
    if (!state_) return Step::failed;
    constexpr std::array operations{BROTLI_OPERATION_PROCESS, BROTLI_OPERATION_FLUSH,
                                    BROTLI_OPERATION_FINISH};
    const auto* next_in = reinterpret_cast<const std::uint8_t*>(in.data());
    auto* next_out = reinterpret_cast<std::uint8_t*>(out.data());
    std::size_t in_left = in.size();
    std::size_t out_left = out.size();
    const bool is_coded =
        BrotliEncoderCompressStream(state_.get(), operations[static_cast<std::size_t>(operation)],
                                    &in_left, &next_in, &out_left, &next_out, nullptr);
    if (!is_coded) return Step::failed;
    in.remove_prefix(in.size() - in_left);
    out = out.last(out_left);
    if (operation == Operation::end) {
      return BrotliEncoderIsFinished(state_.get()) ? Step::done : Step::more;
    }
    return in.empty() && !BrotliEncoderHasMoreOutput(state_.get()) ? Step::done : Step::more;
  }

 private:
  struct Free {
    void operator()(BrotliEncoderState* state) const { BrotliEncoderDestroyInstance(state); }
  };
  std::unique_ptr<BrotliEncoderState, Free> state_{
      BrotliEncoderCreateInstance(nullptr, nullptr, nullptr)};
};

class ZstdEncoder final : public StreamEncoder {
 public:
  ZstdEncoder() {
    constexpr int level = 3;
    constexpr int window_log = 19;  // 512 KiB
    if (!context_) return;
    ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_compressionLevel, level);
    ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_windowLog, window_log);
  }

  Step step(Operation operation, std::string_view& in, std::span<char>& out) override {
    if (!context_) return Step::failed;
    constexpr std::array operations{ZSTD_e_continue, ZSTD_e_flush, ZSTD_e_end};
    ZSTD_inBuffer from{in.data(), in.size(), 0};
    ZSTD_outBuffer to{out.data(), out.size(), 0};
    const std::size_t left = ZSTD_compressStream2(context_.get(), &to, &from,
                                                  operations[static_cast<std::size_t>(operation)]);
    if (ZSTD_isError(left)) return Step::failed;
    in.remove_prefix(from.pos);
    out = out.subspan(to.pos);
    const bool is_done = in.empty() && (operation == Operation::pass || left == 0);
    return is_done ? Step::done : Step::more;
  }

 private:
  struct Free {
    void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
  };
  std::unique_ptr<ZSTD_CCtx, Free> context_{ZSTD_createCCtx()};
};

struct Row {
  Coding coding;
  std::unique_ptr<StreamEncoder> (*make)();
};
constexpr std::array<Row, 3> rows{{
    {Coding::gzip, [] { return std::unique_ptr<StreamEncoder>(std::make_unique<GzipEncoder>()); }},
    {Coding::br, [] { return std::unique_ptr<StreamEncoder>(std::make_unique<BrotliEncoder>()); }},
    {Coding::zstd, [] { return std::unique_ptr<StreamEncoder>(std::make_unique<ZstdEncoder>()); }},
}};

}  // namespace

std::unique_ptr<StreamEncoder> stream_encoder(Coding coding) {
  const auto row = std::find_if(rows.begin(), rows.end(),
                                [coding](const Row& each) { return each.coding == coding; });
  return row == rows.end() ? nullptr : row->make();
}

}  // namespace frontis::http
