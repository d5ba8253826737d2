#include <algorithm>
#include <chrono>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "config/action_kind.h"
#include "config/header_fields.h"
#include "config/quantity.h"

namespace frontis::config {

namespace {

void read_root(Reader& reader, const Node& value, FilesAction& into) {
  if (auto root = reader.directory(value)) into.root = std::move(*root);
}

void read_cache(Reader& reader, const Node& value, FilesAction& into) {
  constexpr std::string_view words[] = {"auto", "immutable", "none"};
  constexpr CachePolicy::Kind kinds[] = {CachePolicy::Kind::automatic, CachePolicy::Kind::immutable,
                                         CachePolicy::Kind::none};
  constexpr std::string_view expected =
      "auto, immutable, none or a duration such as 30s, 10m or 2y";
  constexpr std::chrono::seconds longest{10LL * 365 * 86'400};
  const std::string* text = reader.text(value, expected);
  if (!text) return;
  const auto word = std::find(std::begin(words), std::end(words), *text);
  if (word != std::end(words)) {
    into.cache.kind = kinds[word - std::begin(words)];
    return;
  }
  const auto length = parse_duration(*text);
  if (!length) {
    return reader.fault(value.at, "expected " + std::string(expected) + ", found " +
                                      in_quotes(*text) + suggestion(*text, words, false));
  }
  if (*length > longest || length->count() % 1000 != 0) {
    return reader.unexpected(value, "a duration of whole seconds, at most 10y");
  }
  into.cache = {CachePolicy::Kind::seconds,
                std::chrono::duration_cast<std::chrono::seconds>(*length)};
}

bool is_dot_segment(std::string_view segment) { return segment == "." || segment == ".."; }

// "assets/" and "a/b/", also without the last slash.
bool is_prefix_beneath_root(std::string_view prefix) {
  if (prefix.ends_with('/')) prefix.remove_suffix(1);
  while (true) {
    const std::size_t slash = prefix.find('/');
    const std::string_view segment = prefix.substr(0, slash);
    if (segment.empty() || is_dot_segment(segment)) return false;
    if (slash == std::string_view::npos) return true;
    prefix.remove_prefix(slash + 1);
  }
}

void read_fingerprinted(Reader& reader, const Node& value, FilesAction& into) {
  constexpr std::string_view expected = "true, or directories beneath the root such as assets/";
  into.fingerprinted.clear();
  if (value.kind == Node::Kind::scalar && value.text == "true") {
    into.fingerprinted.emplace_back();
    return;
  }
  if (value.kind == Node::Kind::scalar && value.text == "false") return;
  reader.each(value, [&](const Node& item) {
    const std::string* prefix = reader.text(item, expected);
    if (!prefix) return;
    if (!is_prefix_beneath_root(*prefix)) return reader.unexpected(item, expected);
    into.fingerprinted.push_back(prefix->ends_with('/') ? *prefix : *prefix + "/");
  });
}

// One name or a list of names, none of them a path.
void read_file_names(Reader& reader, const Node& value, std::string_view expected,
                     std::vector<std::string>& into) {
  into.clear();
  reader.each(value, [&](const Node& item) {
    const std::string* name = reader.text(item, expected);
    if (!name) return;
    constexpr std::string_view never("/\0", 2);
    if (is_dot_segment(*name) || name->find_first_of(never) != std::string::npos) {
      return reader.unexpected(item, expected);
    }
    into.push_back(*name);
  });
}

void read_index(Reader& reader, const Node& value, FilesAction& into) {
  read_file_names(reader, value, "the name of a file such as index.html", into.index);
}

void read_allow(Reader& reader, const Node& value, FilesAction& into) {
  read_file_names(reader, value, "a name or a pattern of names such as *.py, without '/'",
                  into.allow);
}

void read_links(Reader& reader, const Node& value, FilesAction& into) {
  into.links.clear();
  reader.each(value, [&](const Node& item) {
    if (auto directory = reader.directory(item)) into.links.push_back(std::move(*directory));
  });
}

void read_uploads(Reader& reader, const Node& value, FilesAction& into) {
  if (const auto on = reader.boolean(value)) into.uploads = *on;
}

void read_internal(Reader& reader, const Node& value, FilesAction& into) {
  if (const auto on = reader.boolean(value)) into.internal = *on;
}

void read_modern_images(Reader& reader, const Node& value, FilesAction& into) {
  if (const auto on = reader.boolean(value)) into.modern_images = *on;
}

constexpr Key<FilesAction> files_keys[] = {
    {"files", read_root},
    {"cache", read_cache},
    {"fingerprinted", read_fingerprinted},
    {"index", read_index},
    {"links", read_links},
    {"allow", read_allow},
    {"uploads", read_uploads},
    {"internal", read_internal},
    {"modern_images", read_modern_images},
    {"headers", [](Reader& r, const Node& v, FilesAction& a) { read_headers(r, v, a.headers); }},
    {"listing", nullptr, "the content of a directory is never listed"},
};

}  // namespace

ActionKind files_kind() {
  return {"files", true, read_action_keys<FilesAction, files_keys>,
          [] { return names_of<FilesAction>(files_keys); }};
}

}  // namespace frontis::config
