// Bodies, and the one way in which their bytes move: they are pulled. A Source gives bytes when
// it is asked and says so when it has none yet; nothing is ever pushed, so whoever writes slowly
// slows whoever produces. A Body is what a response carries: nothing, bytes that somebody
// already holds, a slice of an open file (for sendfile), or a Source.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "base/descriptor.h"

namespace frontis {

// Bytes that whoever copies from a source takes at a time.
inline constexpr std::size_t copy_size = 32 * 1024;

class Source {
 public:
  enum class State {
    data,     // `bytes` > 0 were written to the start of the span
    pending,  // nothing now; the function given to when_ready() will be called
    end,      // the body is complete
    failed,   // the body cannot be completed: its receiver must not take it for whole
  };
  struct Pull {
    State state;
    std::size_t bytes = 0;
  };

  virtual ~Source() = default;

  // Fills the start of `into` (never empty) without blocking.
  virtual Pull pull(std::span<char> into) = 0;

  // After a `pending`: `wake` is called once, later, from the loop, never inside this call.
  virtual void when_ready(std::function<void()> wake) = 0;
};

// `bytes` stay valid and unchanged for as long as `owner` lives.
struct SharedBytes {
  std::shared_ptr<const void> owner;
  std::string_view bytes;
};

// `length` bytes of an open regular file from `offset`.
struct FileSlice {
  std::shared_ptr<const Descriptor> file;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
};

using Body = std::variant<std::monostate, SharedBytes, FileSlice, std::unique_ptr<Source>>;

// The number of bytes in `body`; none where only its Source knows.
[[nodiscard]] std::optional<std::uint64_t> length_of(const Body& body);

// A body that owns `text`.
[[nodiscard]] Body text_body(std::string text);

}  // namespace frontis
