#include "http/http1.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "base/text.h"
#include "http/characters.h"
#include "http/http1_line.h"
#include "http/list.h"
#include "http/target.h"

namespace frontis::http {
namespace {

// RFC 9112, 2.2 asks for one, for old clients that end a POST with a CRLF too many.
constexpr unsigned most_empty_lines = 8;
// Twice the longest method that anybody has registered.
constexpr std::size_t longest_method = 32;

tl::unexpected<Error> bad(std::string message) {
  return fail(ErrorKind::bad_request, std::move(message));
}

// `line` ends in LF; what is before it must end in CR.
bool ends_in_crlf(std::string_view line) { return line.ends_with("\r\n"); }

std::string_view without_crlf(std::string_view line) { return line.substr(0, line.size() - 2); }

// `line` is cut at its limit, so that it is the same however much of it has come. A line without
// any space is all method, and RFC 9112, 3 has an answer of its own for that.
tl::unexpected<Error> line_too_long(std::string_view line) {
  if (line.substr(0, longest_method).find(' ') == std::string_view::npos) {
    return fail(ErrorKind::not_implemented, "a method longer than any that there is");
  }
  return fail(ErrorKind::uri_too_long, "the request line is longer than limits.request_line");
}

}  // namespace

void HeadParser::reset() {
  line_start_ = scanned_ = fields_start_ = 0;
  empty_lines_ = 0;
  has_begun_ = false;
  seen_ = {};
}

Result<std::size_t> HeadParser::parse(std::string_view input, Request& request) {
  if (!has_begun_) request.clear();
  request.move_to(input.data());
  if (fields_start_ == 0) {
    Result<bool> whole = read_first_line(input, request);
    if (!whole) return tl::unexpected(std::move(whole.error()));
    if (!*whole) return 0;
  }
  Result<bool> whole = read_fields(input, request);
  if (!whole) return tl::unexpected(std::move(whole.error()));
  if (!*whole) return 0;
  if (Result<void> fits = finish(request); !fits) return tl::unexpected(std::move(fits.error()));
  return scanned_;
}

// True when the line was there and is read.
Result<bool> HeadParser::read_first_line(std::string_view input, Request& request) {
  skip_empty_lines(input);
  const std::string_view rest = input.substr(line_start_);
  if (!has_begun_ && (rest.empty() || rest == "\r")) return false;
  has_begun_ = true;
  // So that a TLS hello, which may hold no line end, is answered now and not at the deadline.
  if (!is_token_character(rest.front())) return bad("a request line cannot begin like this");

  const std::string_view line = next_line(input);
  // The limit counts the line without its CRLF, of which the CR may be here already.
  const std::size_t line_end = ends_in_crlf(line) ? 2 : 1;
  const std::size_t length = (line.empty() ? rest : line).size() - line_end;
  if (length > limits_->request_line) return line_too_long(rest.substr(0, limits_->request_line));
  if (line.empty()) return false;
  if (!ends_in_crlf(line)) return bad("the request line ends in LF without CR");

  Result<void> read = read_request_line(input, without_crlf(line), request);
  if (!read) return tl::unexpected(std::move(read.error()));
  fields_start_ = line_start_ = scanned_;
  return true;
}

// True when the empty line that ends the head has been read.
Result<bool> HeadParser::read_fields(std::string_view input, Request& request) {
  for (;;) {
    const std::string_view line = next_line(input);
    if (line == "\r\n") return true;
    const std::string_view rest = input.substr(line_start_);
    if (rest.empty() || rest == "\r") return false;

    // An incomplete line lacks at least its LF.
    const std::size_t least = line.empty() ? rest.size() + 1 : line.size();
    if (line_start_ - fields_start_ + least > limits_->headers) {
      return fail(ErrorKind::headers_too_large, "the fields are longer than limits.headers");
    }
    if (line.empty()) return false;

    Result<void> read = read_field(input, line, request);
    if (!read) return tl::unexpected(std::move(read.error()));
    line_start_ = scanned_;
  }
}

Result<void> HeadParser::read_field(std::string_view input, std::string_view line,
                                    Request& request) {
  if (request.fields().size() >= limits_->header_fields) {
    return fail(ErrorKind::headers_too_large, "more fields than limits.header_fields");
  }
  if (!ends_in_crlf(line)) return bad("a field ends in LF without CR");
  if (line.front() == ' ' || line.front() == '\t') return bad("a folded field, or one indented");

  // The CR of the line end stops this at the latest.
  const auto name_end = std::find_if_not(line.begin(), line.end(), is_token_character);
  const auto length = static_cast<std::size_t>(name_end - line.begin());
  if (*name_end != ':') return bad("a byte in the name of a field, or no colon behind it");
  if (length == 0) return bad("a field without a name");
  const std::string_view name = line.substr(0, length);
  const std::string_view value = trim(without_crlf(line).substr(length + 1));
  if (!is_value_text(value)) return bad("a control byte in the value of a field");

  const FieldName known = field_name(name);
  request.add(known, span_in(input, name), span_in(input, value));
  return act_on(known, input, value, request);
}

Result<void> HeadParser::act_on(FieldName name, std::string_view input, std::string_view value,
                                Request& request) {
  switch (name) {
    case FieldName::host: return read_host(input, value, request);
    case FieldName::content_length: return read_content_length(value, request);
    case FieldName::transfer_encoding: return read_transfer_encoding(value);
    case FieldName::expect: return read_expect(value);
    case FieldName::connection: read_connection(value); return {};
    default: return {};
  }
}

// RFC 9112, 3.2.2: a target that names a host overrides the field, which must be right all the
// same, because the next server on the way might read it.
Result<void> HeadParser::read_host(std::string_view input, std::string_view value,
                                   Request& request) {
  if (seen_.host) return bad("more than one Host");
  seen_.host = true;
  Result<Authority> authority = parse_authority(value);
  if (!authority) return tl::unexpected(std::move(authority.error()));
  if (request.host_span.length > 0) return {};
  if (authority->host.empty()) return bad("the Host field names no host");
  request.host_span = span_in(input, authority->host);
  if (!authority->port.empty()) request.port_span = span_in(input, authority->port);
  return {};
}

Result<void> HeadParser::read_content_length(std::string_view value, Request& request) {
  if (seen_.content_length) return bad("more than one Content-Length");
  seen_.content_length = true;
  const std::optional<std::uint64_t> length = parse_decimal(value);
  if (!length) return bad("Content-Length is not a number: '" + printable(value, 40) + "'");
  request.content_length = *length;
  return {};
}

Result<void> HeadParser::read_transfer_encoding(std::string_view value) {
  if (seen_.transfer_encoding) return bad("more than one Transfer-Encoding");
  seen_.transfer_encoding = true;
  if (equal_ignoring_case(value, "chunked")) return {};
  return bad("a Transfer-Encoding other than chunked: '" + printable(value, 40) + "'");
}

Result<void> HeadParser::read_expect(std::string_view value) {
  if (!equal_ignoring_case(value, "100-continue")) {
    return fail(ErrorKind::expectation_failed, "cannot meet '" + printable(value, 40) + "'");
  }
  seen_.expect = true;
  return {};
}

// RFC 9112, 9.3 asks only for these two; other members name fields for proxies.
void HeadParser::read_connection(std::string_view value) {
  while (!value.empty()) {
    const std::string_view option = trim(take_until(',', value));
    seen_.close |= equal_ignoring_case(option, "close");
    seen_.keep_alive |= equal_ignoring_case(option, "keep-alive");
  }
}

// What can only be judged when all fields are there.
Result<void> HeadParser::finish(Request& request) const {
  if (!seen_.host && !request.http10) return bad("HTTP/1.1 without Host");
  if (seen_.transfer_encoding && request.http10) return bad("Transfer-Encoding in HTTP/1.0");
  if (seen_.transfer_encoding && seen_.content_length) {
    return bad("both Transfer-Encoding and Content-Length");
  }
  if (request.content_length > limits_->body) {
    return fail(ErrorKind::content_too_large, "the body is longer than limits.body");
  }
  request.chunked = seen_.transfer_encoding;
  request.keep_alive = !seen_.close && (seen_.keep_alive || !request.http10);
  request.expects_continue = seen_.expect && !request.http10 && request.has_body();
  return {};
}

void HeadParser::skip_empty_lines(std::string_view input) {
  while (empty_lines_ < most_empty_lines && input.substr(line_start_).starts_with("\r\n")) {
    line_start_ += 2;
    ++empty_lines_;
  }
  if (scanned_ < line_start_) scanned_ = line_start_;
}

// The line at line_start_ with its line end; empty when that has not come yet.
std::string_view HeadParser::next_line(std::string_view input) {
  const std::size_t end = input.find('\n', scanned_);
  if (end == std::string_view::npos) {
    scanned_ = input.size();
    return {};
  }
  scanned_ = end + 1;
  return input.substr(line_start_, scanned_ - line_start_);
}

}  // namespace frontis::http
