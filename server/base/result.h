// Expected failures are values. A function that can fail returns Result<T>: its value, or one
// Error that says what kind of failure it is and, in a sentence, what was found and what to do.
// Exceptions stay inside the calls to the libraries that throw them.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace frontis {

enum class ErrorKind {
  bad_request,            // the peer broke the protocol
  uri_too_long,           // request line over its limit
  headers_too_large,      // header section over its limit
  content_too_large,      // body over its limit
  not_implemented,        // unknown method or transfer coding
  version_not_supported,  // an HTTP version that we do not speak
  expectation_failed,     // an Expect that we cannot meet
  timeout,                // the peer was too slow
  not_found,              // no such thing, or one that must look as if it were not there
  exhausted,              // out of descriptors, memory or disk: may work again later
  invalid,                // a value, file or setting that does not mean anything
  io,                     // the system refused a call
};

struct Error {
  ErrorKind kind;
  std::string message;
};

template <typename T>
using Result = tl::expected<T, Error>;

[[nodiscard]] inline tl::unexpected<Error> fail(ErrorKind kind, std::string message) {
  return tl::unexpected<Error>(Error{kind, std::move(message)});
}

// An `io` error (or `exhausted` for EMFILE, ENFILE, ENOMEM, ENOSPC, EDQUOT) that ends in the
// system's own words for `error_number`.
[[nodiscard]] tl::unexpected<Error> fail_errno(const std::string& doing, int error_number);

}  // namespace frontis
