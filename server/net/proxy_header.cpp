#include "net/proxy_header.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <string>

#include "base/text.h"

namespace frontis::net {

namespace {

using namespace std::string_view_literals;

constexpr std::string_view line_start = "PROXY ";
constexpr std::string_view signature = "\r\n\r\n\0\r\nQUIT\n"sv;
constexpr std::size_t fixed_length = 16;  // signature, version and command, family, length

tl::unexpected<Error> malformed(std::string_view what) {
  return fail(ErrorKind::bad_request, "PROXY protocol: " + std::string(what));
}

template <typename Sockaddr>
Address address_of(const Sockaddr& from) {
  sockaddr_storage storage{};
  std::memcpy(&storage, &from, sizeof from);
  return Address(storage);
}

// --- Version 1: "PROXY TCP4 192.0.2.7 192.0.2.1 40000 443\r\n". ---

// What is in front of the first space; takes both off `line`.
std::string_view take_word(std::string_view& line) {
  const std::string_view word = line.substr(0, line.find(' '));
  line.remove_prefix(std::min(line.size(), word.size() + 1));
  return word;
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  const auto port = parse_decimal(text);
  if (!port || *port > 65535 || text.size() > 5) return std::nullopt;
  return static_cast<std::uint16_t>(*port);
}

std::optional<Address> parse_address(int family, std::string_view text, std::uint16_t port) {
  if (text.find('\0') != std::string_view::npos) return std::nullopt;
  const std::string copy(text);
  if (family == AF_INET) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    if (::inet_pton(AF_INET, copy.c_str(), &v4.sin_addr) != 1) return std::nullopt;
    return address_of(v4);
  }
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port);
  if (::inet_pton(AF_INET6, copy.c_str(), &v6.sin6_addr) != 1) return std::nullopt;
  return address_of(v6);
}

// `line` without its CRLF.
Result<ProxyHeader> parse_line(std::string_view line) {
  ProxyHeader header;
  header.length = line.size() + 2;
  line.remove_prefix(line_start.size());
  const std::string_view protocol = take_word(line);
  if (protocol == "UNKNOWN") return header;  // whatever follows
  if (protocol != "TCP4" && protocol != "TCP6") return malformed("neither TCP4, TCP6 nor UNKNOWN");
  const int family = protocol == "TCP4" ? AF_INET : AF_INET6;
  const std::string_view source = take_word(line);
  const std::string_view destination = take_word(line);
  const auto source_port = parse_port(take_word(line));
  const auto destination_port = parse_port(line);
  if (!source_port || !destination_port) return malformed("a port is malformed");
  const auto address = parse_address(family, source, *source_port);
  if (!address || !parse_address(family, destination, *destination_port)) {
    return malformed("an address is malformed");
  }
  header.has_source = true;
  header.source = *address;
  return header;
}

Result<ProxyHeader> read_line(std::string_view input) {
  const std::string_view window = input.substr(0, longest_proxy_line);
  const std::size_t end = window.find('\n');
  if (end != std::string_view::npos) {
    if (window[end - 1] != '\r') return malformed("the line does not end in CR LF");
    return parse_line(window.substr(0, end - 1));
  }
  if (input.size() >= longest_proxy_line) return malformed("the line is too long");
  return ProxyHeader{};
}

// --- Version 2. ---

std::uint8_t byte_at(std::string_view input, std::size_t at) {
  return static_cast<std::uint8_t>(input[at]);
}

std::size_t number_at(std::string_view input, std::size_t at) {
  return std::size_t{byte_at(input, at)} << 8 | byte_at(input, at + 1);
}

// The families of the protocol, with the length of source, destination and their ports.
enum class Family : std::uint8_t { unspecified, v4, v6, unix_socket };
constexpr std::size_t address_lengths[] = {0, 12, 36, 216};

Address address_in(Family family, std::string_view addresses) {
  if (family == Family::v4) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    std::memcpy(&v4.sin_addr, addresses.data(), sizeof v4.sin_addr);
    std::memcpy(&v4.sin_port, addresses.data() + 8, sizeof v4.sin_port);
    return address_of(v4);
  }
  if (family == Family::v6) {
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    std::memcpy(&v6.sin6_addr, addresses.data(), sizeof v6.sin6_addr);
    std::memcpy(&v6.sin6_port, addresses.data() + 32, sizeof v6.sin6_port);
    return address_of(v6);
  }
  return {};
}

// `input` begins with the signature, or ends within it.
Result<ProxyHeader> read_binary(std::string_view input) {
  constexpr std::uint8_t local_command = 0x20, proxy_command = 0x21;
  // What can be judged is judged at once, so that nothing waits for the rest of a wrong header.
  if (input.size() > 12 && byte_at(input, 12) != local_command &&
      byte_at(input, 12) != proxy_command) {
    return malformed("neither version 1 nor 2, or an unknown command");
  }
  const std::uint8_t kind = input.size() > 13 ? byte_at(input, 13) : 0;
  if (kind >> 4 > 3 || (kind & 0x0f) > 2) return malformed("an unknown family of addresses");
  if (input.size() < fixed_length) return ProxyHeader{};
  const std::size_t rest = number_at(input, 14);
  if (fixed_length + rest > longest_proxy_header) return malformed("the header is too long");
  const auto family = static_cast<Family>(kind >> 4);
  const bool is_local = byte_at(input, 12) == local_command;
  const bool has_source = !is_local && family != Family::unspecified && (kind & 0x0f) != 0;
  if (has_source && rest < address_lengths[kind >> 4])
    return malformed("the addresses are cut off");
  if (input.size() < fixed_length + rest) return ProxyHeader{};
  ProxyHeader header;
  header.length =
      fixed_length + rest;  // what is behind the addresses are TLVs, none of them for us
  header.has_source = has_source;
  if (has_source) header.source = address_in(family, input.substr(fixed_length));
  return header;
}

// `input` is `start` or begins with it, or ends before it differs.
bool may_be(std::string_view start, std::string_view input) {
  return input.substr(0, start.size()) == start.substr(0, input.size());
}

}  // namespace

Result<ProxyHeader> read_proxy_header(std::string_view input) {
  if (input.empty()) return ProxyHeader{};
  if (may_be(line_start, input)) return read_line(input);
  if (may_be(signature, input)) return read_binary(input);
  return malformed("the connection does not begin with a PROXY header");
}

}  // namespace frontis::net
