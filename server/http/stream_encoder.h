// A library's encoder at a level that is fast, behind one verb: bytes in, coded bytes out, as much
// of each as there is. For compressed_source.cpp alone.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "http/negotiation.h"

namespace frontis::http {

class StreamEncoder {
 public:
  enum class Operation {
    pass,   // code what comes in; what goes out may lag behind
    flush,  // then give out all that a decoder needs to see what came in
    end,
  };
  enum class Step { done, more, failed };

  virtual ~StreamEncoder() = default;
  // Takes from the front of `in`, writes to the front of `out` (never empty), and leaves in both
  // what is left of them. `more`: the same operation again, with the rest of `in` and fresh room.
  virtual Step step(Operation operation, std::string_view& in, std::span<char>& out) = 0;
};

// Null for a coding that is not gzip, br or zstd.
[[nodiscard]] std::unique_ptr<StreamEncoder> stream_encoder(Coding coding);

}  // namespace frontis::http
