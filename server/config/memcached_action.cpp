#include <algorithm>
#include <chrono>
#include <iterator>
#include <string>
#include <string_view>

#include "config/action_kind.h"
#include "config/backend.h"
#include "config/header_fields.h"

namespace frontis::config {

namespace {

constexpr std::string_view expected_key = "a key such as page:$host$uri";

// Why memcached could not have such a key, as a whole sentence; empty where it could.
std::string key_fault(std::string_view key) {
  constexpr std::size_t longest = 200;  // of 250 that memcached takes
  if (key.size() > longest) return "a key has at most 200 bytes";
  const auto is_odd = [](unsigned char c) { return c <= 0x20 || c == 0x7f; };
  if (std::any_of(key.begin(), key.end(), is_odd)) {
    return "a key of memcached holds no spaces, found " + in_quotes(key);
  }
  constexpr std::string_view variables[] = {"$uri", "$path", "$host"};
  for (std::size_t at = key.find('$'); at != key.npos; at = key.find('$', at + 1)) {
    const bool is_known =
        std::any_of(std::begin(variables), std::end(variables),
                    [&](std::string_view v) { return key.substr(at).starts_with(v); });
    if (!is_known) return "only $uri, $path and $host are replaced, found " + in_quotes(key);
  }
  return {};
}

void read_server(Reader& reader, const Node& value, MemcachedAction& into) {
  if (auto server = read_backend(reader, value)) into.server = std::move(*server);
}

void read_key_template(Reader& reader, const Node& value, MemcachedAction& into) {
  const std::string* key = reader.text(value, expected_key);
  if (!key) return;
  const std::string why = key_fault(*key);
  if (!why.empty()) return reader.fault(value.at, why);
  into.key = *key;
}

void read_type(Reader& reader, const Node& value, MemcachedAction& into) {
  constexpr std::string_view expected = "a media type such as text/html";
  const std::string* type = reader.text(value, expected);
  if (!type) return;
  if (!is_media_type(*type)) return reader.unexpected(value, expected);
  into.type = *type;
}

void read_timeout(Reader& reader, const Node& value, MemcachedAction& into) {
  using std::chrono::milliseconds;
  const auto time = reader.duration(value, milliseconds(1), milliseconds(10'000));
  if (time) into.timeout = *time;
}

constexpr Key<MemcachedAction> memcached_keys[] = {
    {"memcached", read_server},
    {"key", read_key_template},
    {"type", read_type},
    {"timeout", read_timeout},
    {"headers",
     [](Reader& r, const Node& v, MemcachedAction& a) { read_headers(r, v, a.headers); }},
};

std::optional<Action> read_memcached(Reader& reader, const Node& mapping) {
  const bool has_key = std::any_of(mapping.entries.begin(), mapping.entries.end(),
                                   [](const Entry& entry) { return entry.key == "key"; });
  if (!has_key) reader.fault(mapping.at, "no 'key' here; expected " + std::string(expected_key));
  return read_action_keys<MemcachedAction, memcached_keys>(reader, mapping);
}

}  // namespace

ActionKind memcached_kind() {
  return {"memcached", true, read_memcached,
          [] { return names_of<MemcachedAction>(memcached_keys); }};
}

}  // namespace frontis::config
