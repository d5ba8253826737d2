#include "config/reader.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "base/text.h"
#include "base/user.h"
#include "config/address.h"
#include "config/quantity.h"

namespace frontis::config {

namespace {

std::string joined(std::span<const std::string_view> words) {
  std::string out;
  for (const std::string_view word : words) {
    if (!out.empty()) out += ", ";
    out += word;
  }
  return out;
}

constexpr std::size_t longest_shown = 4096;

// What to do about a directory that cannot be looked at.
std::string advice_on(const std::filesystem::path& path, int error) {
  if (error == EACCES) {
    return "; let " + user_text(::geteuid()) + " enter the folders above it (namei -l " +
           printable(path.native(), longest_shown) + "), or do this as root";
  }
  if (error != ENOENT) return {};
  const bool may_be_of_django = path.filename().native().starts_with("static");
  return std::string("; make it") + (may_be_of_django ? " (Django: manage.py collectstatic)" : "") +
         ", or correct the path";
}

// Why there is no directory at `path`; empty where there is one. A path is shown whole: its end
// is what tells one from another.
std::string directory_fault(const std::filesystem::path& path) {
  const std::string shown = "'" + printable(path.native(), longest_shown) + "'";
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0) {
    return S_ISDIR(status.st_mode) ? "" : shown + " is not a directory";
  }
  const int error = errno;
  const std::string advice = advice_on(path, error);
  if (error == ENOENT) return "the directory " + shown + " does not exist" + advice;
  return shown + " cannot be used: " + std::generic_category().message(error) + advice;
}

}  // namespace

std::string suggestion(std::string_view word, std::span<const std::string_view> possible,
                       bool list) {
  // A number is not misspelt: what is near to it is another number.
  const bool is_number = parse_decimal(word).has_value();
  const std::string_view near = is_number ? std::string_view() : closest(word, possible);
  if (!near.empty()) return "; did you mean '" + std::string(near) + "'?";
  return list ? "; possible here: " + joined(possible) : std::string();
}

void Reader::unexpected(const Node& value, std::string_view what) {
  fault(value.at, "expected " + std::string(what) + ", found " + description(value));
}

void Reader::unknown_key(const Entry& entry, std::span<const std::string_view> possible) {
  if (entry.key == "<<") {
    return fault(entry.at, "merging with '<<' is not supported; write the keys out");
  }
  fault(entry.at, "unknown key " + in_quotes(entry.key) + suggestion(entry.key, possible, true));
}

void Reader::later_key(const Entry& entry, std::string_view why) {
  fault(entry.at, in_quotes(entry.key) + " is not available in this version: " + std::string(why));
}

const std::string* Reader::text(const Node& value, std::string_view what) {
  if (value.kind == Node::Kind::scalar && !value.text.empty()) return &value.text;
  unexpected(value, what);
  return nullptr;
}

bool Reader::is_mapping(const Node& value, std::string_view what) {
  if (value.kind == Node::Kind::mapping) return true;
  unexpected(value, what);
  return false;
}

std::optional<bool> Reader::boolean(const Node& value) {
  constexpr std::string_view expected = "true or false";
  const std::string* word = text(value, expected);
  if (!word) return std::nullopt;
  if (equal_ignoring_case(*word, "true")) return true;
  if (equal_ignoring_case(*word, "false")) return false;
  unexpected(value, expected);
  return std::nullopt;
}

std::optional<std::uint64_t> Reader::number(const Node& value, std::uint64_t low,
                                            std::uint64_t high) {
  const std::string expected =
      "a number from " + std::to_string(low) + " to " + std::to_string(high);
  const std::string* digits = text(value, expected);
  if (!digits) return std::nullopt;
  const std::optional<std::uint64_t> number = parse_decimal(*digits);
  if (number && *number >= low && *number <= high) return number;
  unexpected(value, expected);
  return std::nullopt;
}

std::optional<std::uint64_t> Reader::size(const Node& value, std::uint64_t low,
                                          std::uint64_t high) {
  constexpr std::string_view expected = "a size such as 512, 8KiB or 100MB";
  const std::string* written = text(value, expected);
  if (!written) return std::nullopt;
  const std::optional<std::uint64_t> bytes = parse_size(*written);
  if (!bytes) {
    unexpected(value, expected);
    return std::nullopt;
  }
  if (*bytes >= low && *bytes <= high) return bytes;
  unexpected(value, "a size from " + size_text(low) + " to " + size_text(high));
  return std::nullopt;
}

std::optional<std::chrono::milliseconds> Reader::duration(const Node& value,
                                                          std::chrono::milliseconds low,
                                                          std::chrono::milliseconds high) {
  constexpr std::string_view expected = "a duration such as 30s, 10m or 2y";
  const std::string* written = text(value, expected);
  if (!written) return std::nullopt;
  const std::optional<std::chrono::milliseconds> length = parse_duration(*written);
  if (!length) {
    unexpected(value, expected);
    return std::nullopt;
  }
  if (*length >= low && *length <= high) return length;
  unexpected(value, "a duration from " + duration_text(low) + " to " + duration_text(high));
  return std::nullopt;
}

std::optional<std::size_t> Reader::word(const Node& value,
                                        std::span<const std::string_view> words) {
  const std::string expected = "one of " + joined(words);
  const std::string* written = text(value, expected);
  if (!written) return std::nullopt;
  const auto found = std::find(words.begin(), words.end(), *written);
  if (found != words.end()) return static_cast<std::size_t>(found - words.begin());
  fault(value.at, "expected " + expected + ", found " + description(value) +
                      suggestion(*written, words, false));
  return std::nullopt;
}

std::optional<std::filesystem::path> Reader::path(const Node& value, std::string_view what) {
  constexpr std::size_t longest = 4095;  // PATH_MAX without its NUL
  const std::string* written = text(value, what);
  if (!written) return std::nullopt;
  if (written->size() > longest || written->find('\0') != std::string::npos) {
    unexpected(value, what);
    return std::nullopt;
  }
  if (written->starts_with("~/")) {
    fault(value.at,
          "'~' is not replaced here; write the whole path instead of " + description(value));
    return std::nullopt;
  }
  return absolute_path(folder_, *written);
}

std::optional<std::filesystem::path> Reader::directory(const Node& value) {
  const std::optional<std::filesystem::path> found = path(value, "the path of a directory");
  if (!found) return std::nullopt;
  const std::string why = directory_fault(*found);
  if (why.empty()) return found;
  fault(value.at, why);
  return std::nullopt;
}

void Reader::each(const Node& value, const std::function<void(const Node&)>& one) {
  if (value.kind != Node::Kind::list) return one(value);
  for (const auto& item : value.items) one(*item);
}

}  // namespace frontis::config
