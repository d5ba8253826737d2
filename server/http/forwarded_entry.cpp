#include "http/forwarded_entry.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <array>
#include <cstring>

#include "base/text.h"
#include "http/list.h"

namespace frontis::http {

namespace {

// The place of the quote that opens the string which ends in the quote at `closing`; npos if none.
std::size_t opening_quote(std::string_view list, std::size_t closing) {
  for (std::size_t at = closing; at-- > 0;) {
    if (list[at] != '"') continue;
    std::size_t first = at;
    while (first > 0 && list[first - 1] == '\\') --first;
    if ((at - first) % 2 == 0) return at;
  }
  return std::string_view::npos;
}

// What is behind the last comma; takes both off `list`. With `quotes`, a comma in a quoted string
// (RFC 9110, 5.6.4) is none.
std::string_view take_last(std::string_view& list, bool quotes) {
  std::size_t begin = list.size();
  while (begin > 0 && list[begin - 1] != ',') {
    --begin;
    if (!quotes || list[begin] != '"') continue;
    begin = opening_quote(list, begin);
    if (begin == std::string_view::npos) begin = 0;
  }
  const std::string_view last = list.substr(begin);
  list = list.substr(0, begin > 0 ? begin - 1 : 0);
  return trim(last);
}

// In the system's own spelling, an IPv4 address in IPv6 (RFC 4291, 2.5.5.2) as IPv4.
std::optional<std::string> canonical(std::string_view text) {
  std::array<char, INET6_ADDRSTRLEN> copy{};
  if (text.size() >= copy.size() || text.find('\0') != std::string_view::npos) return std::nullopt;
  std::memcpy(copy.data(), text.data(), text.size());
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  const unsigned char* from = bytes.data();
  int family = AF_INET;
  if (::inet_pton(AF_INET, copy.data(), bytes.data()) != 1) {
    if (::inet_pton(AF_INET6, copy.data(), bytes.data()) != 1) return std::nullopt;
    constexpr std::array<unsigned char, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    const bool is_mapped = std::memcmp(bytes.data(), mapped.data(), mapped.size()) == 0;
    if (is_mapped) from += mapped.size();
    family = is_mapped ? AF_INET : AF_INET6;
  }
  ::inet_ntop(family, from, copy.data(), copy.size());
  return std::string(copy.data());
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  const auto port = parse_decimal(text);
  if (!port || *port == 0 || *port > 65535 || text.size() > 5) return std::nullopt;
  return static_cast<std::uint16_t>(*port);
}

// A token or a quoted string, with nothing behind it.
std::optional<std::string> unquoted(std::string_view text) {
  if (!text.starts_with('"')) {
    if (text.find('"') != std::string_view::npos) return std::nullopt;
    return std::string(text);
  }
  std::string out;
  for (std::size_t at = 1; at < text.size(); ++at) {
    if (text[at] == '"') {
      if (at + 1 != text.size()) return std::nullopt;
      return out;
    }
    if (text[at] == '\\' && ++at == text.size()) break;
    out.push_back(text[at]);
  }
  return std::nullopt;
}

std::string* place_for(ForwardedElement& element, std::string_view name) {
  if (equal_ignoring_case(name, "for")) return &element.node;
  if (equal_ignoring_case(name, "proto")) return &element.proto;
  if (equal_ignoring_case(name, "host")) return &element.host;
  return nullptr;
}

}  // namespace

std::optional<std::string_view> MembersBackwards::next() {
  for (;;) {
    while (!list_.empty()) {
      const std::string_view member = take_last(list_, quotes_);
      if (!member.empty()) return member;
    }
    if (!next_field()) return std::nullopt;
  }
}

bool MembersBackwards::next_field() {
  while (field_ > 0) {
    const Request::Field& field = request_.fields()[--field_];
    if (!equal_ignoring_case(request_.name(field), name_)) continue;
    list_ = request_.value(field);
    return true;
  }
  return false;
}

std::optional<ForwardedNode> parse_forwarded_node(std::string_view text) {
  std::string_view address = text;
  std::string_view port;
  const std::size_t bracket = text.starts_with('[') ? text.find(']') : 0;
  if (bracket == std::string_view::npos) return std::nullopt;
  const std::size_t colon = text.find(':', bracket);
  const bool has_port =
      colon != std::string_view::npos && (bracket > 0 || colon == text.rfind(':'));
  if (has_port) port = text.substr(colon + 1);
  if (bracket > 0) {
    if (bracket + 1 != (has_port ? colon : text.size())) return std::nullopt;
    address = text.substr(1, bracket - 1);
    if (address.find(':') == std::string_view::npos) return std::nullopt;
  } else if (has_port) {
    address = text.substr(0, colon);
  }
  ForwardedNode node;
  if (has_port && !port.starts_with('_')) {
    const auto number = parse_port(port);
    if (!number) return std::nullopt;
    node.port = *number;
  }
  auto spelled = canonical(address);
  if (!spelled) return std::nullopt;
  node.address = std::move(*spelled);
  return node;
}

std::optional<ForwardedElement> parse_forwarded_element(std::string_view text) {
  ForwardedElement element;
  while (!text.empty()) {
    const std::string_view pair = trim(take_unquoted(';', text));
    if (pair.empty()) continue;
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos || !is_token(pair.substr(0, equals))) return std::nullopt;
    auto value = unquoted(pair.substr(equals + 1));
    if (!value) return std::nullopt;
    std::string* place = place_for(element, pair.substr(0, equals));
    if (place == nullptr) continue;
    if (!place->empty()) return std::nullopt;
    *place = std::move(*value);
  }
  return element;
}

}  // namespace frontis::http
