// The HTTP/1 codec under any bytes: a head and the body behind it must come out the same whole, in
// two halves and byte by byte, and what is accepted must keep the promises of Request.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/http1.h"
#include "http/http1_body.h"

namespace frontis::http {
namespace {

constexpr std::uint64_t body_limit = 64 * 1024;

void demand(bool holds) {
  if (!holds) std::abort();
}

struct Outcome {
  std::optional<ErrorKind> head_error;
  std::size_t head_length = 0;
  std::string request;  // everything that was read, as text
  std::optional<ErrorKind> body_error;
  std::size_t body_length = 0;
  std::string body;
  bool is_whole = false;
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

std::string text_of(const Request& request) {
  std::string out(name_of(request.method));
  for (const std::string_view part :
       {request.target(), request.path(), request.query(), request.host(), request.port()}) {
    out.append("\n").append(part);
  }
  for (const bool flag : {request.http10, request.keep_alive, request.has_query, request.asterisk,
                          request.expects_continue, request.chunked}) {
    out.push_back(flag ? '1' : '0');
  }
  out.append(std::to_string(request.content_length));
  for (const Request::Field& field : request.fields()) {
    out.append("\n").append(request.name(field)).append(": ").append(request.value(field));
  }
  return out;
}

void check(const Request& request) {
  demand(request.path().starts_with('/'));
  demand(request.path().find('\0') == std::string_view::npos);
  demand(!request.path().starts_with("//"));
  demand(request.http10 || !request.host().empty());
  demand(!request.chunked || request.content_length == 0);
  demand(!request.expects_continue || request.has_body());
  for (const Request::Field& field : request.fields()) {
    demand(is_token(request.name(field)));
    demand(is_field_value(request.value(field)));
  }
}

void read_body(std::string_view input, const std::vector<std::size_t>& cuts, Outcome& outcome,
               BodyDecoder decoder) {
  const std::size_t start = outcome.head_length;
  for (const std::size_t cut : cuts) {
    while (cut > start + outcome.body_length && !decoder.is_done()) {
      const std::size_t from = start + outcome.body_length;
      const Result<BodyDecoder::Step> step = decoder.decode(input.substr(from, cut - from));
      if (!step) {
        // Where the fault was found is the same, what was taken before it in one step is not.
        outcome.body_error = step.error().kind;
        outcome.body_length = 0;
        return;
      }
      demand(step->consumed > 0 && step->consumed <= cut - from);
      demand(step->content.size() <= step->consumed);
      outcome.body.append(step->content);
      outcome.body_length += step->consumed;
    }
  }
  demand(outcome.body.size() <= body_limit);
  outcome.is_whole = decoder.is_done();
}

Outcome read(std::string_view input, const std::vector<std::size_t>& cuts) {
  config::Limits limits;
  limits.body = body_limit;
  // Low, so that small inputs reach them.
  limits.request_line = 200;
  limits.headers = 600;
  limits.header_fields = 10;
  HeadParser parser(limits);
  Request request;
  Outcome outcome;
  for (const std::size_t cut : cuts) {
    // A block of exactly this size, so that the sanitizer sees a byte read behind it.
    const std::vector<char> piece(input.begin(), input.begin() + static_cast<std::ptrdiff_t>(cut));
    const Result<std::size_t> length = parser.parse({piece.data(), piece.size()}, request);
    if (!length) {
      outcome.head_error = length.error().kind;
      return outcome;
    }
    demand(*length <= cut);
    if (*length == 0) continue;
    check(request);
    outcome.head_length = *length;
    outcome.request = text_of(request);
    read_body(input, cuts, outcome, BodyDecoder(request, body_limit));
    return outcome;
  }
  return outcome;
}

}  // namespace
}  // namespace frontis::http

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using frontis::http::read;
  constexpr std::size_t longest = 2048;  // byte by byte costs the square of it
  if (size > longest) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  std::vector<std::size_t> each_byte;
  for (std::size_t cut = 1; cut <= size; ++cut) each_byte.push_back(cut);
  const auto whole = read(input, {size});
  frontis::http::demand(whole == read(input, {size / 2, size}));
  frontis::http::demand(whole == read(input, each_byte));
  return 0;
}
