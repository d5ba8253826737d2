#include "app/cache_key.h"

#include <algorithm>
#include <utility>

#include "app/cache_policy.h"
#include "base/text.h"
#include "http/list.h"
#include "http/weight.h"

namespace frontis::app {

namespace {

using http::take_until;

std::string host_part(std::string_view scheme, std::string_view host) {
  const std::string_view usual = scheme == "https" ? ":443" : ":80";
  if (host.ends_with(usual)) host.remove_suffix(usual.size());
  return lower_case(host);
}

void sort_and_join(std::vector<std::string>& members, char separator, std::string& out) {
  std::sort(members.begin(), members.end());
  members.erase(std::unique(members.begin(), members.end()), members.end());
  for (const std::string& member : members) {
    if (&member != &members.front()) out.push_back(separator);
    out.append(member);
  }
}

// RFC 9110, 8.4.1: the names that mean the same.
std::string coding_name(std::string_view token) {
  std::string name = lower_case(token);
  if (name == "x-gzip" || name == "x-compress") name.erase(0, 2);
  return name;
}

// Members of a list without the white space around them.
std::string tidy_list(std::string_view value) {
  std::string out;
  while (!value.empty()) {
    const std::string_view member = trim(take_until(',', value));
    if (member.empty()) continue;
    if (!out.empty()) out.push_back(',');
    out.append(member);
  }
  return out;
}

// Of the value of a field what may make a difference. White space in a field that is no list, or
// that may hold quoted strings, is left alone.
std::string normalised(std::string_view name, const std::string& value) {
  if (name == "accept-encoding") return coding_set(value);
  const bool is_list = name == "accept-language" || name == "accept-charset";
  return is_list ? tidy_list(value) : value;
}

bool is_in_the_key(std::string_view vary_name) {
  return vary_name == "x-forwarded-host" || vary_name == "x-forwarded-proto" ||
         vary_name == "x-forwarded-port";
}

std::optional<std::string> value_of(const http::Request& request, std::string_view name) {
  std::optional<std::string> out;
  for (const http::Request::Field& field : request.fields()) {
    if (!equal_ignoring_case(request.name(field), name)) continue;
    if (out) out->push_back(',');
    if (!out) out.emplace();
    out->append(request.value(field));
  }
  return out;
}

}  // namespace

std::string cache_key(const Addressed& addressed, std::string_view target) {
  std::string key = host_part(addressed.scheme, addressed.host);
  const std::string field = host_part(addressed.scheme, addressed.host_field);
  const bool is_another = !field.empty() && field != key;
  key.append(target).append(" ").append(addressed.scheme);
  if (is_another) key.append(" ").append(field);
  return key;
}

std::string cache_key(const Addressed& addressed, const http::Request& request) {
  std::string target(request.raw_path());
  if (request.has_query) target.append("?").append(request.query());
  return cache_key(addressed, target);
}

std::optional<std::string> key_beside(std::string_view key, std::string_view location) {
  const std::string_view host = key.substr(0, key.find('/'));
  std::string_view host_field = key.substr(key.find(' ') + 1);
  const std::string_view scheme = take_until(' ', host_field);
  const Addressed addressed{scheme, host, host_field};
  location = location.substr(0, location.find('#'));
  if (location.starts_with('/') && !location.starts_with("//")) {
    return cache_key(addressed, location);
  }
  const std::size_t colon = location.find("://");
  if (colon == std::string_view::npos) return std::nullopt;
  if (!equal_ignoring_case(location.substr(0, colon), scheme)) return std::nullopt;
  location.remove_prefix(colon + 3);
  const std::size_t slash = std::min(location.find_first_of("/?"), location.size());
  // An app may take either for its own.
  const std::string named = host_part(scheme, location.substr(0, slash));
  if (named.empty() || (named != host && named != host_field)) return std::nullopt;
  const std::string_view target = location.substr(slash);
  return cache_key(addressed,
                   target.starts_with('/') ? std::string(target) : "/" + std::string(target));
}

std::vector<std::string> vary_names(const http::HeaderBlock& fields) {
  const std::string list = combined(fields, "Vary");
  std::vector<std::string> names;
  std::string_view rest = list;
  while (!rest.empty()) {
    const std::string_view name = trim(take_until(',', rest));
    if (!name.empty() && name != "*") names.push_back(lower_case(name));
  }
  std::erase_if(names, is_in_the_key);
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

bool names_the_client(std::string_view vary_name) {
  return vary_name == "forwarded" || vary_name == "x-real-ip" ||
         (vary_name.starts_with("x-forwarded-") && !is_in_the_key(vary_name));
}

std::string coding_set(std::string_view field) {
  std::vector<std::string> codings;
  while (!field.empty()) {
    const std::string_view member = take_until(',', field);
    std::string_view parameters = member;
    const std::string_view token = trim(take_until(';', parameters));
    const auto weight = http::weight_in(parameters);
    if (token.empty()) continue;
    // Apps read what is malformed in their own ways: nobody shares the answer to that.
    if (!weight) {
      codings.push_back(lower_case(trim(member)));
      continue;
    }
    codings.push_back(coding_name(token) + (*weight == 0 ? ";q=0" : ""));
  }
  std::string out;
  sort_and_join(codings, ',', out);
  return out;
}

// Whether a field was sent is a part of the key: an app may answer differently (RFC 9111, 4.1).
// No value holds a line end, so none can look like two.
std::string secondary_key(const std::vector<std::string>& names, const http::Request& request) {
  std::string key;
  for (const std::string& name : names) {
    const auto value = value_of(request, name);
    key.append(name);
    if (value) key.append(":").append(normalised(name, *value));
    key.push_back('\n');
  }
  return key;
}

}  // namespace frontis::app
