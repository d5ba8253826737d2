#include "upstream/params.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <string>

#include "base/text.h"
#include "upstream/forwarding.h"

namespace frontis::upstream {

namespace {

constexpr std::string_view field_prefix = "HTTP_";
constexpr std::size_t most_of_ours = 24;

char variable_letter(char c) {
  if (c == '-') return '_';
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

// SCGI ends names and values with NUL.
bool has_nul(std::string_view text) { return text.find('\0') != std::string_view::npos; }

}  // namespace

Params::Params(const Outgoing& outgoing) {
  const std::size_t params = outgoing.params == nullptr ? 0 : outgoing.params->size();
  pairs_.reserve(most_of_ours + outgoing.request.fields().size() + params);
  add_request(outgoing);
  add_connection(outgoing);
  fields_begin_ = pairs_.size();
  for_each_forwarded(
      outgoing, [this](std::string_view name, std::string_view value) { add_field(name, value); });
  if (outgoing.params == nullptr) return;
  for (const auto& [name, value] : *outgoing.params) replace(name, value);
}

void Params::add_request(const Outgoing& outgoing) {
  const http::Request& request = outgoing.request;
  if (outgoing.content_length) add("CONTENT_LENGTH", keep_number(*outgoing.content_length));
  add("REQUEST_METHOD", http::name_of(request.method));
  add("SCRIPT_NAME", outgoing.script_name);
  add("PATH_INFO", outgoing.path_info);
  add("QUERY_STRING", request.query());
  std::string scratch;
  const std::string_view target = origin_form(request, scratch);
  add("REQUEST_URI", scratch.empty() ? target : keep(target));
  add("SERVER_PROTOCOL", request.http10 ? "HTTP/1.0" : "HTTP/1.1");
  if (const auto type = request.find(http::FieldName::content_type)) add("CONTENT_TYPE", *type);
}

// RFC 3875, 4.1.14 and 4.1.15: the server as the client named it.
void Params::add_connection(const Outgoing& outgoing) {
  const http::Request& request = outgoing.request;
  const http::Client& client = outgoing.client;
  std::uint16_t port = outgoing.server_port;
  if (!request.host().empty()) {
    add("SERVER_NAME", request.host());
    const auto said = parse_decimal(request.port());
    port = said ? static_cast<std::uint16_t>(*said) : asked_port("-", client.scheme);
  } else if (outgoing.server_address.empty() || outgoing.server_address.starts_with("unix:")) {
    add("SERVER_NAME", "localhost");
  } else if (outgoing.server_address.find(':') != std::string_view::npos) {
    add("SERVER_NAME", keep_joined("[", outgoing.server_address, "]"));
  } else {
    add("SERVER_NAME", outgoing.server_address);
  }
  add("SERVER_PORT", keep_number(port != 0 ? port : asked_port("-", client.scheme)));
  add("REMOTE_ADDR", client.address);
  if (client.port != 0) add("REMOTE_PORT", keep_number(client.port));
  add("REQUEST_SCHEME", client.scheme);
  if (client.scheme == "https") add("HTTPS", "on");
  add("GATEWAY_INTERFACE", "CGI/1.1");
  add("SERVER_SOFTWARE", "frontis");
}

// RFC 3875, 4.1.18. Content-Type has a variable of its own.
void Params::add_field(std::string_view name, std::string_view value) {
  if (equal_ignoring_case(name, "content-type")) return;
  char* const variable = room_for(field_prefix.size() + name.size());
  char* const end = std::copy(field_prefix.begin(), field_prefix.end(), variable);
  std::transform(name.begin(), name.end(), end, variable_letter);
  const std::string_view made(variable, field_prefix.size() + name.size());
  // Host and ours are gone after this; what stands in the request stays.
  Pair* const earlier = find(made, fields_begin_);
  if (earlier == nullptr) return add(made, keep(value));
  earlier->second = keep_joined(earlier->second, made == "HTTP_COOKIE" ? "; " : ", ", value);
}

void Params::replace(std::string_view name, std::string_view value) {
  // The length is that of the body, whatever anybody wishes.
  if (name.empty() || name == "CONTENT_LENGTH" || has_nul(name) || has_nul(value)) return;
  if (Pair* const ours = find(name, 0)) {
    ours->second = value;
  } else {
    add(name, value);
  }
}

Params::Pair* Params::find(std::string_view name, std::size_t from) {
  const auto found = std::find_if(pairs_.begin() + static_cast<std::ptrdiff_t>(from), pairs_.end(),
                                  [name](const Pair& pair) { return pair.first == name; });
  return found == pairs_.end() ? nullptr : &*found;
}

char* Params::room_for(std::size_t size) { return static_cast<char*>(made_.allocate(size, 1)); }

std::string_view Params::keep(std::string_view text) { return keep_joined(text, {}, {}); }

std::string_view Params::keep_number(std::uint64_t number) {
  std::array<char, 20> digits;
  const char* const end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  return keep({digits.data(), static_cast<std::size_t>(end - digits.data())});
}

std::string_view Params::keep_joined(std::string_view a, std::string_view between,
                                     std::string_view b) {
  const std::size_t size = a.size() + between.size() + b.size();
  char* const start = room_for(size);
  char* at = std::copy(a.begin(), a.end(), start);
  at = std::copy(between.begin(), between.end(), at);
  std::copy(b.begin(), b.end(), at);
  return {start, size};
}

}  // namespace frontis::upstream
