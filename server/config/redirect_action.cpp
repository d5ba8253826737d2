#include <algorithm>
#include <string>
#include <string_view>

#include "base/text.h"
#include "config/action_kind.h"

namespace frontis::config {

namespace {

constexpr std::string_view expected_target =
    "a path such as /new/ or a URL such as https://example.org/";

// With a host, whatever it is.
bool is_url(std::string_view text) {
  const std::string lower = lower_case(text);
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (!lower.starts_with(scheme) || lower.size() == scheme.size()) continue;
    constexpr std::string_view never_first = "/?#:";
    return never_first.find(lower[scheme.size()]) == never_first.npos;
  }
  return false;
}

// Why a redirect may not lead there, as a whole sentence; empty where it may.
std::string target_fault(std::string_view to) {
  const auto is_odd = [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte <= 0x20 || byte >= 0x7f || c == '"' || c == '<' || c == '>' || c == '\\';
  };
  if (std::any_of(to.begin(), to.end(), is_odd)) {
    return "write spaces, quotes and letters beyond ASCII percent-encoded in " + in_quotes(to);
  }
  constexpr std::string_view uri = "$uri";
  const bool is_template = to.ends_with(uri);
  const std::string_view fixed = to.substr(0, to.size() - (is_template ? uri.size() : 0));
  if (fixed.find('$') != fixed.npos) {
    return "only a '$uri' at the end is replaced, found " + in_quotes(to);
  }
  if (is_template && (fixed.empty() || fixed == "/")) {
    return "'$uri' alone leads back to where the request came from";
  }
  if (fixed.starts_with("//")) return "what begins with '//' leads to another host; write its URL";
  if (!fixed.starts_with('/') && !is_url(fixed)) {
    return "expected " + std::string(expected_target) + ", found " + in_quotes(to);
  }
  if (is_template && fixed.ends_with('/')) {
    return "'$uri' begins with a slash itself; write " +
           in_quotes(std::string(fixed.substr(0, fixed.size() - 1)) + "$uri");
  }
  return {};
}

void read_target(Reader& reader, const Node& value, RedirectAction& into) {
  const std::string* to = reader.text(value, expected_target);
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
