#include "upstream/answer_stream.h"

#include <string>
#include <utility>

namespace frontis::upstream {

namespace {

using Event = Codec::Event;
using Step = Codec::Step;

tl::unexpected<Error> bad(std::string message) {
  return fail(ErrorKind::bad_request, std::move(message));
}

}  // namespace

void AnswerStream::expect(bool head_only) {
  reader_.reset();
  state_ = State::head;
  head_only_ = head_only;
  reusable_ = false;
  interims_ = 0;
}

Result<Step> AnswerStream::decode(std::string_view input) {
  switch (state_) {
    case State::head: return read_head(input);
    case State::body: return read_body(input);
    case State::until_close:
      if (input.empty()) return Step{};
      return Step{Event::content, input.size(), input};
    case State::ended: return complete(0, !input.empty());
    case State::idle: break;
  }
  return Step{};
}

Result<Step> AnswerStream::read_head(std::string_view input) {
  const Result<std::size_t> length = reader_.read(input, head_);
  if (!length) return tl::unexpected(length.error());
  if (*length == 0) return Step{};
  reader_.reset();
  if (head_.status < 200 && head_.status != 101) {
    if (++interims_ > most_interims) return bad("the application sends one 1xx after another");
    return Step{Event::interim, *length};
  }
  begin_body();
  return Step{Event::head, *length};
}

// RFC 9112, 6.3.
void AnswerStream::begin_body() {
  const bool has_none = head_only_ || head_.status == 204 || head_.status == 304;
  if (head_.status == 101) {
    state_ = State::until_close;
  } else if (has_none) {
    state_ = State::ended;
  } else if (head_.chunked) {
    body_ = http::BodyDecoder::chunked();
    state_ = State::body;
  } else if (head_.content_length) {
    body_ = http::BodyDecoder::counted(*head_.content_length);
    state_ = State::body;
  } else {
    state_ = State::until_close;
  }
}

Result<Step> AnswerStream::read_body(std::string_view input) {
  const Result<http::BodyDecoder::Step> step = body_.decode(input);
  if (!step) return bad("the application's answer is broken: " + step.error().message);
  if (!step->content.empty()) return Step{Event::content, step->consumed, step->content};
  if (body_.is_done()) return complete(step->consumed, step->consumed < input.size());
  return Step{Event::none, step->consumed};
}

Step AnswerStream::complete(std::size_t consumed, bool more_follows) {
  state_ = State::idle;
  reusable_ = head_.keep_alive && !more_follows;
  return Step{Event::complete, consumed};
}

Result<Event> AnswerStream::closed() {
  const State state = std::exchange(state_, State::idle);
  reusable_ = false;
  switch (state) {
    case State::head: return bad("the application closed the connection before it had answered");
    case State::body: return bad("the application closed the connection within its answer");
    default: return Event::complete;
  }
}

}  // namespace frontis::upstream
