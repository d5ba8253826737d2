#include "observe/admin_pages.h"

#include <arpa/inet.h>
#include <sys/random.h>

#include <array>
#include <string>
#include <utility>

#include "base/text.h"
#include "observe/dashboard.h"
#include "observe/exposition.h"
#include "observe/status_json.h"

namespace frontis::observe {

namespace {

using http::HeaderBlock;
using http::Response;

constexpr std::string_view allowed = "GET, HEAD";
constexpr std::string_view not_by_name =
    "this page shows what visitors ask for, so ask for it by address (http://127.0.0.1:PORT/) or "
    "as localhost, and not by another name";

HeaderBlock fields_of(std::string_view type) {
  HeaderBlock fields;
  fields.add("Content-Type", type).add("Cache-Control", "no-store");
  fields.add("X-Content-Type-Options", "nosniff");
  return fields;
}

Response response_of(int status, HeaderBlock fields, Body body) {
  Response response;
  response.status = status;
  response.head = std::make_shared<const HeaderBlock>(std::move(fields));
  response.body = std::move(body);
  return response;
}

void respond(http::Exchange& exchange, int status, std::string_view type, std::string text) {
  exchange.respond(response_of(status, fields_of(type), text_body(std::move(text))));
}

void answer_metrics(Reporter& reporter, http::Exchange& exchange) {
  exchange.hold(reporter.ask([&exchange](const Figures& figures) {
    respond(exchange, 200, exposition_type, exposition(figures));
  }));
}

void answer_status(Reporter& reporter, http::Exchange& exchange) {
  exchange.hold(reporter.ask([&exchange, &reporter](const Figures& figures) {
    respond(exchange, 200, "application/json", status_json(figures, reporter.history()) + "\n");
  }));
}

void answer_health(Reporter&, http::Exchange& exchange) {
  respond(exchange, 200, "text/plain; charset=utf-8", "alive\n");
}

void answer_ready(Reporter& reporter, http::Exchange& exchange) {
  const bool is_ready = reporter.is_serving();
  respond(exchange, is_ready ? 200 : 503, "text/plain; charset=utf-8",
          is_ready ? "ready\n" : "not ready: the server is starting or stopping\n");
}

std::string new_nonce() {
  std::array<unsigned char, 16> bytes{};
  [[maybe_unused]] const auto got = ::getrandom(bytes.data(), bytes.size(), 0);
  return to_hex(bytes);
}

// Its script and style are in it, and nothing else may run: a nonce that nobody can foresee names
// them.
void answer_dashboard(Reporter&, http::Exchange& exchange) {
  const std::string nonce = new_nonce();
  HeaderBlock fields = fields_of("text/html; charset=utf-8");
  fields.add("Content-Security-Policy",
             "default-src 'none'; script-src 'nonce-" + nonce + "'; style-src 'nonce-" + nonce +
                 "'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; "
                 "frame-ancestors 'none'; require-trusted-types-for 'script'");
  fields.add("Referrer-Policy", "no-referrer");
  fields.add("Cross-Origin-Resource-Policy", "same-origin");
  exchange.respond(response_of(200, std::move(fields), text_body(dashboard(nonce))));
}

void begin_events(Reporter& reporter, http::Exchange& exchange, const Figures& figures) {
  auto source = reporter.streams().open(status_json(figures, reporter.history()));
  if (!source) {
    return exchange.respond(http::plain_response(
        503, "there are " + std::to_string(EventStreams::most) + " listeners already; close one"));
  }
  exchange.respond(response_of(200, fields_of("text/event-stream"), std::move(source)));
}

void answer_events(Reporter& reporter, http::Exchange& exchange) {
  exchange.hold(reporter.ask([&exchange, &reporter](const Figures& figures) {
    begin_events(reporter, exchange, figures);
  }));
}

constexpr std::array<AdminPage, 6> pages{{
    {"/", true, answer_dashboard},
    {"/events", true, answer_events},
    {"/status.json", true, answer_status},
    {"/metrics", false, answer_metrics},
    {"/health", false, answer_health},
    {"/ready", false, answer_ready},
}};

bool is_address(int family, const std::string& text) {
  std::array<unsigned char, sizeof(in6_addr)> binary;
  return ::inet_pton(family, text.c_str(), binary.data()) == 1;
}

}  // namespace

std::span<const AdminPage> admin_pages() { return pages; }

void AdminPageHandler::handle(http::Exchange& exchange) {
  const http::Request& request = exchange.request();
  if (request.path() != page_.path) return exchange.respond(http::plain_response(404));
  if (request.method != http::Method::get && request.method != http::Method::head) {
    return exchange.respond(http::method_not_allowed(allowed));
  }
  const bool is_by_socket = exchange.server_address().starts_with("unix:");
  if (page_.shows_urls && !is_by_socket && !is_safe_host(request.host())) {
    return exchange.respond(http::plain_response(421, not_by_name));
  }
  page_.answer(reporter_, exchange);
}

bool is_safe_host(std::string_view host) {
  if (host.empty()) return true;
  if (host.find('\0') != host.npos) return false;
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    return is_address(AF_INET6, std::string(host.substr(1, host.size() - 2)));
  }
  std::string name = lower_case(host);
  if (name.ends_with('.')) name.pop_back();
  return name == "localhost" || name.ends_with(".localhost") || is_address(AF_INET, name);
}

}  // namespace frontis::observe
