// Proof that a file beside another (app.css.gz beside app.css) holds the same content in a
// content coding: it is decoded and hashed, never trusted by its name or time. Runs on press
// threads; needs memory for one window, never for the content.
#pragma once

#include <atomic>
#include <cstdint>

#include "base/result.h"
#include "http/negotiation.h"
#include "media/digest.h"

namespace frontis::media {

struct Proof {
  bool same = false;    // decodes, wholly, to `size` bytes with the digest `content`
  Sha256 own_digest{};  // of the coded bytes themselves; only when `same`
};

// Decodes all of the open file `descriptor` by pread from 0. Anything else than an exact match
// gives same = false: trailing bytes and decoded content beyond `size` among it, and what clients
// are known to fail on (a second gzip member, a zstd window beyond 8 MiB). zstd may have several
// frames. Errors: io for a read that fails, and once `give_up` is true.
[[nodiscard]] Result<Proof> prove_sibling(int descriptor, http::Coding coding, std::uint64_t size,
                                          const Sha256& content,
                                          const std::atomic<bool>* give_up = nullptr);

}  // namespace frontis::media
