#include "app/memcached.h"

#include <algorithm>
#include <limits>

#include "base/text.h"
#include "http/list.h"

namespace frontis::app {

namespace {

using http::take_until;

constexpr std::size_t longest_key = 250;   // KEY_MAX_LENGTH of memcached
constexpr std::size_t longest_line = 512;  // "VALUE KEY FLAGS LENGTH CAS"
constexpr std::string_view end_of_value = "\r\nEND\r\n";

void append_encoded(std::string_view text, bool with_percent, std::string& out) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte > 0x20 && byte != 0x7f && !(with_percent && c == '%')) {
      out.push_back(c);
      continue;
    }
    out.push_back('%');
    out.push_back(digits[byte >> 4]);
    out.push_back(digits[byte & 0x0f]);
  }
}

tl::unexpected<Error> malformed(std::string_view line) {
  return fail(ErrorKind::bad_request, "memcached answered '" + printable(line, 80) + "'");
}

bool take_prefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

}  // namespace

std::optional<std::string> memcached_key(std::string_view pattern, std::string_view host,
                                         const http::Request& request) {
  std::string key;
  while (!pattern.empty()) {
    if (take_prefix(pattern, "$uri")) {
      append_encoded(request.raw_path(), false, key);
      if (request.has_query) key.push_back('?');
      append_encoded(request.query(), false, key);
    } else if (take_prefix(pattern, "$path")) {
      append_encoded(request.path(), true, key);
    } else if (take_prefix(pattern, "$host")) {
      append_encoded(lower_case(host), false, key);
    } else {
      append_encoded(pattern.substr(0, 1), false, key);
      pattern.remove_prefix(1);
    }
  }
  if (key.empty() || key.size() > longest_key) return std::nullopt;
  return key;
}

std::string memcached_get(std::string_view key) {
  std::string command = "get ";
  return command.append(key).append("\r\n");
}

Result<MemcachedAnswer::Step> MemcachedAnswer::decode(std::string_view input) {
  if (input.empty()) return Step{};
  switch (state_) {
    case State::line: return read_line(input);
    case State::value: return read_value(input);
    case State::end: return read_end(input);
    case State::done: break;
  }
  return Step{};
}

Result<MemcachedAnswer::Step> MemcachedAnswer::read_line(std::string_view input) {
  const std::string_view window = input.substr(0, longest_line);
  const std::size_t end = window.find("\r\n");
  if (end == std::string_view::npos) {
    if (input.size() < longest_line) return Step{};
    return malformed(window);
  }
  const std::string_view line = window.substr(0, end);
  if (line == "END") {
    state_ = State::done;
    return Step{Event::miss, end + 2};
  }
  return read_value_line(line, end + 2);
}

Result<MemcachedAnswer::Step> MemcachedAnswer::read_value_line(std::string_view line,
                                                               std::size_t consumed) {
  std::string_view rest = line;
  if (!take_prefix(rest, "VALUE ")) return malformed(line);
  if (take_until(' ', rest) != key_) return malformed(line);
  const auto flags = parse_decimal(take_until(' ', rest));
  const auto length = parse_decimal(rest);
  if (!flags || *flags > std::numeric_limits<std::uint32_t>::max() || !length) {
    return malformed(line);
  }
  if (*length > largest_memcached_value) {
    return fail(ErrorKind::content_too_large, "memcached holds a value of " +
                                                  std::to_string(*length) +
                                                  " bytes; no more than 8 MiB are taken");
  }
  flags_ = static_cast<std::uint32_t>(*flags);
  length_ = left_ = *length;
  state_ = left_ > 0 ? State::value : State::end;
  return Step{Event::hit, consumed};
}

MemcachedAnswer::Step MemcachedAnswer::read_value(std::string_view input) {
  const std::string_view part = input.substr(0, static_cast<std::size_t>(left_));
  left_ -= part.size();
  if (left_ == 0) state_ = State::end;
  return {Event::content, part.size(), part};
}

Result<MemcachedAnswer::Step> MemcachedAnswer::read_end(std::string_view input) {
  const std::string_view arrived = input.substr(0, end_of_value.size());
  if (!end_of_value.starts_with(arrived)) return malformed(arrived);
  if (arrived.size() < end_of_value.size()) return Step{};
  state_ = State::done;
  return Step{Event::complete, end_of_value.size()};
}

}  // namespace frontis::app
