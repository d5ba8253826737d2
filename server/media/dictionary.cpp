#include "media/dictionary.h"

#include <cstdint>

#include "base/text.h"
#include "http/target.h"
#include "media/fingerprint.h"

namespace frontis::media {

namespace {

using http::FieldName;

constexpr std::size_t longest_value = 1024;

// What stands before and behind the fingerprint of a path.
struct Surroundings {
  std::string_view before;
  std::string_view behind;
};

// None where a '*' between the two would match what has nothing to do with the file: it needs the
// name before it and the extension behind it.
std::optional<Surroundings> surroundings(std::string_view path) {
  const std::string_view name = last_segment(path);
  const auto span = fingerprint_span(name);
  if (!span) return std::nullopt;
  const auto [offset, length] = *span;
  if (name.substr(0, offset).find_first_not_of(".-") == std::string_view::npos) return std::nullopt;
  const std::size_t start = path.size() - name.size() + offset;
  const Surroundings found{path.substr(0, start), path.substr(start + length)};
  const bool has_extension = found.behind.size() > 1 && found.behind.front() == '.';
  return has_extension ? std::optional(found) : std::nullopt;
}

void append_escaped(std::string& out, std::string_view text, std::string_view meaningful) {
  for (const char c : text) {
    if (meaningful.find(c) != std::string_view::npos) out.push_back('\\');
    out.push_back(c);
  }
}

// A piece of a URL pattern that matches `path` as browsers send it, and nothing else.
std::string literal(std::string_view path) {
  std::string out;
  append_escaped(out, http::encode_path(path), "+*?:{}()\\");
  return out;
}

// The destination (Fetch, 2.2.5) of the requests for files of this type, where there is but one.
std::string_view destination_of(std::string_view content_type) {
  const std::string_view type = trim(content_type.substr(0, content_type.find(';')));
  if (equal_ignoring_case(type, "text/css")) return "style";
  const bool is_script = equal_ignoring_case(type, "text/javascript") ||
                         equal_ignoring_case(type, "application/javascript");
  return is_script ? "script" : "";
}

}  // namespace

std::string logical_name(std::string_view path) {
  const auto found = surroundings(path);
  if (!found) return {};
  return std::string(found->before).append("*").append(found->behind);
}

std::string use_as_dictionary(std::string_view path, std::string_view content_type) {
  // A pattern that begins with "//" names a host; and a colon, even an escaped one, makes what is
  // before it a scheme.
  const bool is_writable =
      path.starts_with('/') && !path.starts_with("//") && path.find(':') == std::string_view::npos;
  const auto found = is_writable ? surroundings(path) : std::nullopt;
  if (!found) return {};
  const std::string pattern = literal(found->before) + "*" + literal(found->behind);
  std::string value = "match=\"";
  append_escaped(value, pattern, "\"\\");  // RFC 8941, 3.3.3
  value.push_back('"');
  const std::string_view destination = destination_of(content_type);
  if (!destination.empty()) value.append(", match-dest=(\"").append(destination).append("\")");
  return value.size() <= longest_value ? value : std::string();
}

namespace {

std::optional<unsigned> base64_value(char c) {
  constexpr std::string_view digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const std::size_t place = digits.find(c);
  if (place == std::string_view::npos) return std::nullopt;
  return static_cast<unsigned>(place);
}

constexpr std::size_t digest_digits = 43;  // of base 64, for 32 bytes; then one '='

// Only the one way of writing that encoders have (RFC 4648, 3.5): the last digit has two bits to
// spare, and they are zero.
std::optional<Sha256> decode_digest(std::string_view digits) {
  Sha256 out{};
  std::size_t filled = 0;
  std::uint32_t bits = 0;
  unsigned held = 0;
  for (const char c : digits) {
    const auto value = base64_value(c);
    if (!value) return std::nullopt;
    bits = (bits << 6 | *value) & 0xffff;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    out[filled++] = static_cast<unsigned char>(bits >> held & 0xff);
  }
  if ((bits & 0b11) != 0) return std::nullopt;
  return out;
}

std::string_view trim_spaces(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

// The only value of the field that lets scripts of other origins read the answer. A browser takes
// two of them for none.
std::optional<std::string_view> allowed_origin(const config::Headers& extra) {
  std::optional<std::string_view> found;
  for (const auto& [name, value] : extra) {
    if (!equal_ignoring_case(name, "Access-Control-Allow-Origin")) continue;
    if (found) return std::nullopt;
    found = trim(value);
  }
  return found;
}

}  // namespace

std::optional<Sha256> parse_available_dictionary(std::string_view field) {
  field = trim_spaces(field);
  constexpr std::size_t size = digest_digits + 3;  // two colons and the padding
  if (field.size() < size || field.front() != ':') return std::nullopt;
  if (field.substr(1 + digest_digits, 2) != "=:") return std::nullopt;
  // Parameters mean nothing here; but a comma would begin a second member, and of two dictionaries
  // none is named.
  const std::string_view rest = field.substr(size);
  if (!rest.empty() && (rest.front() != ';' || rest.find(',') != std::string_view::npos)) {
    return std::nullopt;
  }
  return decode_digest(field.substr(1, digest_digits));
}

bool may_use_dictionary(const http::Request& request, const config::Headers& extra) {
  const auto mode = request.find(FieldName::sec_fetch_mode);
  if (!mode || *mode == "navigate" || *mode == "same-origin") return true;
  if (request.find(FieldName::sec_fetch_site) == "same-origin") return true;
  if (*mode != "cors") return false;
  const auto origin = request.find(FieldName::origin);
  const auto allowed = allowed_origin(extra);
  return origin && allowed && (*allowed == "*" || *allowed == *origin);
}

}  // namespace frontis::media
