#include "media/manifest.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "base/text.h"

namespace frontis::media {

namespace {

using Json = nlohmann::json;

constexpr std::size_t largest_manifest = 128 * 1024 * 1024;
constexpr std::size_t longest_path = 4096;  // PATH_MAX: the disk has nothing longer
constexpr std::size_t longest_name = 255;   // NAME_MAX
constexpr int deepest = 16;                 // the manifests that we know nest three levels

// Asked before the parser keeps any of it: a file of brackets alone would cost it a gigabyte.
// Exact for JSON; what is none is refused either way.
bool nests_too_deeply(std::string_view text) {
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size() && depth <= deepest; ++i) {
    const char c = text[i];
    if (c == '"') in_string = !in_string;
    if (in_string && c == '\\') ++i;
    if (in_string) continue;
    if (c == '[' || c == '{') ++depth;
    if (c == ']' || c == '}') --depth;
  }
  return depth > deepest;
}

Result<Json> parse(std::string_view text) {
  if (text.size() > largest_manifest) {
    return fail(ErrorKind::invalid, fmt::format("larger than {} bytes", largest_manifest));
  }
  if (nests_too_deeply(text)) {
    return fail(ErrorKind::invalid, "nested too deeply for a manifest");
  }
  Json parsed = Json::parse(text.begin(), text.end(), nullptr, false);
  if (parsed.is_discarded()) return fail(ErrorKind::invalid, "not JSON");
  if (!parsed.is_object()) return fail(ErrorKind::invalid, "not a JSON object");
  return parsed;
}

// The string under `key`, or null.
const std::string* string_in(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found == object.end() ? nullptr : found->get_ptr<const std::string*>();
}

// A path that a request could have, and that stays beneath the root.
bool is_plain(std::string_view path) {
  if (path.empty() || path.size() > longest_path) return false;
  if (path.find('\0') != std::string_view::npos) return false;
  while (true) {
    const std::size_t slash = path.find('/');
    const std::string_view segment = path.substr(0, slash);
    if (segment.empty() || segment == "." || segment == "..") return false;
    if (slash == std::string_view::npos) return true;
    path.remove_prefix(slash + 1);
  }
}

std::string_view without_extension(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  return dot == std::string_view::npos ? name : name.substr(0, dot);
}

constexpr bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
constexpr bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
constexpr bool is_dash(char c) { return c == '-' || c == '_'; }

bool has(std::string_view text, bool (*kind)(char)) {
  return std::any_of(text.begin(), text.end(), kind);
}

bool is_base64(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return is_lower(c) || is_upper(c) || is_digit(c) || is_dash(c);
  });
}

// "settings", "an-old-hope", "UserProfile": letters and dashes, where every capital begins a word
// of three letters at least.
bool reads_as_words(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_lower(text[i]) || is_dash(text[i])) continue;
    if (!is_upper(text[i]) || i + 2 >= text.size()) return false;
    if (!is_lower(text[i + 1]) || !is_lower(text[i + 2])) return false;
  }
  return true;
}

// What no word has: capitals, small letters and digits together, or hexadecimal of both kinds.
bool is_unmistakable(std::string_view text) {
  if (has(text, is_dash) || !has(text, is_digit) || !has(text, is_lower)) return false;
  return has(text, is_upper) || text.find_first_not_of("0123456789abcdef") == text.npos;
}

using Stems = std::unordered_set<std::string_view>;

// Vite's manifest lists whatever the build made, and a configuration may leave the hash out of
// the names ("assets/[name].js"). An unhashed name that were trusted would be kept by browsers
// for a year, a hashed one that is not is only asked for again; so in doubt the answer is no.
// `stems` are the names that Vite had before it added a hash (of sources and chunks). A name is
// fingerprinted when it is none of these with an extension added, and ends before its extension
// in '-' or '.' and eight or more base 64 digits that either
//   - follow one of the stems, and are neither words nor a date, or
//   - are unmistakable (there are chunks whose stem is not in the manifest).
bool is_fingerprinted(std::string_view name, const Stems& stems) {
  const std::string_view root = without_extension(name);
  if (root.size() > longest_name || stems.contains(root)) return false;
  for (std::size_t i = 1; i + 8 < root.size(); ++i) {
    const std::string_view hash = root.substr(i + 1);
    if ((root[i] != '-' && root[i] != '.') || !is_base64(hash)) continue;
    if (is_unmistakable(hash)) return true;
    const bool is_date = !has(hash, is_lower) && !has(hash, is_upper);
    if (!is_date && !reads_as_words(hash) && stems.contains(root.substr(0, i))) return true;
  }
  return false;
}

// Appends the strings of the array under `key`, if there is one.
void append_list(const Json& entry, const char* key, std::vector<std::string_view>& to) {
  const auto found = entry.find(key);
  if (found == entry.end() || !found->is_array()) return;
  for (const Json& item : *found) {
    if (const auto* text = item.get_ptr<const std::string*>()) to.push_back(*text);
  }
}

}  // namespace

Result<void> Manifest::add(const std::vector<std::string_view>& names) {
  if (names.size() > most_names_ - names_.size()) {
    return fail(ErrorKind::invalid, fmt::format("lists more than {} names", most_names_));
  }
  names_.insert(names.begin(), names.end());
  return {};
}

Result<void> Manifest::add_staticfiles(std::string_view json) {
  const auto parsed = parse(json);
  if (!parsed) return tl::unexpected(parsed.error());
  const std::string* version = string_in(*parsed, "version");
  const auto paths = parsed->find("paths");
  if (version == nullptr || paths == parsed->end() || !paths->is_object()) {
    return fail(ErrorKind::invalid, "no \"paths\" and \"version\": not Django's staticfiles.json");
  }
  if (*version != "1.0" && *version != "1.1") {
    return fail(ErrorKind::invalid, fmt::format("version \"{}\" of staticfiles.json is not known; "
                                                "1.0 and 1.1 are",
                                                printable(*version, 40)));
  }
  std::vector<std::string_view> names;
  for (const auto& [plain, value] : paths->items()) {
    const auto* made = value.get_ptr<const std::string*>();
    if (made == nullptr) {
      return fail(ErrorKind::invalid,
                  fmt::format("the path of \"{}\" is not a string", printable(plain)));
    }
    if (*made != plain && is_plain(*made)) names.push_back(*made);
  }
  return add(names);
}

Result<void> Manifest::add_vite(std::string_view json) {
  const auto parsed = parse(json);
  if (!parsed) return tl::unexpected(parsed.error());
  Stems stems;
  std::vector<std::string_view> listed;
  for (const auto& [key, entry] : parsed->items()) {
    const std::string* file = entry.is_object() ? string_in(entry, "file") : nullptr;
    if (file == nullptr) {
      return fail(ErrorKind::invalid,
                  fmt::format("\"{}\" has no \"file\": not Vite's manifest.json", printable(key)));
    }
    listed.push_back(*file);
    append_list(entry, "css", listed);
    append_list(entry, "assets", listed);
    const std::string* source = string_in(entry, "src");
    if (source != nullptr) stems.insert(without_extension(last_segment(*source)));
    const std::string* name = string_in(entry, "name");
    if (name != nullptr) stems.insert(last_segment(*name));
  }
  std::erase_if(listed, [&stems](std::string_view path) {
    return !is_plain(path) || !is_fingerprinted(last_segment(path), stems);
  });
  return add(listed);
}

bool Manifest::lists(std::string_view relative_path) const {
  return names_.contains(relative_path);
}

}  // namespace frontis::media
