// Header fields, in the two forms that a server needs. HeaderBlock is what we send: an ordered
// list kept as HTTP/1 text, so that HTTP/1 sends it with one copy and HTTP/2 walks it as pairs.
// FieldName names the request fields that we act on, so that looking one up is an index.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace frontis::http {

// The request fields that some part of Frontis reads by name; anything else is `other`.
enum class FieldName : std::uint8_t {
  accept,
  accept_encoding,
  access_control_request_method,
  available_dictionary,
  connection,
  content_length,
  content_type,
  expect,
  host,
  if_match,
  if_modified_since,
  if_none_match,
  if_range,
  if_unmodified_since,
  origin,
  range,
  referer,
  sec_fetch_mode,
  sec_fetch_site,
  transfer_encoding,
  upgrade,
  user_agent,
  other,  // keep last: it is also the number of names above
};
inline constexpr std::size_t known_fields = static_cast<std::size_t>(FieldName::other);

// Any letter case (RFC 9110, 5.1).
[[nodiscard]] FieldName field_name(std::string_view name);

// "Name: value\r\n" for each field, in the order in which they were added. Holds what describes
// the representation and the policy; never Date, Expires, Content-Length, Transfer-Encoding or
// Connection, which the session writes, because they belong to one message on one connection.
class HeaderBlock {
 public:
  // `name` is a token and `value` has no CR, LF or NUL: anything else is a broken invariant and
  // aborts, because it would split the response. Check outside text with is_field_value first.
  HeaderBlock& add(std::string_view name, std::string_view value);

  // Room for `bytes` of text, so that add() need not ask for more.
  void reserve(std::size_t bytes) { text_.reserve(bytes); }

  std::string_view text() const { return text_; }
  bool empty() const { return text_.empty(); }
  // The first value of `name` (any letter case).
  std::optional<std::string_view> find(std::string_view name) const;

  // Calls visit(name, value) for each field.
  template <typename Visit>
  void for_each(Visit visit) const {
    std::string_view rest = text_;
    while (!rest.empty()) {
      const std::size_t colon = rest.find(':');
      const std::size_t end = rest.find("\r\n", colon);
      visit(rest.substr(0, colon), rest.substr(colon + 2, end - colon - 2));
      rest.remove_prefix(end + 2);
    }
  }

 private:
  std::string text_;
};

// `base`, but with all fields of `override` in place of those of the same name.
[[nodiscard]] HeaderBlock replaced(const HeaderBlock& base, const HeaderBlock& override);

// RFC 9110, 5.6.2 and 5.5: what may stand as a field's name and as its value.
[[nodiscard]] bool is_token(std::string_view text);
[[nodiscard]] bool is_field_value(std::string_view text);

}  // namespace frontis::http
