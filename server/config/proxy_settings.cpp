#include "config/proxy_settings.h"

#include <string>

#include "config/fault.h"
#include "config/network.h"

namespace frontis::config {

namespace {

constexpr std::uint64_t kib = 1024;
constexpr std::uint64_t mib = 1024 * kib;
constexpr std::uint64_t gib = 1024 * mib;

void read_memory(Reader& reader, const Node& value, BufferSettings& into) {
  if (const auto bytes = reader.size(value, 4 * kib, 16 * mib)) {
    into.memory = static_cast<std::uint32_t>(*bytes);
  }
}

void read_file(Reader& reader, const Node& value, BufferSettings& into) {
  if (const auto bytes = reader.size(value, 0, 1024 * gib)) into.file = *bytes;
}

void read_folder(Reader& reader, const Node& value, BufferSettings& into) {
  if (auto path = reader.path(value, "the path of a directory")) into.folder = std::move(*path);
}

constexpr Key<BufferSettings> keys[] = {
    {"memory", read_memory},
    {"file", read_file},
    {"folder", read_folder},
};

}  // namespace

void read_trusted_proxies(Reader& reader, const Node& value, std::vector<Network>& into) {
  constexpr std::size_t most = 1000;
  into.clear();
  reader.each(value, [&](const Node& item) {
    const std::string* text = reader.text(item, "an address or a network such as 10.0.0.0/8");
    if (!text) return;
    const Result<Network> network = parse_network(*text);
    if (!network) return reader.fault(item.at, network.error().message);
    if (into.size() == most) {
      return reader.fault(item.at, "more than " + std::to_string(most) + " networks");
    }
    into.push_back(*network);
  });
}

void read_buffers(Reader& reader, const Node& value, BufferSettings& into) {
  read_keys<BufferSettings>(reader, value, keys, into);
}

std::vector<std::string_view> buffer_keys() { return names_of<BufferSettings>(keys); }

void read_response_cache(Reader& reader, const Node& value, std::uint64_t& into) {
  if (const auto bytes = reader.size(value, 0, 64 * gib)) into = *bytes;
}

}  // namespace frontis::config
