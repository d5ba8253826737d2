// The entries of X-Forwarded-For and Forwarded (RFC 7239), read from the end of the list: what
// trusted proxies have added stands there, and nothing that a client has put in front of it can
// change how it is read. Pure; for forwarded.cpp, which says whom to believe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "http/message.h"

namespace frontis::http {

// The members of all fields of one name, the last first. Empty ones do not count (RFC 9110,
// 5.6.1). With `quotes`, a comma in a quoted string is a part of it.
class MembersBackwards {
 public:
  // Both outlive this; `name` in any letter case.
  MembersBackwards(const Request& request, std::string_view name, bool quotes)
      : request_(request), name_(name), quotes_(quotes), field_(request.fields().size()) {}

  std::optional<std::string_view> next();

 private:
  bool next_field();

  const Request& request_;
  std::string_view name_;
  bool quotes_;
  std::size_t field_;
  std::string_view list_;
};

struct ForwardedNode {
  std::string address;     // in its canonical form; an IPv4 address in IPv6 is that IPv4 address
  std::uint16_t port = 0;  // 0 where it is not told
};
// "192.0.2.7", "192.0.2.7:4711", "2001:db8::1", "[2001:db8::1]", "[2001:db8::1]:4711"; a port may
// be hidden ("_x9", RFC 7239, 6.3). None for all else: "unknown", "_gazonk", "unix:".
[[nodiscard]] std::optional<ForwardedNode> parse_forwarded_node(std::string_view text);

// What one proxy says of the request that it got (RFC 7239, 4), without quotes; empty where it
// does not say.
struct ForwardedElement {
  std::string node, proto, host;
};
// None when it is malformed, or says one thing twice.
[[nodiscard]] std::optional<ForwardedElement> parse_forwarded_element(std::string_view text);

}  // namespace frontis::http
