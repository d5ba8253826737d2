#include "http/http1_line.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "base/text.h"
#include "http/characters.h"
#include "http/headers.h"
#include "http/target.h"

namespace frontis::http {
namespace {

tl::unexpected<Error> bad(std::string message) {
  return fail(ErrorKind::bad_request, std::move(message));
}

// RFC 9112, 2.3: exactly eight bytes. A later 1.x speaks 1.1 with us.
Result<void> read_version(std::string_view text, Request& request) {
  const bool well_formed = text.size() == 8 && text.starts_with("HTTP/") && is_digit(text[5]) &&
                           text[6] == '.' && is_digit(text[7]);
  if (!well_formed) return bad("malformed HTTP version '" + printable(text, 40) + "'");
  if (text[5] != '1') {
    return fail(ErrorKind::version_not_supported,
                "this server speaks HTTP/1.0 and HTTP/1.1, not " + std::string(text));
  }
  request.http10 = text[7] == '0';
  return {};
}

// `text` begins with '/' or '?' or is empty: an absolute target may have no path.
Result<void> read_path(std::string_view head, std::string_view text, Request& request) {
  const std::size_t mark = text.find('?');
  if (mark != std::string_view::npos) {
    request.has_query = true;
    request.query_span = span_in(head, text.substr(mark + 1));
    text = text.substr(0, mark);
  }
  if (text.empty()) return {};
  request.path_span = span_in(head, text);
  return normalize_path(text, request.decoded_path);
}

Result<void> read_authority(std::string_view head, std::string_view text, Request& request) {
  Result<Authority> authority = parse_authority(text);
  if (!authority) return tl::unexpected(std::move(authority.error()));
  if (authority->host.empty()) return bad("the request-target has no host");
  request.host_span = span_in(head, authority->host);
  if (!authority->port.empty()) request.port_span = span_in(head, authority->port);
  return {};
}

// RFC 9112, 3.2.2. Only http: a plain connection that is asked for https is being used by
// somebody who believes that it is something else.
Result<void> read_absolute(std::string_view head, std::string_view target, Request& request) {
  constexpr std::string_view prefix = "http://";
  if (!equal_ignoring_case(target.substr(0, prefix.size()), prefix)) {
    return bad("the request-target is neither a path nor an http:// URL");
  }
  const std::string_view rest = target.substr(prefix.size());
  const std::size_t end = std::min(rest.find_first_of("/?"), rest.size());
  if (Result<void> read = read_authority(head, rest.substr(0, end), request); !read) return read;

  // 3.2.4: without path and query this is what a client sends through a proxy for "OPTIONS *".
  request.asterisk = request.method == Method::options && end == rest.size();
  return read_path(head, rest.substr(end), request);
}

// RFC 9112, 3.2.3: CONNECT names a host and a port, both needed.
Result<void> read_connect(std::string_view head, std::string_view target, Request& request) {
  if (Result<void> read = read_authority(head, target, request); !read) return read;
  if (request.port_span.length == 0) return bad("CONNECT needs host:port as its target");
  return {};
}

Result<void> read_target(std::string_view head, std::string_view target, Request& request) {
  if (!is_target_text(target)) return bad("a byte that no request-target may hold");
  if (request.method == Method::connect) return read_connect(head, target, request);
  if (target.front() == '/') return read_path(head, target, request);
  if (target != "*") return read_absolute(head, target, request);
  if (request.method != Method::options) return bad("the target '*' belongs to OPTIONS alone");
  request.asterisk = true;
  return {};
}

}  // namespace

Result<void> read_request_line(std::string_view head, std::string_view line, Request& request) {
  const std::size_t first = line.find(' ');
  const std::size_t second = first == std::string_view::npos ? first : line.find(' ', first + 1);
  if (second == std::string_view::npos) {
    return bad("the request line is not 'method target version'");
  }
  const std::string_view name = line.substr(0, first);
  const std::string_view target = line.substr(first + 1, second - first - 1);
  if (!is_token(name)) return bad("the method is not a token");
  if (target.empty()) return bad("two spaces where the request line has one");
  request.target_span = span_in(head, target);

  // The version comes first, because it says how the rest is meant.
  if (Result<void> read = read_version(line.substr(second + 1), request); !read) return read;
  const std::optional<Method> method = method_of(name);
  if (!method) {
    return fail(ErrorKind::not_implemented, "unknown method '" + printable(name, 40) + "'");
  }
  request.method = *method;
  return read_target(head, target, request);
}

}  // namespace frontis::http
