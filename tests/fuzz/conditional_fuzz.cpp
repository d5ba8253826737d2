// The lines of the input are our etag and then the five conditional fields of a request. What
// matches strongly also matches weakly, a 304 answers only GET and HEAD, and no condition at all
// means that we proceed.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/text.h"
#include "http/conditional.h"

using namespace frontis::http;

namespace {

constexpr std::array<FieldName, 5> conditions{FieldName::if_match, FieldName::if_none_match,
                                              FieldName::if_modified_since,
                                              FieldName::if_unmodified_since, FieldName::if_range};
constexpr std::int64_t now = 1'700'000'000;

void require(bool truth) {
  if (!truth) std::abort();
}

std::string_view take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

// One field for each line of `input`, twice where the lines begin anew.
void fill(Request& request, std::string_view input) {
  request.move_to(input.data());
  std::size_t count = 0;
  for (std::string_view rest = input; !rest.empty() && count < 20; ++count) {
    const std::string_view line = take_line(rest);
    const Span value{static_cast<std::uint32_t>(line.data() - input.data()),
                     static_cast<std::uint32_t>(line.size())};
    request.add(conditions[count % conditions.size()], {}, value);
  }
}

void check(Request& request, const Validators& validators) {
  for (const Method method : {Method::get, Method::head, Method::put, Method::options}) {
    request.method = method;
    const Precondition outcome = evaluate(request, validators, now);
    const bool is_read = method == Method::get || method == Method::head;
    require(is_read || outcome != Precondition::not_modified);
    require(!request.fields().empty() || outcome == Precondition::proceed);
    require(method != Method::options || outcome == Precondition::proceed);
  }
  const bool applies = range_applies(request, validators, now);
  require(applies || request.find(FieldName::if_range));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t length) {
  std::string_view input(reinterpret_cast<const char*>(data), length);
  const std::string_view etag = take_line(input);
  require(!any_match_strong(input, etag) || any_match_weak(input, etag));
  // With or without blanks around it, "*" is no etag but stands for all of them.
  if (any_match_strong(etag, etag) && frontis::trim(etag) != "*") {
    require(any_match_strong("\"x\" ,, " + std::string(etag) + ", y", etag));
    require(any_match_weak("W/" + std::string(etag), etag));
  }
  Request request;
  fill(request, input);
  check(request, {etag, 1'000'000'000});
  check(request, {etag, 0});
  return 0;
}
