#include <algorithm>
#include <string>
#include <string_view>

#include "base/text.h"
#include "config/action_kind.h"

namespace frontis::config {

namespace {

// Why a redirect may not lead there, as a whole sentence; empty where it may.
std::string target_fault(std::string_view to) {
  constexpr std::string_view uri = "$uri";
  const auto is_odd = [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte <= 0x20 || byte >= 0x7f || c == '"' || c == '<' || c == '>' || c == '\\';
  };
  if (std::any_of(to.begin(), to.end(), is_odd)) {
    return "write spaces, quotes and letters beyond ASCII percent-encoded in " + in_quotes(to);
  }
  const bool is_templated = to.ends_with(uri);
  const std::string_view fixed = to.substr(0, to.size() - (is_templated ? uri.size() : 0));
  if (fixed.find('$') != std::string_view::npos) {
    return "only a '$uri' at the end is replaced, found " + in_quotes(to);
  }
  if (is_templated && fixed.empty()) return "'$uri' alone leads back to where it came from";
  if (is_templated && fixed.ends_with('/')) {
    return "'$uri' begins with a slash itself; write " +
           in_quotes(std::string(fixed.substr(0, fixed.size() - 1)) + "$uri");
  }
  if (fixed.starts_with("//")) return "what begins with '//' leads to another host; write its URL";
  if (fixed.starts_with('/')) return {};
  const std::string lower = lower_case(fixed);
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (!lower.starts_with(scheme)) continue;
    const char first = lower.size() > scheme.size() ? lower[scheme.size()] : '/';
    if (first != '/' && first != '?' && first != '#' && first != ':') return {};
  }
  return "expected a path such as /new/ or a URL such as https://example.org/, found " +
         in_quotes(to);
}

void read_target(Reader& reader, const Node& value, RedirectAction& into) {
  const std::string* to =
      reader.text(value, "a path such as /new/ or a URL such as https://example.org/");
  if (!to) return;
  const std::string why = target_fault(*to);
  if (!why.empty()) return reader.fault(value.at, why);
  into.to = *to;
}

void read_redirect_status(Reader& reader, const Node& value, RedirectAction& into) {
  constexpr std::string_view words[] = {"301", "302", "303", "307", "308"};
  constexpr int statuses[] = {301, 302, 303, 307, 308};
  if (const auto index = reader.word(value, words)) into.status = statuses[*index];
}

constexpr Key<RedirectAction> redirect_keys[] = {
    {"redirect", read_target},
    {"status", read_redirect_status},
};

}  // namespace

ActionKind redirect_kind() {
  return {"redirect", false, read_action_keys<RedirectAction, redirect_keys>,
          [] { return names_of<RedirectAction>(redirect_keys); }};
}

}  // namespace frontis::config
