#include "config/listen_entries.h"

#include <algorithm>
#include <optional>
#include <string>

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

}  // namespace

void read_listen(Reader& reader, const Node& value, std::vector<Listen>& into) {
  into.clear();
  if (value.kind == Node::Kind::list && value.items.empty()) {
    reader.fault(value.at, "expected at least one port or address, found an empty list");
  }
  reader.each(value, [&](const Node& item) {
    std::optional<Listen> listen = read_one(reader, item);
    if (!listen) return;
    const auto twin = std::find(into.begin(), into.end(), *listen);
    if (twin == into.end()) return into.push_back(std::move(*listen));
    reader.fault(item.at,
                 in_quotes(listen->text()) + " is listened to already; first at " + twin->source);
  });
}

std::vector<std::string_view> listen_keys() { return names_of<Listener>(keys); }

}  // namespace frontis::config
