#include "config/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "config/fault.h"

namespace frontis::config {

namespace {

constexpr std::string_view unix_prefix = "unix:";

tl::unexpected<Error> not_a_listener(std::string_view text) {
  return fail(ErrorKind::invalid,
              "expected a port, an address with a port such as 127.0.0.1:8080, [::1]:443 or *:80, "
              "or unix:/path, found " +
                  in_quotes(text));
}

// The address in the system's own spelling; none when it is not one of this family.
std::optional<std::string> canonical(int family, std::string_view address) {
  unsigned char binary[sizeof(in6_addr)];
  char text[INET6_ADDRSTRLEN];
  if (address.find('\0') != std::string_view::npos) return std::nullopt;
  if (inet_pton(family, std::string(address).c_str(), binary) != 1) return std::nullopt;
  if (inet_ntop(family, binary, text, sizeof text) == nullptr) return std::nullopt;
  return text;
}

Result<std::uint16_t> parse_port(std::string_view text) {
  const auto port = parse_decimal(text);
  if (!port || *port == 0 || *port > 65535) {
    return fail(ErrorKind::invalid, "expected a port from 1 to 65535, found " + in_quotes(text));
  }
  return static_cast<std::uint16_t>(*port);
}

Result<Listen> parse_unix(std::string_view path, const std::filesystem::path& folder) {
  if (path.empty() || path.find('\0') != std::string_view::npos) {
    return fail(ErrorKind::invalid, "expected a path after 'unix:', found " + in_quotes(path));
  }
  Listen out;
  out.unix_path = absolute_path(folder, path);
  constexpr std::size_t longest = sizeof(sockaddr_un::sun_path) - 1;
  if (out.unix_path.native().size() > longest) {
    return fail(ErrorKind::invalid, "the path of a socket has at most " + std::to_string(longest) +
                                        " bytes, found " +
                                        std::to_string(out.unix_path.native().size()));
  }
  return out;
}

bool is_host_label(std::string_view label) {
  constexpr std::size_t longest = 63;  // RFC 1035, 2.3.4
  if (label.empty() || label.size() > longest) return false;
  return std::all_of(label.begin(), label.end(), [](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || c == '-' || c == '_';
  });
}

bool is_host_name(std::string_view name) {
  constexpr std::size_t longest = 253;
  if (name.size() > longest) return false;
  while (true) {
    const std::size_t dot = name.find('.');
    if (!is_host_label(name.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    name.remove_prefix(dot + 1);
  }
}

tl::unexpected<Error> not_a_host(std::string_view text) {
  const std::string found = in_quotes(text) + " is not a host name; ";
  const auto is_ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
  if (!std::all_of(text.begin(), text.end(), is_ascii)) {
    return fail(ErrorKind::invalid, found + "write it in its ASCII form, xn--...");
  }
  if (text.find("//") != std::string_view::npos) {
    return fail(ErrorKind::invalid, found + "write the host alone, without 'http://'");
  }
  if (text.find(':') != std::string_view::npos && text.find('[') == std::string_view::npos) {
    return fail(ErrorKind::invalid, found + "ports belong to 'listen'");
  }
  return fail(ErrorKind::invalid, found + "expected example.org, *.example.org or *");
}

}  // namespace

Result<Listen> parse_listen(std::string_view text, const std::filesystem::path& folder) {
  if (text.starts_with(unix_prefix)) return parse_unix(text.substr(unix_prefix.size()), folder);

  const std::size_t colon = text.rfind(':');
  const bool is_port_alone = colon == std::string_view::npos;
  const std::string_view host = is_port_alone ? "*" : text.substr(0, colon);
  const std::string_view port_text = is_port_alone ? text : text.substr(colon + 1);
  if (port_text.empty() || !std::all_of(port_text.begin(), port_text.end(), is_digit)) {
    return not_a_listener(text);
  }

  Listen out;
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    const auto address = canonical(AF_INET6, host.substr(1, host.size() - 2));
    if (!address) return not_a_listener(text);
    out.address = *address;
  } else if (host != "*") {
    const auto address = canonical(AF_INET, host);
    if (!address) return not_a_listener(text);
    out.address = *address;
  }
  const Result<std::uint16_t> port = parse_port(port_text);
  if (!port) return tl::unexpected<Error>(port.error());
  out.port = *port;
  return out;
}

Result<std::string> parse_host(std::string_view text) {
  std::string host = lower_case(text);
  if (host == "*") return host;
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    const auto address = canonical(AF_INET6, std::string_view(host).substr(1, host.size() - 2));
    if (!address) return not_a_host(text);
    return "[" + *address + "]";
  }
  if (host.ends_with('.')) host.pop_back();
  std::string_view name = host;
  if (name.starts_with("*.")) name.remove_prefix(2);
  if (!is_host_name(name)) return not_a_host(text);
  return host;
}

std::filesystem::path absolute_path(const std::filesystem::path& folder, std::string_view path) {
  std::filesystem::path out = path.starts_with('/') ? std::filesystem::path("/") : folder;
  for (const std::filesystem::path& segment : std::filesystem::path(path).relative_path()) {
    if (!segment.empty() && segment != ".") out /= segment;
  }
  return out;
}

}  // namespace frontis::config
