#include "commands/purge_pattern.h"

#include <algorithm>

#include "base/text.h"
#include "commands/explained_request.h"

namespace frontis::commands {

namespace {

struct Scheme {
  std::string_view begin;
  std::string_view port;
};
constexpr Scheme schemes[] = {{"http://", ":80"}, {"https://", ":443"}};

// Without a scheme, "news/1" is a path that lacks its slash.
bool may_be_host(std::string_view name) {
  return name == "*" || name.find_first_of(".:") != name.npos;
}

}  // namespace

Result<std::string> purge_pattern(std::string_view typed) {
  const bool is_clean = std::none_of(typed.begin(), typed.end(),
                                     [](unsigned char c) { return c <= 0x20 || c == 0x7f; });
  if (typed.empty() || !is_clean) return fail(ErrorKind::invalid, no_url(typed));
  typed = typed.substr(0, typed.find('#'));
  if (typed.starts_with('/')) return std::string(typed);
  std::string_view port;
  for (const Scheme& scheme : schemes) {
    if (!lower_case(typed.substr(0, scheme.begin.size())).starts_with(scheme.begin)) continue;
    typed.remove_prefix(scheme.begin.size());
    port = scheme.port;
    break;
  }
  // "*" and "example.org*" are whole as they are.
  const std::size_t end = std::min(typed.find_first_of("/?"), typed.size());
  if (port.empty() && !may_be_host(typed.substr(0, end))) {
    return fail(ErrorKind::invalid, no_url(typed));
  }
  if (end == typed.size() && typed.ends_with('*')) return lower_case(typed);
  std::string host = lower_case(typed.substr(0, end));
  if (host.empty())
    return fail(ErrorKind::invalid,
                "no host is named; type http://HOST/PATH, or /PATH for all hosts");
  if (!port.empty() && host.ends_with(port)) host.resize(host.size() - port.size());
  const std::string_view target = typed.substr(end);
  return host + (target.starts_with('/') ? "" : "/") + std::string(target);
}

}  // namespace frontis::commands
