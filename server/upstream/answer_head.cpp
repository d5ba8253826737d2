#include "upstream/answer_head.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"
#include "http/characters.h"
#include "http/list.h"

namespace frontis::upstream {

// All but `pass` and `location` are kept from the client.
enum class AnswerHeadReader::Use : std::uint8_t {
  pass,
  drop,  // of this connection, or written by the session
  connection,
  content_length,
  date,
  transfer_encoding,
  status,
  location,
  upgrade,
  accel_redirect,
  accel_buffering,
  sendfile,
};

namespace {

using Field = AnswerHeadReader::Field;
using Use = AnswerHeadReader::Use;

constexpr std::size_t longest_head = 64 * 1024;
constexpr std::size_t most_fields = 200;
constexpr std::size_t usual_fields = 16;
constexpr std::string_view http_prefix = "HTTP/1.";

tl::unexpected<Error> bad(std::string_view message) {
  return fail(ErrorKind::bad_request, "the application's answer has " + std::string(message));
}

// The line at the front of `text` without its end, which is taken off with it.
std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

// "404", perhaps with a reason behind a space; 0 for anything else.
int status_in(std::string_view text) {
  constexpr std::size_t digits = 3;
  const bool ends_well = text.size() == digits || (text.size() > digits && text[digits] == ' ');
  if (!ends_well || !http::is_value_text(text)) return 0;
  const auto status = parse_decimal(text.substr(0, digits));
  return status && *status >= 100 && *status <= 599 ? static_cast<int>(*status) : 0;
}

// RFC 9112, 4. The reason may be missing, and the space before it, too.
Result<void> read_status_line(std::string_view line, AnswerHead& head) {
  constexpr std::size_t version = 8;  // "HTTP/1.1"
  const bool well_formed = line.starts_with(http_prefix) && line.size() > version &&
                           is_digit(line[version - 1]) && line[version] == ' ';
  head.status = well_formed ? status_in(line.substr(version + 1)) : 0;
  if (head.status == 0) return bad("the status line '" + printable(line, 60) + "'");
  head.keep_alive = line[version - 1] != '0';
  return {};
}

template <typename Visit>
void for_each_member(std::string_view list, Visit visit) {
  while (!list.empty()) {
    const std::string_view member = trim(http::take_until(',', list));
    if (!member.empty()) visit(member);
  }
}

struct Known {
  std::string_view name;
  Use use;
};
constexpr auto known = std::to_array<Known>({
    {"Connection", Use::connection},
    {"Content-Length", Use::content_length},
    {"Date", Use::date},
    {"Keep-Alive", Use::drop},
    {"Location", Use::location},
    {"Proxy-Authenticate", Use::drop},
    {"Proxy-Authorization", Use::drop},
    {"Proxy-Connection", Use::drop},
    {"Server", Use::drop},
    {"Status", Use::status},
    {"TE", Use::drop},
    {"Trailer", Use::drop},
    {"Transfer-Encoding", Use::transfer_encoding},
    {"Upgrade", Use::upgrade},
    {"X-Accel-Buffering", Use::accel_buffering},
    {"X-Accel-Redirect", Use::accel_redirect},
    {"X-Sendfile", Use::sendfile},
});

Use use_of(std::string_view name) {
  for (const Known& each : known) {
    if (equal_ignoring_case(each.name, name)) return each.use;
  }
  return Use::pass;
}

// What the Connection fields say, together.
struct Connection {
  bool keeps = false;
  bool closes = false;
  std::vector<std::string_view> names;  // of further fields that are not to be sent on

