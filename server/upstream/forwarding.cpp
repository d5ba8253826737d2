#include "upstream/forwarding.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <vector>

#include "base/text.h"
#include "http/list.h"

namespace frontis::upstream {

namespace {

using Visit = std::function<void(std::string_view, std::string_view)>;

// Never sent on as they came; Host is made anew, as the target may say otherwise.
constexpr auto kept_back = std::to_array<std::string_view>({
    "connection",
    "content-length",
    "expect",
    "forwarded",
    "host",
    "keep-alive",
    "proxy",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "x-real-ip",
    "x-request-id",
});
constexpr std::string_view forwarded_prefix = "x-forwarded-";

bool is_plain_name(std::string_view name) {
  return std::all_of(name.begin(), name.end(), [](char c) {
    const char lower = ascii_lower(c);
    return is_digit(c) || c == '-' || (lower >= 'a' && lower <= 'z');
  });
}

bool is_one_of(std::string_view name, const auto& names) {
  return std::any_of(names.begin(), names.end(),
                     [name](std::string_view each) { return equal_ignoring_case(each, name); });
}

bool is_kept_back(std::string_view name) {
  const std::string_view start = name.substr(0, forwarded_prefix.size());
  return is_one_of(name, kept_back) || equal_ignoring_case(start, forwarded_prefix) ||
         !is_plain_name(name);
}

// The names in Connection that the table above does not have; nearly always none.
std::vector<std::string_view> listed_names(const http::Request& request) {
  std::vector<std::string_view> names;
  for (const http::Request::Field& field : request.fields()) {
    if (field.name != http::FieldName::connection) continue;
    std::string_view rest = request.value(field);
    while (!rest.empty()) {
      const std::string_view name = trim(http::take_until(',', rest));
      const bool is_option = name.empty() || equal_ignoring_case(name, "close");
      if (!is_option && !is_one_of(name, kept_back)) names.push_back(name);
    }
  }
  return names;
}

void visit_host(const http::Request& request, const Visit& visit) {
  if (request.host().empty()) return;
  std::string_view host = request.host();
  std::string with_port;
  if (!request.port().empty()) {
    with_port.append(host).append(":").append(request.port());
    host = with_port;
  }
  visit("Host", host);
}

// RFC 7239, 6: an IPv6 address in brackets, which need quotes; a Unix socket has no address.
void append_node(std::string_view address, std::string& out) {
  out.append("for=");
  if (address == "unix:") {
    out.append("unknown");
  } else if (address.find(':') != std::string_view::npos) {
    out.append("\"[").append(address).append("]\"");
  } else {
    out.append(address);
  }
}

void append_quoted(std::string_view text, std::string& out) {
  out.push_back('"');
  for (const char c : text) {
    if (c == '"' || c == '\\') out.push_back('\\');
    out.push_back(c);
  }
  out.push_back('"');
}

// RFC 7239, 4: who asked, and then those in between.
std::string forwarded_value(const http::Client& client) {
  std::string out;
  constexpr std::size_t around = 96;  // names, quotes, an address
  out.reserve(client.host.size() + 3 * client.chain.size() + around);
  append_node(client.address, out);
  if (!client.host.empty()) {
    out.append(";host=");
    append_quoted(client.host, out);
  }
  out.append(";proto=").append(client.scheme);
  std::string_view rest = client.chain;
  while (!rest.empty()) {
    out.append(", ");
    append_node(trim(http::take_until(',', rest)), out);
  }
  return out;
}

void visit_ours(const Outgoing& outgoing, const Visit& visit) {
  const http::Client& client = outgoing.client;
  if (client.chain.empty()) {
    visit("X-Forwarded-For", client.address);
  } else {
    visit("X-Forwarded-For", client.address + ", " + client.chain);
  }
  visit("X-Forwarded-Proto", client.scheme);
  if (!client.host.empty()) visit("X-Forwarded-Host", client.host);
  std::uint16_t port = asked_port(client.host, client.scheme);
  if (port == 0) port = outgoing.server_port;
  if (port == 0) port = asked_port("-", client.scheme);
  std::array<char, 5> digits;
  const char* const end = std::to_chars(digits.data(), digits.data() + digits.size(), port).ptr;
  visit("X-Forwarded-Port", {digits.data(), static_cast<std::size_t>(end - digits.data())});
  visit("X-Real-IP", client.address);
  visit("Forwarded", forwarded_value(client));
  if (!outgoing.request_id.empty()) visit("X-Request-ID", outgoing.request_id);
}

}  // namespace

void for_each_forwarded(const Outgoing& outgoing, const Visit& visit) {
  const http::Request& request = outgoing.request;
  const std::vector<std::string_view> listed = listed_names(request);
  visit_host(request, visit);
  for (const http::Request::Field& field : request.fields()) {
    const std::string_view name = request.name(field);
    if (is_kept_back(name) || is_one_of(name, listed)) continue;
    visit(name, request.value(field));
  }
  visit_ours(outgoing, visit);
}

std::string_view origin_form(const http::Request& request, std::string& scratch) {
  const std::string_view target = request.target();
  if (target.starts_with('/') || request.method == http::Method::connect) return target;
  if (request.asterisk) return "*";
  if (!request.has_query) return request.raw_path();
  scratch.assign(request.raw_path()).append("?").append(request.query());
  return scratch;
}

std::uint16_t asked_port(std::string_view host, std::string_view scheme) {
  if (host.empty()) return 0;
  const std::size_t colon = host.rfind(':');
  if (colon != std::string_view::npos && host.find(']', colon) == std::string_view::npos) {
    const auto port = parse_decimal(host.substr(colon + 1));
    if (port && *port > 0 && *port <= 65535) return static_cast<std::uint16_t>(*port);
  }
  return scheme == "https" ? 443 : 80;
}

}  // namespace frontis::upstream
