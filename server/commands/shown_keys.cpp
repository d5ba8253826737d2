#include "commands/shown_keys.h"

#include <optional>

#include "base/text.h"
#include "commands/roff.h"

namespace frontis::commands {

namespace {

constexpr std::string_view remark = "   #";

// A setting that is switched off stands behind a # without a space: "#user: www-data".
bool is_switched_off(std::string_view text) {
  return text.size() > 1 && text[0] == '#' && text[1] != ' ' && text.find(": ") != text.npos;
}

// What a line of comment says; none when it is something else.
std::optional<std::string> comment_in(std::string_view line) {
  const std::string_view text = trim(line);
  if (!text.starts_with('#') || is_switched_off(text)) return std::nullopt;
  return std::string(text.substr(text.starts_with("# ") ? 2 : 1));
}

std::string name_in(std::string_view line) {
  if (line.starts_with('"')) return std::string(line.substr(1, line.find('"', 1) - 1));
  return std::string(line.substr(0, line.find(':')));
}

ShownKey key_in(std::string_view line) {
  ShownKey key;
  key.column = line.find_first_not_of(' ');
  std::string_view text = trim(line);
  if (text.starts_with('#')) text.remove_prefix(1);
  if (const std::size_t behind = text.find(remark); behind != text.npos) {
    key.description.emplace_back(trim(text.substr(behind + remark.size())));
    text = trim(text.substr(0, behind));
    key.is_remarked = true;
  }
  key.line = text;
  if (text.starts_with("- ")) {  // an item of a list, which holds keys of its own
    text.remove_prefix(2);
    key.column += 2;
  }
  key.name = name_in(text);
  return key;
}

// Keys that follow each other at one place, without a comment between them. A remark behind a key
// is of that one alone; an item of a list, and a key that holds others, are something new.
void note_what_is_shared(std::vector<ShownKey>& keys) {
  for (std::size_t i = 1; i < keys.size(); ++i) {
    ShownKey& key = keys[i];
    const ShownKey& before = keys[i - 1];
    const bool holds_others = i + 1 < keys.size() && keys[i + 1].column > key.column;
    key.shares = key.description.empty() && key.column > 0 && key.column == before.column &&
                 !holds_others && !key.line.starts_with("- ") && !before.is_remarked &&
                 (before.shares || !before.description.empty());
  }
}

}  // namespace

ShownKeys shown_keys(std::string_view yaml) {
  ShownKeys out;
  std::vector<std::string> said;
  for (const std::string& line : lines_of(yaml)) {
    if (auto comment = comment_in(line)) {
      said.push_back(std::move(*comment));
    } else if (!line.empty()) {
      ShownKey key = key_in(line);
      key.description.insert(key.description.begin(), said.begin(), said.end());
      said.clear();
      out.keys.push_back(std::move(key));
    } else if (out.keys.empty()) {
      out.opening.insert(out.opening.end(), said.begin(), said.end());
      said.clear();
    }
  }
  note_what_is_shared(out.keys);
  return out;
}

}  // namespace frontis::commands
