#include "config/backend.h"

#include <algorithm>
#include <string>

#include "base/text.h"
#include "config/address.h"
#include "config/fault.h"

namespace frontis::config {

namespace {

constexpr std::string_view loopback = "127.0.0.1";

tl::unexpected<Error> not_a_backend(std::string_view text) {
  return fail(ErrorKind::invalid,
              "expected an address with a port such as 127.0.0.1:8000 or localhost:8000, a port of "
              "this machine, or unix:/path, found " +
                  in_quotes(text));
}

// People copy it from a browser or from another server's configuration.
tl::unexpected<Error> leave_scheme_out(std::string_view text) {
  const std::size_t end = text.find("//") + 2;
  const std::string_view rest = text.substr(end);
  return fail(ErrorKind::invalid, "write the address alone, without " +
                                      in_quotes(text.substr(0, end)) + ": " +
                                      in_quotes(rest.substr(0, rest.find('/'))));
}

// Digits and dots are a misspelt address, not a name that a resolver knows.
bool is_name(std::string_view host) {
  const auto is_numeric = [](char c) { return is_digit(c) || c == '.'; };
  return !host.empty() && host.front() != '*' && !std::all_of(host.begin(), host.end(), is_numeric);
}

Result<Backend> parse_named(std::string_view text, std::size_t colon) {
  const std::string_view name = text.substr(0, colon);
  const Result<std::string> host = parse_host(name);
  if (!is_name(name) || !host) return not_a_backend(text);
  const Result<Listen> port = parse_listen("*" + std::string(text.substr(colon)), {});
  if (!port) return not_a_backend(text);
  Backend out;
  out.host = *host;
  out.port = port->port;
  return out;
}

}  // namespace

Result<Backend> parse_backend(std::string_view text, const std::filesystem::path& folder) {
  if (text.find("://") != text.npos) return leave_scheme_out(text);
  const std::size_t colon = text.rfind(':');
  const bool is_unix = text.starts_with("unix:");
  const bool is_port = colon == text.npos;
  const Result<Listen> literal = parse_listen(text, folder);
  if (is_unix && !literal) return tl::unexpected<Error>(literal.error());
  if (is_port && !literal) return not_a_backend(text);
  // '*' is an address to listen on, not one to connect to.
  if (!literal || text.starts_with('*')) return parse_named(text, colon);

  Backend out;
  out.unix_path = literal->unix_path;
  out.port = literal->port;
  if (!is_unix) out.host = is_port ? std::string(loopback) : literal->address;
  return out;
}

std::optional<Backend> read_backend(Reader& reader, const Node& value) {
  const std::string* text = reader.text(value, "an address such as 127.0.0.1:8000");
  if (!text) return std::nullopt;
  Result<Backend> backend = parse_backend(*text, reader.folder());
  if (!backend) {
    reader.fault(value.at, backend.error().message);
    return std::nullopt;
  }
  backend->source = reader.place(value.at);
  return std::move(*backend);
}

}  // namespace frontis::config
