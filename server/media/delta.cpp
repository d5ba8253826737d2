#include "media/delta.h"

#include <fmt/core.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <memory>
#include <new>
#include <optional>

#include "media/pieces.h"

namespace frontis::media {

namespace {

constexpr std::size_t magic_size = 8;
constexpr std::string_view magic("\x5e\x2a\x4d\x18\x20\x00\x00\x00", magic_size);
constexpr std::size_t head_size = magic_size + sizeof(Sha256);

std::string head_of(const Sha256& digest) {
  std::string head(magic);
  head.append(reinterpret_cast<const char*>(digest.data()), digest.size());
  return head;
}

std::uint64_t largest_window(std::uint64_t dictionary) {
  constexpr std::uint64_t least = 8ULL << 20;
  constexpr std::uint64_t most = 128ULL << 20;
  if (dictionary >= most) return most;
  return std::clamp(dictionary + dictionary / 4, least, most);
}

std::uint64_t little_endian(std::string_view bytes) {
  std::uint64_t number = 0;
  for (std::size_t i = bytes.size(); i > 0; --i) {
    number = number << 8 | static_cast<unsigned char>(bytes[i - 1]);
  }
  return number;
}

// The window that a frame asks for (RFC 8878, 3.1.1.1): that of its descriptor, or the size of
// its content where it is one segment. None for what is no frame. The library tells it only to
// those who link it statically, and does not look at it when there is room for all of the content.
std::optional<std::uint64_t> window_of(std::string_view frame) {
  constexpr std::string_view frame_magic("\x28\xb5\x2f\xfd", 4);
  if (!frame.starts_with(frame_magic) || frame.size() < frame_magic.size() + 2) {
    return std::nullopt;
  }
  const auto descriptor = static_cast<unsigned char>(frame[4]);
  const bool is_one_segment = (descriptor & 0x20) != 0;
  if (!is_one_segment) {
    const auto window = static_cast<unsigned char>(frame[5]);
    const std::uint64_t base = std::uint64_t{1} << (10 + (window >> 3));
    return base + base / 8 * (window & 7U);
  }
  constexpr std::array<std::size_t, 4> id_sizes{0, 1, 2, 4};
  constexpr std::array<std::size_t, 4> content_sizes{1, 2, 4, 8};
  const std::size_t offset = 5 + id_sizes[descriptor & 3U];
  const std::size_t size = content_sizes[descriptor >> 6];
  if (frame.size() < offset + size) return std::nullopt;
  constexpr std::uint64_t two_bytes_add = 256;
  return little_endian(frame.substr(offset, size)) + (size == 2 ? two_bytes_add : 0);
}

// So large that each byte of the dictionary is in reach from each byte of the content. The frame
// does not ask for as much: with the content's size known and smaller, it is one segment, whose
// window is that size, and a dictionary stays in reach as long as the window has not been left.
int window_log(std::size_t content, std::size_t dictionary) {
  constexpr int least = 10;
  constexpr int most = 27;
  return std::clamp(static_cast<int>(std::bit_width(content + dictionary)), least, most);
}

Coded compress(std::string_view content, std::string_view dictionary, GiveUp give_up) {
  struct Free {
    void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
  };
  const std::unique_ptr<ZSTD_CCtx, Free> context(ZSTD_createCCtx());
  if (!context) return std::nullopt;
  constexpr int level = 19;
  constexpr std::size_t long_content = 1 << 20;
  const auto set = [&context](ZSTD_cParameter parameter, int value) {
    return !ZSTD_isError(ZSTD_CCtx_setParameter(context.get(), parameter, value));
  };
  const bool is_set =
      set(ZSTD_c_compressionLevel, level) &&
      set(ZSTD_c_windowLog, window_log(content.size(), dictionary.size())) &&
      set(ZSTD_c_enableLongDistanceMatching, content.size() > long_content ? 1 : 0) &&
      !ZSTD_isError(ZSTD_CCtx_refPrefix(context.get(), dictionary.data(), dictionary.size()));
  return is_set ? compress_in_pieces(context.get(), content, give_up) : std::nullopt;
}

enum class Decoding { whole, broken, too_long, no_memory };

// One frame that ends where `frame` ends, into `out`.
Decoding decompress(std::string_view frame, std::string_view dictionary, std::size_t most,
                    std::string& out) {
  struct Free {
    void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
  };
  constexpr int largest_window_log = 27;
  const std::unique_ptr<ZSTD_DCtx, Free> context(ZSTD_createDCtx());
  if (!context) return Decoding::no_memory;
  ZSTD_DCtx_setParameter(context.get(), ZSTD_d_windowLogMax, largest_window_log);
  ZSTD_DCtx_refPrefix(context.get(), dictionary.data(), dictionary.size());
  std::string room(std::clamp<std::size_t>(most, 1, ZSTD_DStreamOutSize()), '\0');
  ZSTD_inBuffer from{frame.data(), frame.size(), 0};
  for (;;) {
    ZSTD_outBuffer to{room.data(), room.size(), 0};
    const std::size_t left = ZSTD_decompressStream(context.get(), &to, &from);
    if (ZSTD_isError(left)) return Decoding::broken;
    if (to.pos > most - out.size()) return Decoding::too_long;
    out.append(room.data(), to.pos);
    if (left == 0) return from.pos == from.size ? Decoding::whole : Decoding::broken;
    if (from.pos == from.size && to.pos < to.size) return Decoding::broken;
  }
}

tl::unexpected<Error> refusal(std::string_view why) {
  return fail(ErrorKind::invalid, fmt::format("cannot be decoded with this dictionary: {}", why));
}

Result<std::string> decode_frame(std::string_view frame, std::string_view dictionary,
                                 std::size_t most) {
  const auto window = window_of(frame);
  if (!window) return refusal("no zstd frame follows its head");
  if (*window > largest_window(dictionary.size())) {
    return refusal(fmt::format("its window of {} bytes is larger than clients take", *window));
  }
  std::string out;
  switch (decompress(frame, dictionary, most, out)) {
    case Decoding::whole: return out;
    case Decoding::broken: return refusal("its frame is damaged, or does not end where it ends");
    case Decoding::too_long: return refusal(fmt::format("it holds more than {} bytes", most));
    case Decoding::no_memory: break;
  }
  return fail(ErrorKind::exhausted, "no memory to decode a delta");
}

}  // namespace

bool fits_delta_window(std::uint64_t content, std::uint64_t dictionary) {
  return content <= largest_window(dictionary);
}

Result<std::string> encode_delta(std::string_view content, std::string_view dictionary,
                                 const Sha256& digest, const std::atomic<bool>* give_up) {
  if (!fits_delta_window(content.size(), dictionary.size())) {
    return fail(ErrorKind::invalid,
                fmt::format("{} bytes are too many for a delta from a dictionary of {} bytes",
                            content.size(), dictionary.size()));
  }
  auto coded = coded_or_why("dcz", content.size(), give_up, [&]() -> Coded {
    Coded frame = compress(content, dictionary, give_up);
    if (frame) frame->insert(0, head_of(digest));
    return frame;
  });
  if (!coded) return coded;
  const auto decoded = decode_delta(*coded, dictionary, digest, content.size());
  if (!decoded) return tl::unexpected(decoded.error());
  if (*decoded != content) return refusal("it became other content");
  return coded;
}

Result<std::string> decode_delta(std::string_view coded, std::string_view dictionary,
                                 const Sha256& digest, std::size_t most) {
  if (!coded.starts_with(magic)) return refusal("it does not begin as a dcz does");
  if (coded.substr(0, head_size) != head_of(digest)) return refusal("it was made with another one");
  try {
    return decode_frame(coded.substr(head_size), dictionary, most);
  } catch (const std::bad_alloc&) {
    return fail(ErrorKind::exhausted, "no memory to decode a delta");
  }
}

}  // namespace frontis::media
