#include "config/header_fields.h"

#include <algorithm>

#include "base/text.h"
#include "config/fault.h"

namespace frontis::config {

namespace {

struct Reserved {
  std::string_view name;
  std::string_view instead;
};

constexpr std::string_view by_server = "is written by the server itself";
constexpr std::string_view by_variant = "follows from the variant that is sent";
constexpr std::string_view by_content = "is made from the file itself";

constexpr Reserved reserved[] = {
    {"accept-ranges", by_server},
    {"allow", by_server},
    {"cache-control", "is written by the server; use 'cache' of a files action"},
    {"connection", by_server},
    {"content-encoding", by_variant},
    {"content-length", by_server},
    {"content-range", by_server},
    {"content-type", "follows from the file's name; in a respond action use 'type'"},
    {"date", by_server},
    {"etag", by_content},
    {"expires", "is always the moment that 'cache' of a files action gives"},
    {"keep-alive", by_server},
    {"last-modified", by_content},
    {"location", "is written by the server; use a redirect action"},
    {"trailer", by_server},
    {"transfer-encoding", by_server},
    {"upgrade", by_server},
    {"vary", by_variant},
};

// RFC 9110, 5.6.2
bool is_token(std::string_view text) {
  constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    const char lower = ascii_lower(c);
    return is_digit(c) || (lower >= 'a' && lower <= 'z') || marks.find(c) != marks.npos;
  });
}

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte == 0x7f || (byte < 0x20 && c != '\t');
}

}  // namespace

bool is_field_name(std::string_view name) {
  constexpr std::size_t longest = 100;
  return is_token(name) && name.size() <= longest;
}

std::string header_name_fault(std::string_view name) {
  if (!is_field_name(name)) return "is not a name of a header field";
  const auto* row = std::find_if(std::begin(reserved), std::end(reserved), [&](const Reserved& r) {
    return equal_ignoring_case(r.name, name);
  });
  return row == std::end(reserved) ? std::string() : std::string(row->instead);
}

std::string header_value_fault(std::string_view value) {
  constexpr std::size_t longest = 4096;
  if (value.size() > longest) return "is longer than 4096 bytes";
  if (std::any_of(value.begin(), value.end(), is_control)) {
    return "holds a control byte or a line break: " + in_quotes(value);
  }
  return {};
}

bool is_media_type(std::string_view text) {
  const std::string_view essence = trim(text.substr(0, text.find(';')));
  const std::size_t slash = essence.find('/');
  return slash != std::string_view::npos && is_token(essence.substr(0, slash)) &&
         is_token(essence.substr(slash + 1)) && header_value_fault(text).empty();
}

void read_headers(Reader& reader, const Node& mapping, Headers& into) {
  constexpr std::size_t most = 64;
  if (!reader.is_mapping(mapping, "a mapping of names and values of header fields")) return;
  std::vector<std::pair<std::string, Place>> seen;
  for (const Entry& entry : mapping.entries) {
    const std::string name_fault = header_name_fault(entry.key);
    if (!name_fault.empty()) reader.fault(entry.at, in_quotes(entry.key) + " " + name_fault);
    const auto twin = std::find_if(seen.begin(), seen.end(), [&](const auto& other) {
      return equal_ignoring_case(other.first, entry.key);
    });
    if (twin != seen.end()) {
      reader.fault(entry.at, "header field " + in_quotes(entry.key) + " is given twice; first at " +
                                 reader.place(twin->second));
    }
    if (seen.size() == most) {
      return reader.fault(entry.at, "more than " + std::to_string(most) + " header fields");
    }
    seen.emplace_back(entry.key, entry.at);
    const std::string* text = reader.text(*entry.value, "the value of a header field");
    if (!text) continue;
    const std::string value_fault = header_value_fault(*text);
    if (!value_fault.empty()) {
      reader.fault(entry.value->at, "the value of " + in_quotes(entry.key) + " " + value_fault);
    }
    into.emplace_back(entry.key, trim(*text));
  }
}

}  // namespace frontis::config
