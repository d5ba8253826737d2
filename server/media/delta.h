// Dictionary-compressed zstd, "dcz" (RFC 9842, section 5): a fixed head of 40 bytes with the
// digest of the dictionary, then a zstd frame that has the dictionary for a prefix. The dictionary
// is an earlier version of the same file, which the client still has.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "media/digest.h"

namespace frontis::media {

// A client need not take a larger window (RFC 9842, section 5): max(8 MiB, 1.25 x dictionary), at
// most 128 MiB. Content of this size may be coded with such a dictionary.
[[nodiscard]] bool fits_delta_window(std::uint64_t content, std::uint64_t dictionary);

// `digest` is the SHA-256 of `dictionary`. Level 19, with long-distance matching where it helps.
// Decoded again before it is returned: a client has no second try. Errors: invalid when it does
// not fit the window; exhausted; io when given up.
[[nodiscard]] Result<std::string> encode_delta(std::string_view content,
                                               std::string_view dictionary, const Sha256& digest,
                                               const std::atomic<bool>* give_up = nullptr);

// For tests and the fuzz target. Errors: invalid for what is no dcz of this dictionary, and for
// more than `most` bytes.
[[nodiscard]] Result<std::string> decode_delta(std::string_view coded, std::string_view dictionary,
                                               const Sha256& digest, std::size_t most);

}  // namespace frontis::media
