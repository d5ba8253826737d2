// The two messages of an exchange as values. A Request is a view: its fields are spans of the
// head's bytes, so reading one costs no copy and no allocation; `move_to` keeps it true when
// those bytes move. A Response is status, ready fields, lifetime and body; what belongs to the
// connection (Date, Content-Length, Connection) is written by the session.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/source.h"
#include "http/headers.h"

namespace frontis::http {

enum class Method : std::uint8_t { get, head, post, put, delete_, connect, options, trace, patch };

// Case-sensitive (RFC 9110, 9.1); none when unknown.
[[nodiscard]] std::optional<Method> method_of(std::string_view name);
[[nodiscard]] std::string_view name_of(Method method);

// A piece of the head, counted from its first byte.
struct Span {
  std::uint32_t offset = 0;
  std::uint32_t length = 0;
};

class Request {
 public:
  struct Field {
    FieldName name = FieldName::other;
    Span name_text;
    Span value;  // without the white space around it
  };

  Method method = Method::get;
  bool http10 = false;     // HTTP/1.0; otherwise 1.1 or later
  bool keep_alive = true;  // the client is ready for another request on this connection
  bool has_query = false;  // there was a '?', perhaps with nothing behind it
  bool expects_continue = false;
  bool asterisk = false;             // OPTIONS *
  bool chunked = false;              // the body comes in chunks
  std::uint64_t content_length = 0;  // 0 when chunked

  bool has_body() const { return chunked || content_length > 0; }

  // As sent: the request-target, whatever its form (RFC 9112, 3.2).
  std::string_view target() const { return text(target_span); }
  // The path of the target as sent, never empty, without the query.
  std::string_view raw_path() const { return path_span.length ? text(path_span) : "/"; }
  std::string_view query() const { return text(query_span); }
  // Decoded, dot segments removed, slashes merged: what is routed and looked up. Begins with '/'.
  std::string_view path() const {
    return decoded_path.empty() ? raw_path() : std::string_view(decoded_path);
  }
  // The authority's host as sent, without the port; from the target if it was absolute.
  // Empty for HTTP/1.0 without Host. The port is empty when there was none.
  std::string_view host() const { return text(host_span); }
  std::string_view port() const { return text(port_span); }
  // The scheme of the connection ("http" or "https").
  std::string_view scheme = "http";

  // The first value of a known field; none when it was not sent. RFC 9110, 5.3: `combined` is
  // all values in order with ", " between, copied to `scratch` only when there are several.
  std::optional<std::string_view> find(FieldName name) const;
  std::optional<std::string_view> combined(FieldName name, std::string& scratch) const;
  // Any field by name, any letter case.
  std::optional<std::string_view> find(std::string_view name) const;

  std::string_view name(const Field& field) const { return text(field.name_text); }
  std::string_view value(const Field& field) const { return text(field.value); }
  const std::vector<Field>& fields() const { return fields_; }
  // The bytes that all of these are views of.
  std::string_view head() const;

  // Written by the codec that reads the head. clear() forgets all but the scheme, which is the
  // connection's.
  void clear();
  void move_to(const char* head) { head_ = head; }
  void add(FieldName name, Span name_text, Span value);
  Span target_span, path_span, query_span, host_span, port_span;
  std::string decoded_path;  // empty when it equals the raw path

 private:
  static constexpr std::uint32_t absent = 0;

  std::string_view text(Span span) const { return {head_ + span.offset, span.length}; }

  const char* head_ = "";
  std::vector<Field> fields_;
  // One more than the index in fields_ of the first field of each name, or `absent`.
  std::array<std::uint32_t, known_fields> first_{};
};

struct Response {
  int status = 200;
  std::shared_ptr<const HeaderBlock> head;  // may be null: no fields
  // The answer is fresh for so many seconds: `Expires` is written as now + max_age, the same
  // moment as the Cache-Control in `head`. None: no Expires.
  std::optional<std::int64_t> max_age;
  Body body;
  std::optional<std::uint64_t> length;  // of a Source body, where it is known
  bool close = false;                   // close the connection after this answer
  // With 101: the connection is a tunnel from here on. The body, a Source, is what goes to the
  // client, and what comes from it is the exchange's body.
  bool upgrade = false;
};

// A short plain-text answer for `status`: "404 Not Found\n" unless `detail` says more. Errors
// carry Cache-Control: no-store. 405 needs `allow`.
[[nodiscard]] Response plain_response(int status, std::string_view detail = {});
[[nodiscard]] Response method_not_allowed(std::string_view allow);

// "Not Found" for 404; "Unknown" for a status that has no phrase.
[[nodiscard]] std::string_view reason_phrase(int status);

// The one place where a kind of failure becomes a status.
[[nodiscard]] int status_of(ErrorKind kind);

}  // namespace frontis::http