  bool lists(std::string_view name) const {
    return std::any_of(names.begin(), names.end(),
                       [name](std::string_view each) { return equal_ignoring_case(each, name); });
  }
};

Connection connection_of(const std::vector<Field>& fields) {
  Connection connection;
  for (const Field& field : fields) {
    if (field.use != Use::connection) continue;
    for_each_member(field.value, [&connection](std::string_view member) {
      if (equal_ignoring_case(member, "close")) {
        connection.closes = true;
      } else if (equal_ignoring_case(member, "keep-alive")) {
        connection.keeps = true;
      } else {
        connection.names.push_back(member);
      }
    });
  }
  return connection;
}

// RFC 9110, 8.6: a length that is said twice may be believed when it is the same.
Result<void> take_length(std::string_view value, AnswerHead& head) {
  const auto length = parse_decimal(value);
  if (!length) return bad("the Content-Length '" + printable(value, 40) + "'");
  if (head.content_length.value_or(*length) != *length) return bad("two Content-Lengths");
  head.content_length = length;
  return {};
}

Result<void> take_coding(std::string_view value, AnswerHead& head) {
  if (head.chunked || !equal_ignoring_case(value, "chunked")) {
    return bad("a Transfer-Encoding other than chunked");
  }
  head.chunked = true;
  return {};
}

Result<void> take(const Field& field, AnswerHead& head) {
  switch (field.use) {
    case Use::content_length: return take_length(field.value, head);
    case Use::transfer_encoding: return take_coding(field.value, head);
    case Use::date: head.date = field.value; return {};
    case Use::accel_redirect: head.accel_redirect = field.value; return {};
    case Use::sendfile: head.sendfile = field.value; return {};
    case Use::accel_buffering: head.unbuffered = equal_ignoring_case(field.value, "no"); return {};
    default: return {};
  }
}

bool is_sent_on(Use use, bool is_cgi, int status) {
  switch (use) {
    case Use::pass: return true;
    case Use::location: return true;
    case Use::status: return !is_cgi;  // outside of CGI it is a field like any other
    case Use::upgrade: return status == 101;
    default: return false;
  }
}

// RFC 9112, 6.1 and 6.3.
Result<void> settle_framing(bool is_http10, AnswerHead& head) {
  if (head.chunked && head.content_length) return bad("both Content-Length and chunks");
  if (head.chunked && is_http10) head.keep_alive = false;
  if (head.status < 200 || head.status == 204) {
    head.content_length.reset();
    head.chunked = false;
  }
  return {};
}

}  // namespace

Result<std::size_t> AnswerHeadReader::read(std::string_view input, AnswerHead& head) {
  const std::string_view start = input.substr(0, http_prefix.size());
  if (form_ == Form::http && !http_prefix.starts_with(start)) {
    return bad("no HTTP/1 status line: '" + printable(start) + "'");
  }
  const std::size_t length = find_end(input);
  if (length > longest_head || (length == 0 && input.size() > longest_head)) {
    return bad("a head of more than 64 KiB");
  }
  if (length == 0) return length;
  head = AnswerHead{};
  if (Result<void> read = read_lines(input.substr(0, length), head); !read) {
    return tl::unexpected(std::move(read.error()));
  }
  return length;
}

// The length of the head with its empty line, 0 while that has not come.
std::size_t AnswerHeadReader::find_end(std::string_view input) {
  for (;;) {
    const std::size_t end = input.find('\n', scanned_);
    if (end == std::string_view::npos) break;
    scanned_ = end + 1;
    std::string_view before = input.substr(0, end);
    if (before.ends_with('\r')) before.remove_suffix(1);
    if (before.empty() || before.ends_with('\n')) return scanned_;
  }
  scanned_ = input.size();
  return 0;
}

Result<void> AnswerHeadReader::read_lines(std::string_view text, AnswerHead& head) {
  const bool has_status_line = form_ == Form::http || text.starts_with("HTTP/");
  if (has_status_line) {
    if (Result<void> read = read_status_line(take_line(text), head); !read) return read;
  }
  const bool is_http10 = has_status_line && !head.keep_alive;
  if (Result<void> read = read_fields(text); !read) return read;
  if (!has_status_line) {
    const Result<int> status = cgi_status();
    if (!status) return tl::unexpected(status.error());
    head.status = *status;
  }
  head.fields = std::make_shared<http::HeaderBlock>();
  constexpr std::size_t spare = 64;  // for what a handler adds
  head.fields->reserve(text.size() + spare);
  if (Result<void> taken = take_fields(head); !taken) return taken;
  return settle_framing(is_http10, head);
}

Result<void> AnswerHeadReader::read_fields(std::string_view text) {
  fields_.clear();
  fields_.reserve(usual_fields);
  for (std::string_view line = take_line(text); !line.empty(); line = take_line(text)) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || !http::is_token(line.substr(0, colon))) {
      return bad("the malformed header line '" + printable(line, 60) + "'");
    }
    const std::string_view name = line.substr(0, colon);
    const std::string_view value = trim(line.substr(colon + 1));
    if (!http::is_value_text(value)) return bad("a control byte in " + printable(name, 60));
    if (fields_.size() == most_fields) return bad("more than 200 header fields");
    fields_.push_back({name, value, use_of(name)});
  }
  return {};
}

Result<void> AnswerHeadReader::take_fields(AnswerHead& head) const {
  const Connection connection = connection_of(fields_);
  head.keep_alive = (head.keep_alive || connection.keeps) && !connection.closes;
  for (const Field& field : fields_) {
    if (Result<void> taken = take(field, head); !taken) return taken;
    if (!is_sent_on(field.use, form_ == Form::cgi, head.status)) continue;
    // Connection has to list Upgrade (RFC 9110, 7.8).
    if (field.use == Use::upgrade || !connection.lists(field.name)) {
      head.fields->add(field.name, field.value);
    }
  }
  return {};
}

// RFC 3875, 6.2 and 6.3: Status, or a redirect where there is a Location, or 200.
Result<int> AnswerHeadReader::cgi_status() const {
  if (fields_.empty()) return bad("a head without a field");
  int said = 0;
  bool has_location = false;
  for (const Field& field : fields_) {
    has_location = has_location || (field.use == Use::location && !field.value.empty());
    if (field.use != Use::status) continue;
    const int status = status_in(field.value);
    if (status == 0 || (said != 0 && said != status)) {
      return bad("the Status '" + printable(field.value, 60) + "'");
    }
    said = status;
  }
  if (said == 0) return has_location ? 302 : 200;
  return said;
}

}  // namespace frontis::upstream
