#include <chrono>
#include <string>
#include <string_view>

#include "config/action_kind.h"
#include "config/header_fields.h"

namespace frontis::config {

namespace {

void read_name(Reader& reader, const Node& value, AppAction& into) {
  const std::string* name = reader.text(value, "the name of an app");
  if (!name) return;
  into.app = *name;
  reader.note_used_app(value.at, *name);
}

void read_mount(Reader& reader, const Node& value, AppAction& into) {
  if (const auto on = reader.boolean(value)) into.mount = *on;
}

void read_stream(Reader& reader, const Node& value, AppAction& into) {
  if (const auto on = reader.boolean(value)) into.stream = *on;
}

void read_cache_responses(Reader& reader, const Node& value, AppAction& into) {
  using std::chrono::milliseconds;
  constexpr milliseconds longest{365LL * 86'400'000};
  const auto length = reader.duration(value, milliseconds(0), longest);
  if (!length) return;
  if (length->count() % 1000 != 0) return reader.unexpected(value, "a duration of whole seconds");
  into.cache_responses = std::chrono::duration_cast<std::chrono::seconds>(*length);
}

constexpr Key<AppAction> app_action_keys[] = {
    {"app", read_name},
    {"mount", read_mount},
    {"stream", read_stream},
    {"cache_responses", read_cache_responses},
    {"headers", [](Reader& r, const Node& v, AppAction& a) { read_headers(r, v, a.headers); }},
};

}  // namespace

ActionKind app_kind() {
  return {"app", false, read_action_keys<AppAction, app_action_keys>,
          [] { return names_of<AppAction>(app_action_keys); }};
}

}  // namespace frontis::config
