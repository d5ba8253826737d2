#include "commands/explained_request.h"

#include <algorithm>
#include <string_view>

#include "base/text.h"
#include "config/fault.h"
#include "http/headers.h"

namespace frontis::commands {

namespace {

constexpr std::string_view schemes[] = {"http://", "https://"};

// As typed, in its own letters; empty when there is none.
std::string_view scheme_of(std::string_view url) {
  for (const std::string_view scheme : schemes) {
    if (equal_ignoring_case(url.substr(0, scheme.size()), scheme)) {
      return url.substr(0, scheme.size());
    }
  }
  return {};
}

bool has_line_end(std::string_view text) { return text.find_first_of("\r\n") != text.npos; }

// A host that the first site answers to.
std::string first_host(const config::Settings& settings) {
  if (settings.sites.empty()) return "localhost";
  const std::string& name = settings.sites.front().names.front();
  if (name == "*") return "localhost";
  return name.starts_with('*') ? "www" + name.substr(1) : name;
}

bool is_host(std::string_view header) {
  return http::field_name(header.substr(0, header.find(':'))) == http::FieldName::host;
}

}  // namespace

std::string no_url(std::string_view typed) {
  return "expected a URL such as http://www.example.org/app.css, or a path that begins with '/', "
         "found " +
         config::in_quotes(typed);
}

std::string url_fault(const std::string& url) {
  if (has_line_end(url)) return "a URL has no line ends";
  if (!scheme_of(url).empty() || url.starts_with('/') || url == "*") return {};
  return no_url(url);
}

std::string method_fault(const std::string& method) {
  if (http::is_token(method)) return {};
  return "expected a method such as GET or HEAD, found " + config::in_quotes(method);
}

std::string header_fault(const std::string& header) {
  if (has_line_end(header)) return "a header has no line ends; repeat -H for another one";
  const std::size_t colon = header.find(':');
  if (colon != std::string::npos && colon > 0) return {};
  return "expected a header such as 'Accept-Encoding: br', found " + config::in_quotes(header);
}

ExplainedRequest request_of(const TypedRequest& typed, const config::Settings& settings) {
  const std::string_view scheme = scheme_of(typed.url);
  std::string_view rest = std::string_view(typed.url).substr(scheme.size());
  rest = rest.substr(0, rest.find('#'));
  std::string host = first_host(settings);
  if (!scheme.empty()) {
    const std::size_t end = std::min(rest.find_first_of("/?"), rest.size());
    host = rest.substr(0, end);
    rest.remove_prefix(end);
  }
  const bool needs_slash = !rest.starts_with('/') && rest != "*";
  const std::string target = (needs_slash ? "/" : "") + std::string(rest);
  ExplainedRequest request;
  request.head = typed.method + " " + target + " HTTP/1.1\r\n";
  const bool names_host = std::any_of(typed.headers.begin(), typed.headers.end(), is_host);
  if (!names_host) request.head += "Host: " + host + "\r\n";
  for (const std::string& header : typed.headers) request.head += header + "\r\n";
  request.head += "\r\n";
  const std::string shown_scheme(scheme.empty() ? schemes[0] : scheme);
  request.shown =
      typed.method + " " + (target == "*" ? target + " of " + host : shown_scheme + host + target);
  return request;
}

}  // namespace frontis::commands
