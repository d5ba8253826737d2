#include "http/target.h"

#include <arpa/inet.h>

#include <array>
#include <cstdint>

#include "base/text.h"

namespace frontis::http {

namespace {

// RFC 3986, 2.2 and 2.3.
constexpr bool is_unreserved(char c) {
  const char lower = ascii_lower(c);
  return (lower >= 'a' && lower <= 'z') || is_digit(c) || c == '-' || c == '.' || c == '_' ||
         c == '~';
}
constexpr bool is_sub_delim(char c) {
  return c != '\0' && std::string_view("!$&'()*+,;=").find(c) != std::string_view::npos;
}

// What a byte of a raw path can mean for normalize_path; most mean nothing.
enum class Meaning : std::uint8_t { none, slash, special };

constexpr std::array<Meaning, 256> fill_meanings() {
  std::array<Meaning, 256> table{};
  table['/'] = Meaning::slash;
  for (const char byte : {'\0', '%', '\xc0', '\xc1', '\xe0', '\xf0'}) {
    table[static_cast<unsigned char>(byte)] = Meaning::special;
  }
  return table;
}
constexpr std::array<Meaning, 256> meanings = fill_meanings();

bool is_dots(std::string_view segment) { return segment == "." || segment == ".."; }

// True when there is nothing to do: `raw` is its own normal form.
bool is_normal(std::string_view raw) {
  for (std::size_t i = 0; i < raw.size(); ++i) {
    const Meaning meaning = meanings[static_cast<unsigned char>(raw[i])];
    if (meaning == Meaning::none) continue;
    if (meaning == Meaning::special) return false;
    const std::string_view rest = raw.substr(i + 1, 3);
    if (rest.empty() || (rest[0] != '/' && rest[0] != '.')) continue;
    if (rest[0] == '/' || is_dots(rest.substr(0, rest.find('/')))) return false;
  }
  return true;
}

// Takes the decoded bytes of a path in order and keeps the normal form of what it has seen.
class PathWriter {
 public:
  explicit PathWriter(std::string& out) : out_(out) { out_ = "/"; }

  // False when `byte` makes a NUL or an overlong form of UTF-8 (RFC 3629, 3 and 10): C0 and C1
  // always, E0 and F0 when the byte behind them is too small.
  bool put(unsigned char byte) {
    const unsigned char before = last_byte_;
    last_byte_ = byte;
    if (byte == 0x00 || byte == 0xc0 || byte == 0xc1) return false;
    if (before == 0xe0 && byte >= 0x80 && byte <= 0x9f) return false;
    if (before == 0xf0 && byte >= 0x80 && byte <= 0x8f) return false;
    out_.push_back(static_cast<char>(byte));
    return true;
  }

  // A slash, or the end of the path. False when the segment before it must be refused: it climbs
  // above the root, or it is a dot segment only for those who decode %2F before they split.
  bool end_segment(bool with_slash, bool encoded) {
    last_byte_ = '/';
    const std::string_view segment = std::string_view(out_).substr(start_);
    if (is_dots(segment)) {
      if (encoded || opened_by_encoded_) return false;
      if (segment == ".." && start_ == 1) return false;
      remove_dots(segment.size() == 2);
    } else if (segment.empty()) {
      opened_by_encoded_ = opened_by_encoded_ || encoded;
    } else if (with_slash) {
      out_.push_back('/');
      start_ = out_.size();
      opened_by_encoded_ = encoded;
    }
    return true;
  }

 private:
  // Drops the dot segment and, where it goes up, the segment before it; their slashes too.
  void remove_dots(bool goes_up) {
    if (goes_up) start_ = out_.rfind('/', start_ - 2) + 1;
    out_.resize(start_);
  }

