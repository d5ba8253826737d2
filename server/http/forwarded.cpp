#include "http/forwarded.h"

#include <optional>
#include <string>

#include "base/text.h"
#include "config/network.h"
#include "http/forwarded_entry.h"
#include "http/target.h"

namespace frontis::http {

namespace {

constexpr std::size_t longest_chain = 32;

// `client` has sent the request to somebody whom we trust, who says that he got it from `node`.
void step_to(ForwardedNode node, Client& client) {
  // A Unix socket has no address that others could read.
  if (client.address != "unix:") {
    client.chain = client.chain.empty() ? client.address : client.address + ", " + client.chain;
  }
  client.address = std::move(node.address);
  client.port = node.port;
}

void walk_addresses(const Request& request, const std::vector<config::Network>& trusted,
                    Client& client) {
  MembersBackwards entries(request, "X-Forwarded-For", false);
  for (std::size_t i = 0; i < longest_chain && contains(trusted, client.address); ++i) {
    const auto entry = entries.next();
    if (!entry) return;
    auto node = parse_forwarded_node(*entry);
    if (!node) return;
    step_to(std::move(*node), client);
  }
}

// The element in which the walk ends tells how the client has asked: it is by the last whom we
// trust.
ForwardedElement walk_elements(const Request& request, const std::vector<config::Network>& trusted,
                               Client& client) {
  MembersBackwards entries(request, "Forwarded", true);
  ForwardedElement last;
  for (std::size_t i = 0; i < longest_chain && contains(trusted, client.address); ++i) {
    const auto entry = entries.next();
    if (!entry) return last;
    auto element = parse_forwarded_element(*entry);
    if (!element) return last;
    last = std::move(*element);
    auto node = parse_forwarded_node(last.node);
    if (!node) return last;
    step_to(std::move(*node), client);
  }
  return last;
}

void take_scheme(std::string_view said, Client& client) {
  for (const std::string_view scheme : {"http", "https"}) {
    if (equal_ignoring_case(said, scheme)) client.scheme = scheme;
  }
}

bool take_host(std::string_view said, Client& client) {
  const auto authority = parse_authority(said);
  if (!authority || authority->host.empty()) return false;
  client.host = said;
  return true;
}

// A port other than the scheme's own is a part of the host, unless that names one itself.
void take_port(std::string_view said, Client& client) {
  const auto port = parse_decimal(said);
  const bool is_usual = port == (client.scheme == "https" ? 443U : 80U);
  if (!port || *port == 0 || *port > 65535 || is_usual) return;
  const auto authority = parse_authority(client.host);
  if (!authority || authority->host.empty() || !authority->port.empty()) return;
  client.host = std::string(authority->host) + ":" + std::to_string(*port);
}

void take_what_the_proxy_says(const Request& request, const ForwardedElement& element,
                              Client& client) {
  const auto last = [&request](std::string_view name) {
    return MembersBackwards(request, name, false).next();
  };
  take_scheme(last("X-Forwarded-Proto").value_or(element.proto), client);
  const auto host = last("X-Forwarded-Host");
  if (!host || !take_host(*host, client)) take_host(element.host, client);
  if (const auto port = last("X-Forwarded-Port")) take_port(*port, client);
}

}  // namespace

Client client_of(const Request& request, std::string_view peer, std::uint16_t port,
                 const std::vector<config::Network>& trusted) {
  Client client;
  client.address = peer;
  client.port = port;
  client.scheme = request.scheme;
  client.host = request.host();
  if (!request.port().empty()) client.host.append(":").append(request.port());
  if (trusted.empty() || !contains(trusted, peer)) return client;
  ForwardedElement element;
  if (request.find("X-Forwarded-For")) {
    walk_addresses(request, trusted, client);
  } else {
    element = walk_elements(request, trusted, client);
  }
  take_what_the_proxy_says(request, element, client);
  return client;
}

}  // namespace frontis::http
