#include "upstream/http.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/text.h"
#include "http/headers.h"
#include "http/http1_head.h"
#include "upstream/forwarding.h"

namespace frontis::upstream {

namespace {

void append_field(std::string_view name, std::string_view value, std::string& out) {
  out.append(name).append(": ").append(value).append("\r\n");
}

std::string_view decimal(std::uint64_t number, std::array<char, 20>& digits) {
  const char* const end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  return {digits.data(), static_cast<std::size_t>(end - digits.data())};
}

// The framing is ours, whatever the configuration wishes.
bool may_be_set(std::string_view name, std::string_view value) {
  for (const std::string_view ours :
       {"Connection", "Content-Length", "Transfer-Encoding", "Upgrade"}) {
    if (equal_ignoring_case(name, ours)) return false;
  }
  return http::is_token(name) && http::is_field_value(value);
}

bool is_replaced(const config::Headers* params, std::string_view name) {
  if (params == nullptr) return false;
  return std::any_of(params->begin(), params->end(), [name](const auto& param) {
    return equal_ignoring_case(param.first, name) && may_be_set(param.first, param.second);
  });
}

// RFC 9112, 3.2: there has to be one. A client of HTTP/1.0 may have named none.
void append_own_host(const Outgoing& outgoing, std::string& out) {
  const std::string_view address = outgoing.server_address;
  if (address.empty() || address.starts_with("unix:")) {
    return append_field("Host", "localhost", out);
  }
  const bool is_ipv6 = address.find(':') != std::string_view::npos;
  std::array<char, 20> digits;
  out.append(is_ipv6 ? "Host: [" : "Host: ").append(address).append(is_ipv6 ? "]" : "");
  out.append(":").append(decimal(outgoing.server_port, digits)).append("\r\n");
}

void append_fields(const Outgoing& outgoing, std::string& out) {
  const bool has_host = !outgoing.request.host().empty();
  if (!has_host && !is_replaced(outgoing.params, "Host")) append_own_host(outgoing, out);
  for_each_forwarded(outgoing, [&](std::string_view name, std::string_view value) {
    if (!is_replaced(outgoing.params, name)) append_field(name, value, out);
  });
  if (outgoing.params == nullptr) return;
  for (const auto& [name, value] : *outgoing.params) {
    if (may_be_set(name, value)) append_field(name, value, out);
  }
}

void append_connection(const Outgoing& outgoing, std::string& out) {
  std::string scratch;
  const auto protocol = outgoing.request.combined(http::FieldName::upgrade, scratch);
  if (outgoing.upgrade && protocol) {
    append_field("Connection", "upgrade", out);
    append_field("Upgrade", *protocol, out);
  } else {
    append_field("Connection", "keep-alive", out);
  }
}

// RFC 9110, 8.6: an empty body is worth saying where one is usual, or where the client said so.
void append_framing(const Outgoing& outgoing, std::string& out) {
  if (!outgoing.content_length) return append_field("Transfer-Encoding", "chunked", out);
  const http::Request& request = outgoing.request;
  const bool is_usual = request.method == http::Method::post ||
                        request.method == http::Method::put ||
                        request.method == http::Method::patch;
  const bool was_said = request.find(http::FieldName::content_length).has_value();
  if (*outgoing.content_length == 0 && !is_usual && !was_said) return;
  std::array<char, 20> digits;
  append_field("Content-Length", decimal(*outgoing.content_length, digits), out);
}

}  // namespace

Result<void> HttpCodec::begin(const Outgoing& outgoing, std::string& out) const {
  std::string scratch;
  out.append(http::name_of(outgoing.request.method)).append(" ");
  out.append(origin_form(outgoing.request, scratch)).append(" HTTP/1.1\r\n");
  append_fields(outgoing, out);
  append_connection(outgoing, out);
  append_framing(outgoing, out);
  out.append("\r\n");
  return {};
}

void HttpCodec::frame(std::string_view content, bool counted, std::string& out) const {
  if (counted) {
    out.append(content);
    return;
  }
  http::append_chunk_head(out, content.size());
  out.append(content).append(http::chunk_end);
}

void HttpCodec::finish(bool counted, std::string& out) const {
  if (!counted) out.append(http::last_chunk);
}

}  // namespace frontis::upstream
