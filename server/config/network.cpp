#include "config/network.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>

#include "base/text.h"
#include "config/fault.h"

namespace frontis::config {

namespace {

using Address = decltype(Network::address);

constexpr std::string_view unix_word = "unix:";
constexpr unsigned all_bits = 128;
constexpr unsigned mapped_bits = 96;  // of ::ffff:0:0/96, where IPv4 stands
constexpr Address mapped_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

struct Literal {
  Address address{};
  bool is_ipv4 = false;  // by its spelling
};

std::optional<Literal> parse_literal(std::string_view text) {
  constexpr std::size_t longest = INET6_ADDRSTRLEN;
  if (text.size() > longest || text.find('\0') != text.npos) return std::nullopt;
  const std::string terminated(text);
  Literal out;
  if (inet_pton(AF_INET6, terminated.c_str(), out.address.data()) == 1) return out;
  out.address = mapped_prefix;
  out.is_ipv4 = true;
  if (inet_pton(AF_INET, terminated.c_str(), out.address.data() + 12) == 1) return out;
  return std::nullopt;
}

// The first `bits` of the address, with zeros behind them.
Address masked(Address address, unsigned bits) {
  for (std::size_t i = 0; i < address.size(); ++i) {
    const unsigned before = static_cast<unsigned>(i) * 8;
    const unsigned kept = bits <= before ? 0 : std::min(bits - before, 8U);
    address[i] = static_cast<unsigned char>(address[i] & (0xff00U >> kept));
  }
  return address;
}

bool is_mapped(const Address& address) { return masked(address, mapped_bits) == mapped_prefix; }

std::string text_of(const Address& address, bool as_ipv4) {
  char text[INET6_ADDRSTRLEN] = "";
  inet_ntop(as_ipv4 ? AF_INET : AF_INET6, address.data() + (as_ipv4 ? 12 : 0), text, sizeof text);
  return text;
}

tl::unexpected<Error> not_a_network(std::string_view text) {
  return fail(ErrorKind::invalid,
              "expected an address or a network such as 192.0.2.7, 10.0.0.0/8 or 2001:db8::/32, or "
              "unix:, found " +
                  in_quotes(text));
}

// A mapped address lies only in networks of IPv4: whoever writes ::/0 means IPv6.
bool holds(const Network& network, const Address& address) {
  if (network.unix_socket) return false;
  if (is_mapped(address) && network.prefix_bits < mapped_bits) return false;
  return masked(address, network.prefix_bits) == network.address;
}

}  // namespace

Result<Network> parse_network(std::string_view text) {
  Network out;
  if (text == unix_word) {
    out.unix_socket = true;
    return out;
  }
  const std::size_t slash = text.find('/');
  const std::optional<Literal> literal = parse_literal(text.substr(0, slash));
  if (!literal) return not_a_network(text);

  const unsigned most = literal->is_ipv4 ? all_bits - mapped_bits : all_bits;
  std::uint64_t bits = most;
  if (slash != text.npos) {
    const auto written = parse_decimal(text.substr(slash + 1));
    if (!written || *written > most) {
      return fail(ErrorKind::invalid, "expected a prefix from 0 to " + std::to_string(most) +
                                          " after the '/', found " + in_quotes(text));
    }
    bits = *written;
  }
  out.prefix_bits = static_cast<unsigned>(bits) + (all_bits - most);
  out.address = masked(literal->address, out.prefix_bits);
  if (out.address == literal->address) return out;
  return fail(ErrorKind::invalid, in_quotes(text) + " has bits behind its prefix; the network is " +
                                      text_of(out.address, literal->is_ipv4) + "/" +
                                      std::to_string(bits));
}

bool contains(const std::vector<Network>& networks, std::string_view address) {
  if (address == unix_word) {
    return std::any_of(networks.begin(), networks.end(),
                       [](const Network& network) { return network.unix_socket; });
  }
  const std::optional<Literal> literal = parse_literal(address);
  if (!literal) return false;
  return std::any_of(networks.begin(), networks.end(),
                     [&](const Network& network) { return holds(network, literal->address); });
}

}  // namespace frontis::config
