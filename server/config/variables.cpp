#include "config/variables.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>

#include "base/text.h"
#include "config/fault.h"
#include "config/header_fields.h"

namespace frontis::config {

namespace {

constexpr std::size_t most = 256;
constexpr std::size_t longest_name = 100;
constexpr std::size_t longest_environment_value = 32 * 1024;

// [A-Za-z_][A-Za-z0-9_]*
bool is_variable_name(std::string_view name) {
  const auto is_good = [](char c) {
    const char lower = ascii_lower(c);
    return (lower >= 'a' && lower <= 'z') || is_digit(c) || c == '_';
  };
  return !name.empty() && name.size() <= longest_name && !is_digit(name.front()) &&
         std::all_of(name.begin(), name.end(), is_good);
}

std::string variable_name_fault(std::string_view name) {
  if (!is_variable_name(name)) return "is not a name of a variable, such as SITE_NAME";
  // What says where a request ends is not to be argued about.
  constexpr std::string_view ours[] = {"CONTENT_LENGTH", "SCGI"};
  if (std::find(std::begin(ours), std::end(ours), name) != std::end(ours)) {
    return "is written by the server itself";
  }
  return {};
}

std::string field_name_fault(std::string_view name) {
  constexpr std::string_view ours[] = {
      "connection", "content-length", "expect", "keep-alive", "transfer-encoding",
      "te",         "trailer",        "upgrade"};
  if (!is_field_name(name)) return "is not a name of a header field";
  const std::string lower = lower_case(name);
  if (std::find(std::begin(ours), std::end(ours), lower) != std::end(ours)) {
    return "is written by the server itself";
  }
  return {};
}

std::string environment_name_fault(std::string_view name) {
  return is_variable_name(name) ? "" : "is not a name of a variable, such as SITE_NAME";
}

std::string environment_value_fault(std::string_view value) {
  if (value.size() > longest_environment_value) return "is longer than 32 KiB";
  return value.find('\0') == value.npos ? "" : "holds a NUL byte";
}

using NameFault = std::string (*)(std::string_view name);

// An empty value in quotes is a value.
void read_pairs(Reader& reader, const Node& mapping, NameFault name_fault, NameFault value_fault,
                Headers& into) {
  into.clear();
  if (mapping.kind == Node::Kind::nothing) return;
  if (!reader.is_mapping(mapping, "a mapping of names and values")) return;
  for (const Entry& entry : mapping.entries) {
    if (into.size() == most) {
      return reader.fault(entry.at, "more than " + std::to_string(most) + " names");
    }
    const std::string why = name_fault(entry.key);
    if (!why.empty()) reader.fault(entry.at, in_quotes(entry.key) + " " + why);
    if (entry.value->kind != Node::Kind::scalar) {
      reader.unexpected(*entry.value, "a text; an empty one is \"\"");
      continue;
    }
    const std::string value_why = value_fault(entry.value->text);
    if (!value_why.empty()) {
      reader.fault(entry.value->at, "the value of " + in_quotes(entry.key) + " " + value_why);
    }
    into.emplace_back(entry.key, entry.value->text);
  }
}

}  // namespace

void read_params(Reader& reader, const Node& mapping, Protocol protocol, Headers& into) {
  const bool is_http = protocol == Protocol::http;
  read_pairs(reader, mapping, is_http ? field_name_fault : variable_name_fault, header_value_fault,
             into);
}

void read_environment(Reader& reader, const Node& mapping, Headers& into) {
  read_pairs(reader, mapping, environment_name_fault, environment_value_fault, into);
}

}  // namespace frontis::config
