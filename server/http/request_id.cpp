#include "http/request_id.h"

#include <algorithm>
#include <span>

#include "base/random.h"
#include "base/text.h"

namespace frontis::http {

namespace {

constexpr std::string_view field = "X-Request-ID";
constexpr std::size_t bytes_of_new = 16;

bool is_harmless(char c) {
  const char lower = ascii_lower(c);
  constexpr std::string_view marks = "-_.:+/=";
  return is_digit(c) || (lower >= 'a' && lower <= 'z') || marks.find(c) != marks.npos;
}

}  // namespace

std::optional<std::string_view> given_request_id(const Request& request) {
  std::optional<std::string_view> given;
  for (const Request::Field& each : request.fields()) {
    if (!equal_ignoring_case(request.name(each), field)) continue;
    if (given) return std::nullopt;  // who knows which of them is the proxy's
    given = request.value(each);
  }
  if (!given || given->empty() || given->size() > longest_request_id) return std::nullopt;
  if (!std::all_of(given->begin(), given->end(), is_harmless)) return std::nullopt;
  return given;
}

void RequestIds::append_new(std::string& out) {
  constexpr std::string_view digits = "0123456789abcdef";
  if (used_ == random_.size()) {
    fill_with_random(random_);
    used_ = 0;
  }
  std::array<char, 2 * bytes_of_new> made;
  for (char* next = made.data();
       const unsigned char byte : std::span(random_).subspan(used_, bytes_of_new)) {
    *next++ = digits[byte >> 4];
    *next++ = digits[byte & 15];
  }
  out.append(made.data(), made.size());
  used_ += bytes_of_new;
}

}  // namespace frontis::http
