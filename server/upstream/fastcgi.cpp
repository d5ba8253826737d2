#include "upstream/fastcgi.h"

#include <algorithm>
#include <utility>

#include "upstream/fastcgi_records.h"
#include "upstream/params.h"

namespace frontis::upstream {

namespace {

using Event = Codec::Event;
using Step = Codec::Step;

constexpr std::uint8_t request_id = 1;
constexpr std::size_t end_size = 8;
// Bodies come in pieces of powers of two, which this cuts without a rest.
constexpr std::size_t longest_input_record = 32 * 1024;
constexpr std::size_t longest_errors = 8 * 1024;

tl::unexpected<Error> bad(std::string message) {
  return fail(ErrorKind::bad_request, std::move(message));
}

constexpr std::size_t byte_at(std::string_view text, std::size_t index) {
  return static_cast<unsigned char>(text[index]);
}

}  // namespace

Result<void> FastcgiCodec::begin(const Outgoing& outgoing, std::string& out) const {
  constexpr std::string_view responder_kept_open("\0\1\1\0\0\0\0\0", 8);
  append_record_head(RecordType::begin_request, responder_kept_open.size(), out);
  out.append(responder_kept_open);
  const Params variables(outgoing);
  FastcgiParamsWriter writer(out);
  for (const auto& [name, value] : variables.pairs()) writer.pair(name, value);
  writer.end();
  return {};
}

void FastcgiCodec::frame(std::string_view content, bool, std::string& out) const {
  while (!content.empty()) {
    const std::string_view piece = content.substr(0, longest_input_record);
    append_record_head(RecordType::standard_input, piece.size(), out);
    out.append(piece);
    content.remove_prefix(piece.size());
  }
}

void FastcgiCodec::finish(bool, std::string& out) const {
  append_record_head(RecordType::standard_input, 0, out);
}

void FastcgiCodec::expect(bool head_only) {
  reader_.reset();
  head_bytes_.clear();
  part_ = Part::record_head;
  content_left_.reset();
  is_expecting_ = true;
  has_head_ = has_ended_ = has_no_body_ = reusable_ = false;
  head_only_ = head_only;
  interims_ = 0;
}

Result<Step> FastcgiCodec::decode(std::string_view input) {
  std::size_t used = 0;
  while (is_expecting_) {
    const std::string_view rest = input.substr(used);
    if (part_ == Part::output) {
      Result<Step> step = read_output(rest);
      if (!step) return step;
      used += step->consumed;
      if (step->event != Event::none) return Step{step->event, used, step->content};
      if (step->consumed == 0) break;
      continue;
    }
    if (part_ == Part::record_head && has_ended_) {
      is_expecting_ = false;
      reusable_ = rest.empty();
      return Step{Event::complete, used};
    }
    const Result<std::size_t> taken = read_rest(rest);
    if (!taken) return tl::unexpected(taken.error());
    if (*taken == 0) break;
    used += *taken;
  }
  return Step{Event::none, used};
}

// All that is no output: 0 when more bytes are needed.
Result<std::size_t> FastcgiCodec::read_rest(std::string_view input) {
  if (part_ == Part::record_head) return read_record_head(input);
  if (part_ == Part::end) return read_end(input);
  const std::size_t count = std::min(left_, input.size());
  if (part_ == Part::errors) {
    const std::size_t room = longest_errors - std::min(longest_errors, errors_.size());
    errors_.append(input.substr(0, std::min(count, room)));
  }
  take(count);
  return count;
}

// `count` bytes of the record's content, or of its padding, are done with.
void FastcgiCodec::take(std::size_t count) {
  left_ -= count;
  if (left_ > 0) return;
  left_ = std::exchange(padding_, 0);
  part_ = left_ > 0 ? Part::padding : Part::record_head;
}

Result<std::size_t> FastcgiCodec::read_record_head(std::string_view input) {
  if (!input.empty() && byte_at(input, 0) != fastcgi_version) {
    return bad("the application does not speak FastCGI 1.0");
  }
  if (input.size() < record_head_size) return 0;
  const auto type = static_cast<RecordType>(byte_at(input, 1));
  const std::size_t id = byte_at(input, 2) << 8 | byte_at(input, 3);
  left_ = byte_at(input, 4) << 8 | byte_at(input, 5);
  padding_ = byte_at(input, 6);
  if (id == 0) {
    part_ = Part::skipped;  // about the connection as a whole; we have asked nothing
  } else if (id != request_id) {
    return bad("the application answers a FastCGI request that was not made");
  } else if (type == RecordType::standard_output) {
    part_ = Part::output;
  } else if (type == RecordType::standard_error) {
    part_ = Part::errors;
  } else if (type == RecordType::end_request) {
    if (left_ != end_size) return bad("the application's FastCGI end record is malformed");
    part_ = Part::end;
  } else {
    return bad("the application sends FastCGI records of type " +
               std::to_string(byte_at(input, 1)));
  }
  if (left_ == 0) take(0);
  return record_head_size;
}

Result<Step> FastcgiCodec::read_output(std::string_view input) {
  const std::string_view piece = input.substr(0, left_);
  if (piece.empty()) return Step{};
  return has_head_ ? read_content(piece) : read_answer_head(piece);
}

// A head that lies in one piece is read where it lies; otherwise the pieces are put together.
Result<Step> FastcgiCodec::read_answer_head(std::string_view piece) {
  const std::size_t before = head_bytes_.size();
  if (before > 0) head_bytes_.append(piece);
  const Result<std::size_t> length =
      reader_.read(before > 0 ? std::string_view(head_bytes_) : piece, head_);
  if (!length) return tl::unexpected(length.error());
  if (*length == 0) {
    if (before == 0) head_bytes_ = piece;
    take(piece.size());
    return Step{Event::none, piece.size()};
  }
  head_bytes_.clear();
  reader_.reset();
  const std::size_t count = *length - before;
  take(count);
  if (head_.status >= 200) {
    if (Result<void> begun = begin_body(); !begun) return tl::unexpected(begun.error());
    return Step{Event::head, count};
  }
  if (head_.status == 101) return bad("FastCGI cannot switch protocols, and the answer is a 101");
  if (++interims_ > most_interims) return bad("the application sends one 1xx after another");
  return Step{Event::interim, count};
}

Result<void> FastcgiCodec::begin_body() {
  if (head_.chunked) return bad("the application sends chunks within FastCGI");
  has_head_ = true;
  has_no_body_ = head_only_ || head_.status == 204 || head_.status == 304;
  if (!has_no_body_) content_left_ = head_.content_length;
  return {};
}

Result<Step> FastcgiCodec::read_content(std::string_view piece) {
  if (!has_no_body_ && content_left_) {
    if (*content_left_ == 0) {
      return bad("the application's answer is longer than its Content-Length");
    }
    if (piece.size() > *content_left_) piece = piece.substr(0, *content_left_);
    *content_left_ -= piece.size();
  }
  take(piece.size());
  if (has_no_body_) return Step{Event::none, piece.size()};
  return Step{Event::content, piece.size(), piece};
}

// Section 5.5: the application's exit code, and what became of the request.
Result<std::size_t> FastcgiCodec::read_end(std::string_view input) {
  if (input.size() < end_size) return 0;
  constexpr std::size_t status_offset = 4;
  switch (byte_at(input, status_offset)) {
    case 0: break;
    case 2: return bad("the application is overloaded (FCGI_OVERLOADED)");
    default: return bad("the application refuses the FastCGI request");
  }
  if (!has_head_) return bad("the application ended its answer before its head was whole");
  if (content_left_.value_or(0) > 0) {
    return bad("the application's answer is shorter than its Content-Length");
  }
  has_ended_ = true;
  take(end_size);
  return end_size;
}

Result<Event> FastcgiCodec::closed() {
  const bool was_expecting = std::exchange(is_expecting_, false);
  reusable_ = false;
  if (!was_expecting || has_ended_) return Event::complete;
  if (!has_head_) return bad("the application closed the connection before it had answered");
  return bad("the application closed the connection within its answer: no FastCGI end record");
}

}  // namespace frontis::upstream
