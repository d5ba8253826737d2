#include "commands/explained_answer.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "base/clock.h"
#include "base/text.h"
#include "http/date.h"
#include "http/http1_head.h"

namespace frontis::commands {

namespace {

using http::FieldName;

bool carries_body(int status) { return status >= 200 && status != 204 && status != 304; }

std::optional<std::uint64_t> length_of_body(const http::Response& answer) {
  const auto length = length_of(answer.body);
  return length ? length : answer.length;
}

// As the session decides it, of a client whose body is short.
bool closes(const http::Request& request, const http::Response& answer) {
  return answer.close || !request.keep_alive || (request.has_body() && request.expects_continue);
}

// The condition that was decisive is the first of these that was sent (RFC 9110, 13.2.2).
std::string first_sent(const http::Request& request, FieldName first, std::string_view first_name,
                       std::string_view second_name) {
  return std::string(request.find(first) ? first_name : second_name);
}

std::string range_line(const http::Request& request, const http::Response& answer) {
  const std::string range = "Range '" + printable(*request.find(FieldName::range)) + "' ";
  if (answer.status == 206) return range + "is met";
  if (answer.status == 416) return range + "lies beyond the end: 416";
  if (request.method != http::Method::get) return range + "is not used: it is for GET alone";
  if (request.find(FieldName::if_range)) {
    return range + "is not used: If-Range names another version, or the range is none of bytes";
  }
  return range + "is not used: it is malformed, no range of bytes, or asks for too many parts";
}

// What a 200 has to say of the conditions that did not stop it.
std::string passed_line(const http::Request& request) {
  if (request.find(FieldName::if_none_match)) {
    return "If-None-Match does not name this ETag, so there is more to send than a 304";
  }
  if (request.find(FieldName::if_modified_since)) {
    return "If-Modified-Since is older than the file, or no date, so there is more to send than "
           "a 304";
  }
  return {};
}

}  // namespace

std::vector<std::string> outcome_lines(const http::Request& request, const http::Response& answer) {
  std::vector<std::string> lines;
  if (answer.status == 304) {
    lines.push_back(first_sent(request, FieldName::if_none_match, "If-None-Match names this ETag",
                               "the file has not changed since If-Modified-Since") +
                    ": 304");
  } else if (answer.status == 412) {
    lines.push_back(first_sent(request, FieldName::if_match, "If-Match names another ETag",
                               "the file has changed since If-Unmodified-Since") +
                    ": 412");
  } else if (answer.status == 406) {
    lines.push_back("Accept-Encoding accepts none of what there is: 406");
  }
  const bool is_file = answer.status == 206 || answer.status == 416 ||
                       (answer.status == 200 && answer.head && answer.head->find("Accept-Ranges"));
  if (!is_file) return lines;
  const std::string passed = passed_line(request);
  if (!passed.empty()) lines.push_back(passed);
  if (request.find(FieldName::range)) lines.push_back(range_line(request, answer));
  return lines;
}

std::string head_text(const http::Request& request, const http::Response& answer) {
  const std::int64_t now = wall_seconds();
  const std::string date = http::format_date(now);
  const std::string expires = answer.max_age ? http::format_date(now + *answer.max_age) : "";
  http::HeadFraming framing;
  framing.http10 = request.http10;
  framing.keep_alive = !closes(request, answer);
  framing.has_body = carries_body(answer.status);
  framing.content_length = length_of_body(answer);
  std::string head;
  http::append_head(head, {answer.status, date, expires, answer.head.get()}, framing);
  std::erase(head, '\r');
  return head;
}

std::string body_line(const http::Request& request, const http::Response& answer) {
  if (request.method == http::Method::head) return "no body: HEAD asks for the head alone";
  if (!carries_body(answer.status))
    return "no body: " + std::to_string(answer.status) + " has none";
  const auto length = length_of_body(answer);
  return length ? "body: " + std::to_string(*length) + " bytes" : "body: of unknown length";
}

}  // namespace frontis::commands
