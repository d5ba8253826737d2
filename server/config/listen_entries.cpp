#include "config/listen_entries.h"

#include <algorithm>
#include <optional>
#include <string>

#include "base/text.h"
#include "config/address.h"
#include "config/fault.h"

namespace frontis::config {

namespace {

struct Listener {
  std::optional<Listen> listen;
  bool is_named = false;  // there is an `address`, good or bad
  bool proxy_protocol = false;
};

void read_address(Reader& reader, const Node& value, Listener& into) {
  into.is_named = true;
  const std::string* text = reader.text(value, "a port or an address");
  if (!text) return;
  Result<Listen> listen = parse_listen(*text, reader.folder());
  if (!listen) return reader.fault(value.at, listen.error().message);
  into.listen = std::move(*listen);
}

void read_proxy_protocol(Reader& reader, const Node& value, Listener& into) {
  if (const auto on = reader.boolean(value)) into.proxy_protocol = *on;
}

constexpr Key<Listener> keys[] = {
    {"address", read_address},
    {"proxy_protocol", read_proxy_protocol},
};

std::optional<Listen> read_one(Reader& reader, const Node& item) {
  Listener listener;
  if (item.kind == Node::Kind::mapping) {
    read_keys<Listener>(reader, item, keys, listener);
    if (!listener.is_named) reader.fault(item.at, "no 'address' here: what to listen on");
  } else {
    read_address(reader, item, listener);
  }
  if (listener.listen) {
    listener.listen->proxy_protocol = listener.proxy_protocol;
    listener.listen->source = reader.place(item.at);
  }
  return listener.listen;
}

// Keeps it, unless it is there.
void add(Reader& reader, const Node& item, Listen listen, std::vector<Listen>& into) {
  const auto twin = std::find(into.begin(), into.end(), listen);
  if (twin == into.end()) return into.push_back(std::move(listen));
  reader.fault(item.at,
               in_quotes(listen.text()) + " is listened to already; first at " + twin->source);
}

void refuse_empty(Reader& reader, const Node& value) {
  if (value.kind != Node::Kind::list || !value.items.empty()) return;
  reader.fault(value.at, "expected at least one port or address, found an empty list");
}

std::optional<Listen> read_local(Reader& reader, const Node& item) {
  const std::string* text = reader.text(item, "a port or an address");
  if (!text) return std::nullopt;
  const bool is_port = !text->empty() && std::all_of(text->begin(), text->end(), is_digit);
  Result<Listen> listen = parse_listen(is_port ? "127.0.0.1:" + *text : *text, reader.folder());
  if (!listen) {
    reader.fault(item.at, listen.error().message);
    return std::nullopt;
  }
  listen->source = reader.place(item.at);
  return std::move(*listen);
}

// "*" takes the port of every address.
bool is_same_place(const Listen& a, const Listen& b) {
  if (a.is_unix() || b.is_unix()) return a.unix_path == b.unix_path;
  return a.port == b.port && (a.address == b.address || a.address.empty() || b.address.empty());
}

}  // namespace

void read_listen(Reader& reader, const Node& value, std::vector<Listen>& into) {
  into.clear();
  refuse_empty(reader, value);
  reader.each(value, [&](const Node& item) {
    if (auto listen = read_one(reader, item)) add(reader, item, std::move(*listen), into);
  });
}

void read_admin(Reader& reader, const Node& value, std::vector<Listen>& into) {
  into.clear();
  refuse_empty(reader, value);
  reader.each(value, [&](const Node& item) {
    if (auto listen = read_local(reader, item)) add(reader, item, std::move(*listen), into);
  });
}

void check_admin(Reader& reader, const Node& root, const Settings& settings) {
  const auto entry = std::find_if(root.entries.begin(), root.entries.end(),
                                  [](const Entry& one) { return one.key == "admin"; });
  if (entry == root.entries.end()) return;
  for (const Listen& admin : settings.admin) {
    const auto taken =
        std::find_if(settings.listen.begin(), settings.listen.end(),
                     [&admin](const Listen& listen) { return is_same_place(admin, listen); });
    if (taken == settings.listen.end()) continue;
    reader.fault(entry->value->at, "'admin' is " + in_quotes(admin.text()) +
                                       ", where visitors come in (listen " +
                                       in_quotes(taken->text()) + "); give it another port");
  }
}

std::vector<std::string_view> listen_keys() { return names_of<Listener>(keys); }

}  // namespace frontis::config
