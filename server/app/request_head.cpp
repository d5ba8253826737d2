#include "app/request_head.h"

#include <algorithm>

#include "app/cache_key.h"
#include "base/text.h"
#include "http/list.h"
#include "upstream/outgoing.h"

namespace frontis::app {

namespace {

// As WSGI servers do it: escapes are bytes, and nothing else is changed. The codec has found each
// escape to be well-formed.
std::string decoded(std::string_view raw) {
  std::string out;
  out.reserve(raw.size());
  for (std::size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] != '%' || i + 2 >= raw.size()) {
      out.push_back(raw[i]);
      continue;
    }
    out.push_back(static_cast<char>(hex_value(raw[i + 1]) * 16 + hex_value(raw[i + 2])));
    i += 2;
  }
  return out;
}

// The path as it came, or as it was routed where its prefix had another form ("/a//b", "/x/../").
std::string_view path_for(const Route& route, const http::Exchange& exchange,
                          std::string& scratch) {
  const http::Request& request = exchange.request();
  if (request.decoded_path.empty()) return request.path();
  const std::string_view prefix = request.path().substr(0, exchange.prefix_length);
  scratch = decoded(request.raw_path());
  return !route.action.mount || scratch.starts_with(prefix) ? scratch : request.path();
}

}  // namespace

Result<std::string> request_head(const Route& route, http::Exchange& exchange,
                                 std::optional<std::uint64_t> content_length, bool upgrade) {
  std::string scratch;
  const std::string_view path = path_for(route, exchange, scratch);
  // "/shop/" is mounted at "/shop": what follows keeps its slash.
  const std::size_t mounted = route.action.mount ? exchange.prefix_length - 1 : 0;
  upstream::Outgoing outgoing{exchange.request(), exchange.client()};
  outgoing.script_name = path.substr(0, mounted);
  outgoing.path_info = path.substr(mounted);
  outgoing.content_length = content_length;
  outgoing.upgrade = upgrade;
  outgoing.params = &route.app.params;
  outgoing.server_address = exchange.server_address();
  outgoing.server_port = exchange.server_port();
  outgoing.request_id = exchange.request_id();
  std::string head;
  // Enough for most. Many are there at a time, and from 1 KiB on the allocator is slow.
  constexpr std::size_t usual = 1008;
  head.reserve(usual);
  if (auto begun = route.pool->protocol().begin(outgoing, head); !begun) {
    return tl::unexpected(begun.error());
  }
  return head;
}

std::string key_of(http::Exchange& exchange) {
  const http::Client& client = exchange.client();
  const http::Request& request = exchange.request();
  // Without a Host, apps are told where the connection came in.
  const bool has_host = !request.host().empty();
  std::string field(has_host ? request.host() : exchange.server_address());
  const std::string port =
      has_host ? std::string(request.port()) : std::to_string(exchange.server_port());
  if (!port.empty()) field.append(":").append(port);
  return cache_key({client.scheme, client.host, field}, request);
}

bool is_idempotent(http::Method method) {
  return method != http::Method::post && method != http::Method::patch &&
         method != http::Method::connect;
}

bool asks_for_websocket(const http::Request& request) {
  if (request.method != http::Method::get || request.http10 || request.has_body()) return false;
  std::string scratch;
  const auto protocol = request.combined(http::FieldName::upgrade, scratch);
  if (!protocol || !equal_ignoring_case(*protocol, "websocket")) return false;
  const auto options = request.combined(http::FieldName::connection, scratch);
  return options && http::has_member(*options, "upgrade");
}

}  // namespace frontis::app
