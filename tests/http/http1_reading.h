// How the tests of the HTTP/1 codec read a head: in every cut of the bytes that could matter, each
// piece in a block of memory of its own, and with one line of text for what came out of it. In
// the tables '|' stands for CRLF.
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "http/http1.h"

namespace frontis::http {

inline std::string with_line_ends(std::string_view text) {
  std::string out;
  for (const char c : text) out.append(c == '|' ? std::string("\r\n") : std::string(1, c));
  return out;
}

inline std::string name_of_kind(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::bad_request: return "bad_request";
    case ErrorKind::uri_too_long: return "uri_too_long";
    case ErrorKind::headers_too_large: return "headers_too_large";
    case ErrorKind::content_too_large: return "content_too_large";
    case ErrorKind::not_implemented: return "not_implemented";
    case ErrorKind::version_not_supported: return "version_not_supported";
    case ErrorKind::expectation_failed: return "expectation_failed";
    default: return "another error";
  }
}

// "GET /path?query @host:port" and then what is out of the ordinary.
inline std::string describe(const Request& request) {
  std::string out(name_of(request.method));
  out.append(" ").append(request.path());
  if (request.has_query) out.append("?").append(request.query());
  if (!request.host().empty()) out.append(" @").append(request.host());
  if (!request.port().empty()) out.append(":").append(request.port());
  if (request.http10) out.append(" 1.0");
  if (!request.keep_alive) out.append(" close");
  if (request.asterisk) out.append(" asterisk");
  if (request.chunked) out.append(" chunked");
  if (request.content_length > 0) out.append(" length=" + std::to_string(request.content_length));
  if (request.expects_continue) out.append(" continue");
  return out;
}

struct Reading {
  std::string outcome;     // describe(), the name of an error, or "more"
  std::size_t length = 0;  // of the head
  friend bool operator==(const Reading&, const Reading&) = default;
};

inline void PrintTo(const Reading& reading, std::ostream* out) {
  *out << reading.outcome << " in " << reading.length << " bytes";
}

// Gives the parser the prefixes of `input` that end at `cuts`, until one settles the matter. Each
// is copied to a block of exactly its size, so that a view of an old one, or a byte read behind
// the end, is seen by the sanitizer.
inline Reading read_cut(const std::string& input, const std::vector<std::size_t>& cuts,
                        const config::Limits& limits) {
  HeadParser parser(limits);
  Request request;
  for (const std::size_t cut : cuts) {
    const std::vector<char> piece(input.begin(), input.begin() + static_cast<std::ptrdiff_t>(cut));
    const Result<std::size_t> length = parser.parse({piece.data(), piece.size()}, request);
    if (!length) return {name_of_kind(length.error().kind), 0};
    if (*length > 0) return {describe(request), *length};
  }
  return {"more", 0};
}

inline std::vector<std::size_t> every_byte(std::size_t size) {
  std::vector<std::size_t> cuts;
  for (std::size_t cut = 0; cut <= size; ++cut) cuts.push_back(cut);
  return cuts;
}

// Reads `input` whole, byte by byte and in each two pieces, and with another request behind it;
// expects the same of all, and returns it.
inline Reading read_head(const std::string& input, const config::Limits& limits = {}) {
  const Reading whole = read_cut(input, {input.size()}, limits);
  EXPECT_EQ(whole, read_cut(input, every_byte(input.size()), limits)) << "byte by byte";
  constexpr std::size_t long_input = 2000;
  const std::size_t stride = input.size() > long_input ? 997 : 1;
  for (std::size_t cut = 0; cut <= input.size(); cut += stride) {
    EXPECT_EQ(whole, read_cut(input, {cut, input.size()}, limits)) << "cut at " << cut;
  }
  if (whole.outcome != "more") {
    const std::string pipelined = input + "\r\nGET /next HTTP/1.1\r\n\n\x01";
    EXPECT_EQ(whole, read_cut(pipelined, {pipelined.size()}, limits)) << "pipelined";
  }
  return whole;
}

struct HeadCase {
  std::string_view input;
  std::string_view outcome;
};

// An accepted case is a head and nothing else.
inline void expect_outcomes(const std::vector<HeadCase>& cases, const config::Limits& limits = {}) {
  for (const HeadCase& each : cases) {
    SCOPED_TRACE(each.input);
    const std::string input = with_line_ends(each.input);
    const Reading reading = read_head(input, limits);
    EXPECT_EQ(reading.outcome, each.outcome);
    const bool is_accepted = each.outcome.find('/') != std::string_view::npos;
    EXPECT_EQ(reading.length, is_accepted ? input.size() : 0);
  }
}

}  // namespace frontis::http
