// Bytes that nobody can guess, from the kernel. Who needs many keeps some in store, because each
// call is one to the system.
#pragma once

#include <unistd.h>

#include <cstdlib>
#include <span>

namespace frontis {

// At most 256 bytes.
inline void fill_with_random(std::span<unsigned char> bytes) {
  if (::getentropy(bytes.data(), bytes.size()) != 0) std::abort();
}

}  // namespace frontis
