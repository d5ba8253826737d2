#include "http/conditional.h"

#include <algorithm>
#include <optional>
#include <string>

#include "base/text.h"
#include "http/date.h"

namespace frontis::http {

namespace {

struct EntityTag {
  std::string_view opaque;  // with its quotes
  bool weak = false;
};

// RFC 9110, 8.8.3: etagc.
bool is_etag_char(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte == 0x21 || (byte >= 0x23 && byte != 0x7f);
}

// Takes an entity-tag off the front of `text`.
std::optional<EntityTag> take_tag(std::string_view& text) {
  std::string_view rest = text;
  EntityTag tag;
  tag.weak = rest.starts_with("W/");
  if (tag.weak) rest.remove_prefix(2);
  if (!rest.starts_with('"')) return std::nullopt;
  std::size_t end = 1;
  while (end < rest.size() && is_etag_char(rest[end])) ++end;
  if (end == rest.size() || rest[end] != '"') return std::nullopt;
  tag.opaque = rest.substr(0, end + 1);
  text = rest.substr(end + 1);
  return tag;
}

std::optional<EntityTag> whole_tag(std::string_view text) {
  const std::optional<EntityTag> tag = take_tag(text);
  return text.empty() ? tag : std::nullopt;
}

std::string_view skip(std::string_view text, std::string_view what) {
  return text.substr(std::min(text.find_first_not_of(what), text.size()));
}

// RFC 9110, 5.6.1.2: a list may have empty members. Commas may stand inside a tag.
bool any_match(std::string_view list, std::string_view etag, bool strongly) {
  if (trim(list) == "*") return true;
  const bool is_weak = etag.starts_with("W/");
  if (strongly && is_weak) return false;
  if (!etag.empty() && list == etag) return true;  // as a browser sends what it was given
  const std::optional<EntityTag> ours = whole_tag(etag);
  if (!ours) return false;
  for (list = skip(list, " \t,"); !list.empty(); list = skip(list, " \t,")) {
    const std::optional<EntityTag> theirs = take_tag(list);
    list = skip(list, " \t");
    if (!theirs || (!list.empty() && list.front() != ',')) return false;
    if (theirs->opaque == ours->opaque && !(strongly && theirs->weak)) return true;
  }
  return false;
}

// The date in a field; none when it was not sent, is malformed or was sent more than once.
std::optional<std::int64_t> date_in(const Request& request, FieldName name, std::int64_t now) {
  std::string scratch;
  const std::optional<std::string_view> field = request.combined(name, scratch);
  return field ? parse_date(*field, now) : std::nullopt;
}

// 13.2.2, steps 1 and 2: is this still what the client believes it to be?
bool is_as_expected(const Request& request, const Validators& validators, std::int64_t now) {
  std::string scratch;
  if (const auto tags = request.combined(FieldName::if_match, scratch)) {
    return any_match_strong(*tags, validators.etag);
  }
  const auto date = date_in(request, FieldName::if_unmodified_since, now);
  return !date || validators.last_modified == 0 || validators.last_modified <= *date;
}

// 13.2.2, steps 3 and 4: does the client have this already?
bool is_known(const Request& request, const Validators& validators, std::int64_t now) {
  std::string scratch;
  if (const auto tags = request.combined(FieldName::if_none_match, scratch)) {
    return any_match_weak(*tags, validators.etag);
  }
  if (request.method != Method::get && request.method != Method::head) return false;
  const auto date = date_in(request, FieldName::if_modified_since, now);
  if (!date || validators.last_modified == 0) return false;
  if (*date > now) return *date == validators.last_modified;
  return validators.last_modified <= *date;
}

bool selects_representation(Method method) {
  return method != Method::connect && method != Method::options && method != Method::trace;
}

}  // namespace

Precondition evaluate(const Request& request, const Validators& validators, std::int64_t now) {
  if (!selects_representation(request.method)) return Precondition::proceed;
  if (!is_as_expected(request, validators, now)) return Precondition::failed;
  if (!is_known(request, validators, now)) return Precondition::proceed;
  const bool is_read = request.method == Method::get || request.method == Method::head;
  return is_read ? Precondition::not_modified : Precondition::failed;
}

bool range_applies(const Request& request, const Validators& validators, std::int64_t now) {
  std::string scratch;
  const auto field = request.combined(FieldName::if_range, scratch);
  if (!field) return true;
  if (const std::optional<EntityTag> theirs = whole_tag(*field)) {
    return !theirs->weak && theirs->opaque == validators.etag;
  }
  // Our clock and that of the file count whole seconds, so one that is over is all that can be
  // told of 8.8.2.2's "did not change twice during the second".
  if (validators.last_modified == 0 || validators.last_modified >= now) return false;
  return parse_date(*field, now) == validators.last_modified;
}

bool any_match_weak(std::string_view list, std::string_view etag) {
  return any_match(list, etag, false);
}

bool any_match_strong(std::string_view list, std::string_view etag) {
  return any_match(list, etag, true);
}

}  // namespace frontis::http
