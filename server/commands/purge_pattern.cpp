#include "commands/purge_pattern.h"

#include <algorithm>

#include "base/text.h"

namespace frontis::commands {

namespace {

struct Scheme {
  std::string_view begin;
  std::string_view port;
};
constexpr Scheme schemes[] = {{"http://", ":80"}, {"https://", ":443"}};

Result<std::string> of_first_site(std::string_view path, const config::Settings& settings) {
  const std::string& name = settings.sites.front().names.front();
  if (name.find('*') == name.npos) return name + std::string(path);
  return fail(ErrorKind::invalid, "which host is meant? The first site answers for '" + name +
                                      "'; type http://HOST" + std::string(path));
}

}  // namespace

Result<std::string> purge_pattern(std::string_view typed, const config::Settings& settings) {
  const bool is_clean = std::none_of(typed.begin(), typed.end(),
                                     [](unsigned char c) { return c <= 0x20 || c == 0x7f; });
  if (typed.empty() || !is_clean) {
    return fail(
        ErrorKind::invalid,
        "expected a URL such as http://www.example.org/news/*, found '" + printable(typed) + "'");
  }
  if (typed.front() == '/') return of_first_site(typed, settings);
  std::string_view port;
  for (const Scheme& scheme : schemes) {
    if (!lower_case(typed.substr(0, scheme.begin.size())).starts_with(scheme.begin)) continue;
    typed.remove_prefix(scheme.begin.size());
    port = scheme.port;
    break;
  }
  // "*" and "example.org*" are whole as they are.
  const std::size_t slash = typed.find('/');
  if (slash == typed.npos && typed.ends_with('*')) return lower_case(typed);
  std::string host = lower_case(typed.substr(0, slash));
  if (!port.empty() && host.ends_with(port)) host.resize(host.size() - port.size());
  return host + std::string(slash == typed.npos ? "/" : typed.substr(slash));
}

}  // namespace frontis::commands