  std::string& out_;
  std::size_t start_ = 1;           // of the segment being written, behind its slash
  bool opened_by_encoded_ = false;  // that slash, or one merged into it, came as %2F
  unsigned char last_byte_ = '/';
};

std::string_view write_normal(std::string_view raw, std::string& out) {
  PathWriter writer(out);
  for (std::size_t i = 1; i < raw.size(); ++i) {
    auto byte = static_cast<unsigned char>(raw[i]);
    const bool encoded = raw[i] == '%';
    if (encoded) {
      const int high = i + 2 < raw.size() ? hex_value(raw[i + 1]) : -1;
      const int low = i + 2 < raw.size() ? hex_value(raw[i + 2]) : -1;
      if (high < 0 || low < 0) return "the path has a malformed percent-escape";
      byte = static_cast<unsigned char>(high * 16 + low);
      i += 2;
    }
    if (byte == '/') {
      if (!writer.end_segment(true, encoded)) return "the path climbs out or hides dot segments";
    } else if (!writer.put(byte)) {
      return "the path hides a NUL or an overlong UTF-8 form";
    }
  }
  return writer.end_segment(false, false) ? "" : "the path climbs out or hides dot segments";
}

}  // namespace

Result<void> normalize_path(std::string_view raw, std::string& out) {
  out.clear();
  if (raw.empty() || raw.front() != '/') {
    return fail(ErrorKind::bad_request, "the path does not begin with a slash");
  }
  if (is_normal(raw)) return {};
  const std::string_view fault = write_normal(raw, out);
  if (!fault.empty()) {
    out.clear();
    return fail(ErrorKind::bad_request, std::string(fault));
  }
  // Decoding, merging and removing only ever shorten: equal length means equal bytes.
  if (out.size() == raw.size()) out.clear();
  return {};
}

std::string encode_path(std::string_view path) {
  std::string out;
  out.reserve(path.size());
  for (const char c : path) {
    if (is_unreserved(c) || is_sub_delim(c) || c == ':' || c == '@' || c == '/') {
      out.push_back(c);
      continue;
    }
    constexpr std::string_view digits = "0123456789ABCDEF";
    const auto byte = static_cast<unsigned char>(c);
    out.append({'%', digits[byte >> 4], digits[byte & 15]});
  }
  return out;
}

namespace {

bool is_ipv6(std::string_view text) {
  char copy[INET6_ADDRSTRLEN] = {};
  if (text.size() >= sizeof copy || text.find('\0') != std::string_view::npos) return false;
  text.copy(copy, text.size());
  in6_addr address;
  return inet_pton(AF_INET6, copy, &address) == 1;
}

// RFC 3986, 3.2.2: IPvFuture.
bool is_ip_future(std::string_view text) {
  if (text.empty() || ascii_lower(text[0]) != 'v') return false;
  const std::size_t dot = text.find('.');
  if (dot == std::string_view::npos || dot == 1 || dot + 1 == text.size()) return false;
  for (const char c : text.substr(1, dot - 1)) {
    if (hex_value(c) < 0) return false;
  }
  for (const char c : text.substr(dot + 1)) {
    if (!is_unreserved(c) && !is_sub_delim(c) && c != ':') return false;
  }
  return true;
}

// RFC 3986, 3.2.2: reg-name, of which an IPv4 address is one.
bool is_registered_name(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_unreserved(text[i]) || is_sub_delim(text[i])) continue;
    if (text[i] != '%' || i + 2 >= text.size()) return false;
    if (hex_value(text[i + 1]) < 0 || hex_value(text[i + 2]) < 0) return false;
    i += 2;
  }
  return true;
}

bool is_port(std::string_view text) {
  constexpr std::uint64_t highest = 65535;
  return text.empty() || parse_decimal(text).value_or(highest + 1) <= highest;
}

bool is_literal(std::string_view bracketed) {
  const std::string_view inside = bracketed.substr(1, bracketed.size() - 2);
  return is_ipv6(inside) || is_ip_future(inside);
}

}  // namespace

Result<Authority> parse_authority(std::string_view text) {
  const auto malformed = [] { return fail(ErrorKind::bad_request, "the host is malformed"); };
  std::size_t host_length = text.find(':');
  if (text.starts_with('[')) {
    const std::size_t bracket = text.find(']');
    if (bracket == std::string_view::npos) return malformed();
    host_length = bracket + 1;
    if (host_length < text.size() && text[host_length] != ':') return malformed();
  }
  Authority authority;
  authority.host = text.substr(0, host_length);
  if (host_length < text.size()) authority.port = text.substr(host_length + 1);
  const bool is_bracketed = authority.host.starts_with('[');
  const bool good_host =
      is_bracketed ? is_literal(authority.host) : is_registered_name(authority.host);
  if (!good_host || !is_port(authority.port)) return malformed();
  return authority;
}

}  // namespace frontis::http
