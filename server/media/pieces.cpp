#include "media/pieces.h"

#include <fmt/core.h>

#include <new>

namespace frontis::media {

Coded compress_in_pieces(ZSTD_CCtx* context, std::string_view content, GiveUp give_up) {
  if (ZSTD_isError(ZSTD_CCtx_setPledgedSrcSize(context, content.size()))) return std::nullopt;
  std::string out;
  std::string room(ZSTD_CStreamOutSize(), '\0');
  for (std::size_t left = 1; left != 0;) {
    if (is_given_up(give_up)) return std::nullopt;
    const std::string_view piece = content.substr(0, piece_size);
    content.remove_prefix(piece.size());
    const auto operation = content.empty() ? ZSTD_e_end : ZSTD_e_continue;
    ZSTD_inBuffer from{piece.data(), piece.size(), 0};
    do {
      ZSTD_outBuffer to{room.data(), room.size(), 0};
      left = ZSTD_compressStream2(context, &to, &from, operation);
      if (ZSTD_isError(left)) return std::nullopt;
      out.append(room.data(), to.pos);
    } while (from.pos < from.size || (operation == ZSTD_e_end && left > 0));
    if (operation == ZSTD_e_continue) left = 1;  // it may hold nothing back, but is not at its end
  }
  return out;
}

Result<std::string> coded_or_why(std::string_view coding, std::size_t size, GiveUp give_up,
                                 const std::function<Coded()>& code) {
  try {
    Coded coded = is_given_up(give_up) ? std::nullopt : code();
    if (coded) return *std::move(coded);
  } catch (const std::bad_alloc&) {
    // Said below, like the same fault inside the libraries.
  }
  if (is_given_up(give_up)) {
    return fail(ErrorKind::io, fmt::format("encoding {} bytes as {} was given up", size, coding));
  }
  return fail(ErrorKind::exhausted,
              fmt::format("no memory to encode {} bytes as {}", size, coding));
}

}  // namespace frontis::media
