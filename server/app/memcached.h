// What is asked of a memcached server, and how its answer is read: one `get` of the ASCII
// protocol. A codec without sockets, for the handler of `memcached:` routes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "http/message.h"

namespace frontis::app {

inline constexpr std::uint64_t largest_memcached_value = 8ULL * 1024 * 1024;

// `pattern` with "$uri" (path and query as they came), "$path" (decoded) and "$host" (in lower
// case) replaced. Spaces and control bytes, and a '%' of the decoded path, are percent-encoded, so
// that no two paths have one key. None where there can be no such key: it is empty, or longer than
// 250 bytes.
[[nodiscard]] std::optional<std::string> memcached_key(std::string_view pattern,
                                                       std::string_view host,
                                                       const http::Request& request);

// "get KEY\r\n". `key` is one of memcached_key().
[[nodiscard]] std::string memcached_get(std::string_view key);

// The answer to one get. Begins anew with a new object.
class MemcachedAnswer {
 public:
  explicit MemcachedAnswer(std::string key) : key_(std::move(key)) {}

  enum class Event {
    none,      // more bytes are needed
    miss,      // there is no such key: the answer has ended, another get may follow
    hit,       // there is: flags() and length() are known
    content,   // `content` is a part of the value
    complete,  // the answer has ended; another get may follow
  };
  struct Step {
    Event event = Event::none;
    std::size_t consumed = 0;       // bytes of the input that are done with
    std::string_view content = {};  // a view into the input
  };
  // Decodes the next event from `input`, which begins behind what was consumed; after `none` the
  // rest comes again with more behind it, and is never longer than 512 bytes. The outcome does
  // not depend on how the bytes were cut. Errors, after which the connection is of no use:
  // content_too_large (a value of more than 8 MiB), bad_request (an error that the server tells,
  // another key, or no memcached at all).
  [[nodiscard]] Result<Step> decode(std::string_view input);

  std::uint32_t flags() const { return flags_; }
  std::uint64_t length() const { return length_; }  // bytes of the value

 private:
  enum class State { line, value, end, done };

  Result<Step> read_line(std::string_view input);
  Result<Step> read_value_line(std::string_view line, std::size_t consumed);
  Step read_value(std::string_view input);
  Result<Step> read_end(std::string_view input);

  std::string key_;
  State state_ = State::line;
  std::uint32_t flags_ = 0;
  std::uint64_t length_ = 0;
  std::uint64_t left_ = 0;
};

}  // namespace frontis::app
