#include "media/sibling.h"

#include <brotli/decode.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <array>
#include <cerrno>
#include <memory>
#include <string_view>
#include <vector>

namespace frontis::media {

namespace {

constexpr std::size_t step = 64 * 1024;

// What has been decoded so far: counted and hashed, never kept.
class Content {
 public:
  explicit Content(std::uint64_t size) : left_(size) {}

  // False once there is more than was announced.
  bool take(std::string_view bytes) {
    if (bytes.size() > left_) return false;
    left_ -= bytes.size();
    digest_.update(bytes);
    return true;
  }
  bool is(const Sha256& expected) { return left_ == 0 && digest_.finish_sha256() == expected; }

 private:
  std::uint64_t left_;
  Digest digest_{Digest::Algorithm::sha256};
};

class Decoder {
 public:
  virtual ~Decoder() = default;
  // False when `bytes` do not go on from what came before, or decode to too much.
  virtual bool feed(std::string_view bytes, Content& content) = 0;
  // Whether the coded bytes may end here.
  virtual bool is_complete() const = 0;

 protected:
  std::string_view decoded(std::size_t left) const { return {out_.data(), out_.size() - left}; }

  std::vector<char> out_ = std::vector<char>(step);
};

class GzipDecoder final : public Decoder {
 public:
  GzipDecoder() {
    constexpr int gzip_only = 16;
    is_ready_ = inflateInit2(&stream_, MAX_WBITS + gzip_only) == Z_OK;
  }
  ~GzipDecoder() override { inflateEnd(&stream_); }
  GzipDecoder(const GzipDecoder&) = delete;
  GzipDecoder& operator=(const GzipDecoder&) = delete;

  // One member only: of several, Chromium shows the first and curl fails.
  bool feed(std::string_view bytes, Content& content) override {
    if (!is_ready_ || is_complete_) return false;
    std::string in(bytes);  // zlib's input is not const
    stream_.next_in = reinterpret_cast<Bytef*>(in.data());
    stream_.avail_in = static_cast<uInt>(in.size());
    do {
      stream_.next_out = reinterpret_cast<Bytef*>(out_.data());
      stream_.avail_out = static_cast<uInt>(out_.size());
      const int status = inflate(&stream_, Z_NO_FLUSH);
      if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR) return false;
      is_complete_ = status == Z_STREAM_END;
      if (!content.take(decoded(stream_.avail_out))) return false;
    } while (!is_complete_ && (stream_.avail_in > 0 || stream_.avail_out == 0));
    return stream_.avail_in == 0;
  }
  bool is_complete() const override { return is_complete_; }

 private:
  z_stream stream_{};
  bool is_ready_ = false;
  bool is_complete_ = false;
};

class BrotliDecoder final : public Decoder {
 public:
  bool feed(std::string_view bytes, Content& content) override {
    if (state_ == nullptr || is_complete_) return false;
    const auto* in = reinterpret_cast<const std::uint8_t*>(bytes.data());
    std::size_t in_left = bytes.size();
    for (;;) {
      auto* out = reinterpret_cast<std::uint8_t*>(out_.data());
      std::size_t out_left = out_.size();
      const auto status =
          BrotliDecoderDecompressStream(state_.get(), &in_left, &in, &out_left, &out, nullptr);
      if (status == BROTLI_DECODER_RESULT_ERROR) return false;
      if (!content.take(decoded(out_left))) return false;
      if (status == BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT) continue;
      is_complete_ = status == BROTLI_DECODER_RESULT_SUCCESS;
      return in_left == 0;
    }
  }
  bool is_complete() const override { return is_complete_; }

 private:
  struct Free {
    void operator()(BrotliDecoderState* state) const { BrotliDecoderDestroyInstance(state); }
  };
  std::unique_ptr<BrotliDecoderState, Free> state_{
      BrotliDecoderCreateInstance(nullptr, nullptr, nullptr)};
  bool is_complete_ = false;
};

class ZstdDecoder final : public Decoder {
 public:
  ZstdDecoder() {
    // RFC 9659: as a content coding zstd has a window of 8 MiB at most, and browsers refuse more.
    constexpr int most_window_log = 23;
    if (state_ != nullptr) {
      ZSTD_DCtx_setParameter(state_.get(), ZSTD_d_windowLogMax, most_window_log);
    }
  }

  bool feed(std::string_view bytes, Content& content) override {
    if (state_ == nullptr) return false;
    ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
    ZSTD_outBuffer out{};
    do {
      out = {out_.data(), out_.size(), 0};
      const std::size_t status = ZSTD_decompressStream(state_.get(), &out, &in);
      if (ZSTD_isError(status) != 0) return false;
      is_complete_ = status == 0;
      if (!content.take(decoded(out.size - out.pos))) return false;
    } while (in.pos < in.size || (out.pos == out.size && !is_complete_));
    return true;
  }
  bool is_complete() const override { return is_complete_; }

 private:
  struct Free {
    void operator()(ZSTD_DCtx* state) const { ZSTD_freeDCtx(state); }
  };
  std::unique_ptr<ZSTD_DCtx, Free> state_{ZSTD_createDCtx()};
  bool is_complete_ = false;
};

std::unique_ptr<Decoder> decoder_of(http::Coding coding) {
  switch (coding) {
    case http::Coding::gzip: return std::make_unique<GzipDecoder>();
    case http::Coding::br: return std::make_unique<BrotliDecoder>();
    case http::Coding::zstd: return std::make_unique<ZstdDecoder>();
    case http::Coding::identity:
    case http::Coding::dcz: break;
  }
  return nullptr;
}

// The next bytes of the file; empty at its end.
Result<std::string_view> read_at(int descriptor, std::uint64_t offset, std::vector<char>& into) {
  for (;;) {
    const ssize_t count = pread(descriptor, into.data(), into.size(), static_cast<off_t>(offset));
    if (count >= 0) return std::string_view(into.data(), static_cast<std::size_t>(count));
    if (errno != EINTR) return fail_errno("cannot read a precompressed file", errno);
  }
}

}  // namespace

Result<Proof> prove_sibling(int descriptor, http::Coding coding, std::uint64_t size,
                            const Sha256& content, const std::atomic<bool>* give_up) {
  const auto decoder = decoder_of(coding);
  if (decoder == nullptr) return Proof{};
  Content decoded(size);
  Digest own(Digest::Algorithm::sha256);
  std::vector<char> in(step);
  // Nobody wants a coding that is far larger than its content; this ends a file that grows, or
  // that is made of millions of empty frames.
  const std::uint64_t most = 2 * size + step;
  for (std::uint64_t offset = 0; offset <= most;) {
    if (give_up && *give_up) return fail(ErrorKind::io, "given up");
    const auto bytes = read_at(descriptor, offset, in);
    if (!bytes) return tl::unexpected(bytes.error());
    if (bytes->empty()) {
      if (!decoder->is_complete() || !decoded.is(content)) return Proof{};
      return Proof{true, own.finish_sha256()};
    }
    own.update(*bytes);
    if (!decoder->feed(*bytes, decoded)) return Proof{};
    offset += bytes->size();
  }
  return Proof{};
}

}  // namespace frontis::media
