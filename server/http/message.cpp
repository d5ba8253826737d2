#include "http/message.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace frontis::http {

namespace {

// In the order of Method.
constexpr std::array<std::string_view, 9> method_names{
    "GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"};

}  // namespace

std::optional<Method> method_of(std::string_view name) {
  const auto found = std::find(method_names.begin(), method_names.end(), name);
  if (found == method_names.end()) return std::nullopt;
  return static_cast<Method>(found - method_names.begin());
}

std::string_view name_of(Method method) { return method_names[static_cast<std::size_t>(method)]; }

std::string_view Request::head() const {
  std::uint32_t end = 0;
  for (const Span span : {target_span, path_span, query_span, host_span, port_span}) {
    end = std::max(end, span.offset + span.length);
  }
  for (const Field& field : fields_) {
    end = std::max({end, field.name_text.offset + field.name_text.length,
                    field.value.offset + field.value.length});
  }
  return {head_, end};
}

void Request::clear() {
  method = Method::get;
  http10 = false;
  keep_alive = true;
  has_query = false;
  expects_continue = false;
  asterisk = false;
  chunked = false;
  content_length = 0;
  target_span = path_span = query_span = host_span = port_span = {};
  decoded_path.clear();
  head_ = "";
  fields_.clear();
  first_.fill(absent);
}

void Request::add(FieldName name, Span name_text, Span value) {
  fields_.push_back({name, name_text, value});
  if (name == FieldName::other) return;
  std::uint32_t& first = first_[static_cast<std::size_t>(name)];
  if (first == absent) first = static_cast<std::uint32_t>(fields_.size());
}

std::optional<std::string_view> Request::find(FieldName name) const {
  if (name == FieldName::other) return std::nullopt;
  const std::uint32_t first = first_[static_cast<std::size_t>(name)];
  if (first == absent) return std::nullopt;
  return value(fields_[first - 1]);
}

std::optional<std::string_view> Request::combined(FieldName name, std::string& scratch) const {
  const std::optional<std::string_view> only = find(name);
  if (!only) return std::nullopt;
  const auto is_same = [name](const Field& field) { return field.name == name; };
  auto next = fields_.begin() + first_[static_cast<std::size_t>(name)];
  next = std::find_if(next, fields_.end(), is_same);
  if (next == fields_.end()) return only;
  scratch.assign(*only);
  for (; next != fields_.end(); next = std::find_if(next + 1, fields_.end(), is_same)) {
    scratch.append(", ").append(value(*next));
  }
  return scratch;
}

std::optional<std::string_view> Request::find(std::string_view wanted) const {
  const FieldName known = field_name(wanted);
  if (known != FieldName::other) return find(known);
  for (const Field& field : fields_) {
    if (field.name != FieldName::other) continue;
    if (equal_ignoring_case(name(field), wanted)) return value(field);
  }
  return std::nullopt;
}

namespace {

// RFC 9110, 6.4.1: what can never carry content, whatever its fields say.
bool has_content(int status) { return status >= 200 && status != 204 && status != 304; }

Response plain(int status, std::string_view detail, HeaderBlock head) {
  constexpr int first_error = 400;
  if (status >= first_error) head.add("Cache-Control", "no-store");
  Response response;
  response.status = status;
  if (has_content(status)) {
    head.add("Content-Type", "text/plain; charset=utf-8");
    head.add("X-Content-Type-Options", "nosniff");
    std::string text = std::to_string(status);
    text.append(" ").append(reason_phrase(status));
    if (!detail.empty()) text.append(": ").append(detail);
    response.body = text_body(std::move(text.append("\n")));
  }
  response.head = std::make_shared<const HeaderBlock>(std::move(head));
  return response;
}

}  // namespace

Response plain_response(int status, std::string_view detail) { return plain(status, detail, {}); }

Response method_not_allowed(std::string_view allow) {
  HeaderBlock head;
  head.add("Allow", allow);
  return plain(405, {}, std::move(head));
}

std::string_view reason_phrase(int status) {
  switch (status) {
    case 100: return "Continue";
    case 101: return "Switching Protocols";
    case 102: return "Processing";
    case 103: return "Early Hints";
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 203: return "Non-Authoritative Information";
    case 204: return "No Content";
    case 205: return "Reset Content";
    case 206: return "Partial Content";
    case 207: return "Multi-Status";
    case 208: return "Already Reported";
    case 226: return "IM Used";
    case 300: return "Multiple Choices";
    case 301: return "Moved Permanently";
    case 302: return "Found";
    case 303: return "See Other";
    case 304: return "Not Modified";
    case 305: return "Use Proxy";
    case 307: return "Temporary Redirect";
    case 308: return "Permanent Redirect";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 402: return "Payment Required";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 406: return "Not Acceptable";
    case 407: return "Proxy Authentication Required";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 410: return "Gone";
    case 411: return "Length Required";
    case 412: return "Precondition Failed";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 415: return "Unsupported Media Type";
    case 416: return "Range Not Satisfiable";
    case 417: return "Expectation Failed";
    case 421: return "Misdirected Request";
    case 422: return "Unprocessable Content";
    case 423: return "Locked";
    case 424: return "Failed Dependency";
    case 425: return "Too Early";
    case 426: return "Upgrade Required";
    case 428: return "Precondition Required";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 451: return "Unavailable For Legal Reasons";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 502: return "Bad Gateway";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    case 505: return "HTTP Version Not Supported";
    case 506: return "Variant Also Negotiates";
    case 507: return "Insufficient Storage";
    case 508: return "Loop Detected";
    case 511: return "Network Authentication Required";
    default: return "Unknown";
  }
}

int status_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::bad_request: return 400;
    case ErrorKind::uri_too_long: return 414;
    case ErrorKind::headers_too_large: return 431;
    case ErrorKind::content_too_large: return 413;
    case ErrorKind::not_implemented: return 501;
    case ErrorKind::version_not_supported: return 505;
    case ErrorKind::expectation_failed: return 417;
    case ErrorKind::timeout: return 408;
    case ErrorKind::not_found: return 404;
    case ErrorKind::exhausted: return 503;
    case ErrorKind::invalid: return 500;
    case ErrorKind::io: return 500;
  }
  return 500;
}

}  // namespace frontis::http
