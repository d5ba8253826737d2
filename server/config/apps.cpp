#include "config/apps.h"

#include <algorithm>
#include <string>

#include "base/text.h"
#include "config/backend.h"
#include "config/fault.h"
#include "config/variables.h"
#include "config/wsgi_app.h"

namespace frontis::config {

namespace {

using std::chrono::milliseconds;

std::optional<Protocol> protocol_of(std::string_view key) {
  const auto name = std::find(protocol_names.begin(), protocol_names.end(), key);
  if (name == protocol_names.end()) return std::nullopt;
  return static_cast<Protocol>(name - protocol_names.begin());
}

// --- keys ---

void read_addresses(Reader& reader, const Node& value, App& into) {
  constexpr std::size_t most = 64;
  if (value.kind == Node::Kind::list && value.items.empty()) {
    reader.fault(value.at, "expected at least one address, found an empty list");
  }
  reader.each(value, [&](const Node& item) {
    std::optional<Backend> backend = read_backend(reader, item);
    if (!backend) return;
    const auto twin =
        std::find_if(into.addresses.begin(), into.addresses.end(),
                     [&](const Backend& other) { return other.text() == backend->text(); });
    if (twin != into.addresses.end()) {
      return reader.fault(item.at,
                          in_quotes(backend->text()) + " is given twice; first at " + twin->source);
    }
    if (into.addresses.size() == most) {
      return reader.fault(item.at, "more than " + std::to_string(most) + " addresses");
    }
    into.addresses.push_back(std::move(*backend));
  });
}

void read_max_connections(Reader& reader, const Node& value, App& into) {
  if (const auto count = reader.number(value, 1, 100'000)) {
    into.max_connections = static_cast<std::uint32_t>(*count);
  }
}

void read_queue(Reader& reader, const Node& value, App& into) {
  if (const auto count = reader.number(value, 0, 1'000'000)) {
    into.queue = static_cast<std::uint32_t>(*count);
  }
}

constexpr std::int64_t minute_ms = 60'000;
constexpr std::int64_t day_ms = 24 * 60 * minute_ms;
constexpr milliseconds fastcgi_idle_timeout{5'000};

template <auto member, std::int64_t low_ms, std::int64_t high_ms>
void read_duration(Reader& reader, const Node& value, App& into) {
  const auto length = reader.duration(value, milliseconds(low_ms), milliseconds(high_ms));
  if (length) into.*member = *length;
}

constexpr Key<App> keys[] = {
    {"http", read_addresses},
    {"uwsgi", read_addresses},
    {"fastcgi", read_addresses},
    {"scgi", read_addresses},
    {"max_connections", read_max_connections},
    {"queue", read_queue},
    {"queue_timeout", read_duration<&App::queue_timeout, 100, 60 * minute_ms>},
    {"wait", read_duration<&App::wait, 0, 10 * minute_ms>},
    {"connect_timeout", read_duration<&App::connect_timeout, 10, 10 * minute_ms>},
    {"answer_timeout", read_duration<&App::answer_timeout, 100, day_ms>},
    {"between_timeout", read_duration<&App::between_timeout, 100, day_ms>},
    {"idle_timeout", read_duration<&App::idle_timeout, 0, 60 * minute_ms>},
    {"params",
     [](Reader& r, const Node& v, App& app) { read_params(r, v, app.protocol, app.params); }},
};

// --- one app ---

void fault_asgi(Reader& reader, const Entry& entry) {
  reader.fault(entry.at,
               "ASGI applications are not started from here; start an ASGI server such as uvicorn "
               "and write its address: 'http: 127.0.0.1:8000'");
}

void fault_no_protocol(Reader& reader, const Entry& app) {
  std::string words;
  for (const std::string_view name : protocol_names) {
    words += (words.empty() ? "" : ", ") + std::string(name);
  }
  for (const Entry& entry : app.value->entries) {
    if (entry.key == "asgi") return fault_asgi(reader, entry);
    if (!closest(entry.key, protocol_names).empty()) {
      return reader.unknown_key(entry, protocol_names);
    }
  }
  reader.fault(app.at,
               "no protocol in app " + in_quotes(app.key) + "; one of " + words + " is needed");
}

// None, after a fault, where no key names one, or two do.
std::optional<Protocol> find_protocol(Reader& reader, const Entry& app) {
  std::optional<Protocol> found;
  for (const Entry& entry : app.value->entries) {
    const std::optional<Protocol> one = protocol_of(entry.key);
    if (!one) continue;
    if (found) {
      reader.fault(entry.at, in_quotes(name_of(*found)) + " and " + in_quotes(entry.key) +
                                 " are two protocols; an app has one");
      return std::nullopt;
    }
    found = one;
  }
  if (!found) fault_no_protocol(reader, app);
  return found;
}

void read_wsgi_app_key(Reader& reader, const Entry& entry, App& app) {
  if (entry.key == "asgi") return fault_asgi(reader, entry);
  if (entry.key == "max_connections") {
    return reader.fault(entry.at,
                        "'max_connections' does not belong to 'wsgi': each of its processes takes "
                        "as many requests at a time as it has 'threads'");
  }
  if (read_wsgi_key(reader, entry, app.wsgi)) return;
  if (read_key<App>(reader, entry, keys, app)) return;
  std::vector<std::string_view> possible = wsgi_keys();
  for (const Key<App>& key : keys) {
    if (!protocol_of(key.name) && key.name != "max_connections") possible.push_back(key.name);
  }
  reader.unknown_key(entry, possible);
}

void read_distant_app_key(Reader& reader, const Entry& entry, App& app) {
  if (entry.key == "asgi") return fault_asgi(reader, entry);
  if (read_key<App>(reader, entry, keys, app)) return;
  const std::vector<std::string_view> others = wsgi_keys();
  if (std::find(others.begin(), others.end(), entry.key) != others.end()) {
    return reader.fault(entry.at, in_quotes(entry.key) + " belongs to 'wsgi', not to " +
                                      in_quotes(name_of(app.protocol)) +
                                      ": this app is not started by frontis");
  }
  std::vector<std::string_view> possible;
  for (const Key<App>& key : keys) {
    if (!protocol_of(key.name)) possible.push_back(key.name);
  }
  reader.unknown_key(entry, possible);
}

bool is_app_name(std::string_view name) {
  constexpr std::size_t longest = 64;
  constexpr std::string_view marks = "_-.";
  return !name.empty() && name.size() <= longest &&
         std::all_of(name.begin(), name.end(), [&](char c) {
           const char lower = ascii_lower(c);
           return (lower >= 'a' && lower <= 'z') || is_digit(c) || marks.find(c) != marks.npos;
         });
}

// An app with faults is still one that routes may name.
App read_app(Reader& reader, const Entry& entry) {
  App app;
  app.name = entry.key;
  app.source = reader.place(entry.at);
  app.wsgi.directory = reader.folder();
  if (!is_app_name(entry.key)) {
    reader.fault(entry.at, "expected a name of letters, digits, '-', '_' and '.', found " +
                               in_quotes(entry.key));
  }
  if (!reader.is_mapping(*entry.value, "a mapping such as {http: \"127.0.0.1:8000\"}")) return app;
  const std::optional<Protocol> protocol = find_protocol(reader, entry);
  if (!protocol) return app;
  app.protocol = *protocol;
  if (app.protocol == Protocol::fastcgi) app.idle_timeout = fastcgi_idle_timeout;
  for (const Entry& inner : entry.value->entries) {
    (app.is_ours() ? read_wsgi_app_key : read_distant_app_key)(reader, inner, app);
  }
  return app;
}

}  // namespace

void read_apps(Reader& reader, const Node& mapping, std::vector<App>& into) {
  constexpr std::size_t most = 1000;
  if (mapping.kind == Node::Kind::nothing) return;
  if (!reader.is_mapping(mapping, "a mapping of apps by their names")) return;
  for (const Entry& entry : mapping.entries) {
    if (into.size() == most) {
      return reader.fault(entry.at, "more than " + std::to_string(most) + " apps");
    }
    into.push_back(read_app(reader, entry));
  }
}

void check_used_apps(Reader& reader, const std::vector<App>& apps) {
  std::vector<std::string_view> names;
  for (const App& app : apps) names.push_back(app.name);
  for (const Reader::AppUse& use : reader.used_apps()) {
    if (std::find(names.begin(), names.end(), use.app) != names.end()) continue;
    reader.fault(use.at, "unknown app " + in_quotes(use.app) +
                             (names.empty() ? "; 'apps' at the top of the file has none"
                                            : suggestion(use.app, names, true)));
  }
}

std::vector<std::string_view> app_keys() {
  std::vector<std::string_view> out = names_of<App>(keys);
  const std::vector<std::string_view> others = wsgi_keys();
  out.insert(out.end(), others.begin(), others.end());
  return out;
}

}  // namespace frontis::config
