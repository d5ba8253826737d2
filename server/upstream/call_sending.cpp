// The request of a call, from its parts to the connection.
#include <array>
#include <utility>

#include "base/clock.h"
#include "upstream/call.h"

namespace frontis::upstream {

void Call::begin_sending() {
  unsent_ = request_.head;
  body_framed_ = 0;
  is_all_framed_ = !request_.body && (!request_.stream || request_.upgrade);
  is_all_sent_ = is_blocked_ = cannot_send_ = has_sent_ = false;
  error_ = 0;
  is_connected_ = connection_->answers > 0;
  send();
}

void Call::send() {
  while (send_some()) continue;
  if (phase_ != Phase::talking || !connection_) return;
  watch();
  set_timer();
}

// False when nothing can be sent now, or nothing is left.
bool Call::send_some() {
  if (cannot_send_ || (is_all_sent_ && !is_tunnel_)) return false;
  if (unsent_.empty()) {
    out_.clear();
    if (!fill()) return false;
    unsent_ = out_;
  }
  const iovec rest{const_cast<char*>(unsent_.data()), unsent_.size()};  // iovec has no const form
  const auto sent = connection_->stream().send({&rest, 1}, false);
  is_blocked_ = sent.state == net::Stream::Transfer::State::blocked;
  if (is_blocked_) return false;
  if (sent.state != net::Stream::Transfer::State::moved) {
    cannot_send_ = true;  // reading tells whether there is an answer
    error_ = sent.error;
    return false;
  }
  unsent_.remove_prefix(sent.bytes);
  has_sent_ = is_connected_ = true;
  is_all_sent_ = is_all_framed_ && unsent_.empty();
  if (is_all_sent_) sent_at_ = coarse_now();
  return true;
}

// More to send; false when there is none now.
bool Call::fill() {
  if (is_tunnel_) return fill_from_stream();
  if (is_all_framed_) return false;
  return request_.body ? fill_from_spool() : fill_from_stream();
}

bool Call::fill_from_spool() {
  std::array<char, copy_size> room;
  const auto got = request_.body->read(body_framed_, room);
  if (!got) {
    fail({502, got.error().message});
    return false;
  }
  const Codec& codec = connection_->codec();
  body_framed_ += *got;
  if (*got > 0) codec.frame({room.data(), *got}, request_.counted, out_);
  is_all_framed_ = body_framed_ == request_.body->end();
  if (is_all_framed_) codec.finish(request_.counted, out_);
  is_all_sent_ = is_all_framed_ && out_.empty();
  return !out_.empty();
}

bool Call::fill_from_stream() {
  std::array<char, copy_size> room;
  const Source::Pull got = request_.stream->pull(room);
  switch (got.state) {
    case Source::State::data:
      is_stream_used_ = true;
      if (is_tunnel_) {
        out_.append(room.data(), got.bytes);
      } else {
        connection_->codec().frame({room.data(), got.bytes}, request_.counted, out_);
      }
      return true;
    case Source::State::pending:
      request_.stream->when_ready([this] { stream_ready(); });
      return false;
    case Source::State::end: break;
    case Source::State::failed:
      fail({http::status_of(request_.stream->fault().kind), request_.stream->fault().message});
      return false;
  }
  if (is_tunnel_) {
    cannot_send_ = true;
    connection_->stream().end_sending();
    return false;
  }
  connection_->codec().finish(request_.counted, out_);
  is_all_framed_ = true;
  is_all_sent_ = out_.empty();
  return !out_.empty();
}

void Call::stream_ready() {
  if (phase_ == Phase::talking && connection_) send();
}

}  // namespace frontis::upstream
