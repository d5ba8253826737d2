#include "http/session.h"

#include <algorithm>
#include <utility>

#include "base/clock.h"
#include "http/dispatch.h"
#include "http/session_body.h"

namespace frontis::http {

namespace {

constexpr std::size_t most_unread = 64 * 1024;   // kept while an exchange is in flight
constexpr std::size_t most_queued = 64 * 1024;   // text of pipelined answers in one send
constexpr std::uint64_t most_sent = 512 * 1024;  // in a turn, before the others have theirs
constexpr std::uint64_t most_lingered = 16 * 1024 * 1024;
constexpr std::chrono::milliseconds linger_time{2'000};

}  // namespace

Session::Session(Sessions& all, net::PlainStream stream, net::Admission::Ticket ticket)
    : all_(all),
      stream_(std::move(stream)),
      watch_(all.loop_, stream_.descriptor(), *this),
      timer_(all.timers_, *this),
      ticket_(std::move(ticket)) {}

Session::~Session() = default;

// The first request has often come with its connection; one that is answered and over at once
// need not be watched at all.
void Session::begin() {
  if (!receive()) rest();
}

void Session::finish() {
  if (phase_ != Phase::reading || is_busy()) return;
  receive();  // a request that is already here is still answered
  if (phase_ == Phase::reading && !is_busy()) end();
}

// In the middle of a head, or of sending answers.
bool Session::is_busy() const {
  return conversation_ && (wants_room_ || conversation_->parser.has_begun());
}

void Session::end() {
  if (phase_ == Phase::ended) return;
  if (phase_ == Phase::answering) {
    record(false);
    if (conversation_->until_close && conversation_->answered) stream_.abandon();
  }
  phase_ = Phase::ended;
  watch_.want(false, false);
  timer_.clear();
  // We may be inside a call of the exchange's own: nothing is destroyed under its feet.
  if (conversation_) {
    conversation_->let_go_of_body();
    conversation_->abandoned = true;
    all_.loop_.retire(std::move(conversation_));
  }
  all_.ended(*this);
}

void Session::ready(bool readable, bool writable) {
  if (phase_ == Phase::lingering) return linger();
  if (writable) turn({});
  if (!readable || phase_ == Phase::ended || phase_ == Phase::lingering) return;
  if (is_hungry()) return serve_body();
  receive();
}

// False when nothing has come.
bool Session::receive() {
  const auto got = stream_.receive(all_.received_);
  switch (got.state) {
    case net::Stream::Transfer::State::blocked: return false;
    case net::Stream::Transfer::State::broken: end(); return true;
    case net::Stream::Transfer::State::ended:
      peer_ended_ = true;
      turn({});
      return true;
    case net::Stream::Transfer::State::moved: break;
  }
  received_ += got.bytes;
  turn({all_.received_.data(), got.bytes});
  return true;
}

// Everything that happens on a connection happens in a turn: new bytes are read for requests,
// answers are sent, and again while both go on.
void Session::turn(std::string_view fresh) {
  do {
    work(fresh);
    if (phase_ == Phase::ended || phase_ == Phase::lingering) return;
    wait();
    fresh = {};
  } while (serve_refused());
}

void Session::work(std::string_view fresh) {
  processing_ = true;
  const std::uint64_t enough = (conversation_ ? conversation_->out.moved() : 0) + most_sent;
  const bool kept = has_unread();
  if (kept) conversation_->in.append(fresh);
  Need need = process(kept ? conversation_->in.view() : fresh, kept);
  while (send() && need == Need::room && has_unread()) {
    wants_room_ = conversation_->out.moved() >= enough;
    if (wants_room_) break;
    need = process(conversation_->in.view(), true);
  }
  processing_ = false;
}

Session::Need Session::process(std::string_view input, bool kept) {
  std::size_t used = 0;
  Need need = Need::input;
  while (used < input.size()) {
    if (phase_ != Phase::reading && phase_ != Phase::discarding) {
      need = Need::room;
      break;
    }
    if (!conversation_) conversation_ = all_.borrow(*this);
    if (conversation_->out.waiting_text() > most_queued) {
      need = Need::room;
      break;
    }
    const std::string_view rest = input.substr(used);
    const std::size_t taken = phase_ == Phase::reading ? read_head(rest) : discard(rest);
    if (taken == 0 && (phase_ == Phase::reading || phase_ == Phase::discarding)) break;
    used += taken;
  }
  keep(input, used, kept);
  return need;
}

// What is left of the input stays until it is wanted: behind the head of an exchange in flight,
// whose request views it.
void Session::keep(std::string_view input, std::size_t used, bool kept) {
  if (!conversation_) return;
  if (kept) {
    conversation_->in.consume(used);
    conversation_->in.compact();
  } else {
    conversation_->in.append(input.substr(used));
  }
  if (phase_ != Phase::answering) return;
  set_aside();
  conversation_->exchange.request_to_read().move_to(conversation_->in.view().data());
}

// Bytes that are done with: 0 when more are needed, or when the exchange goes on and its head
// must stay.
std::size_t Session::read_head(std::string_view input) {
  Conversation& conversation = *conversation_;
  if (conversation.rules != all_.rules_ && !conversation.parser.has_begun()) {
    conversation.follow(all_.rules_);
  }
  Request& request = conversation.exchange.request_to_read();
  const auto length = conversation.parser.parse(input, request);
  if (!length) {
    refuse(length.error());
    return input.size();
  }
  if (*length == 0) return 0;
  head_timed_ = false;
  conversation.answered = conversation.body_broken = conversation.continued = false;
  if (conversation.rules->recorder) conversation.began = all_.loop_.turn_time();
  conversation.discarded = 0;
  conversation.body.reset();
  if (request.has_body()) {
    conversation.body.emplace(request, conversation.rules->limits.body);
  }
  phase_ = Phase::answering;
  dispatch(conversation.rules->router, conversation.exchange);
  if (conversation.answered && !conversation.out.has_body()) {
    finish_exchange();
    return *length;
  }
  conversation.head_length = *length;
  return 0;
}

std::size_t Session::discard(std::string_view input) {
  BodyDecoder& body = *conversation_->body;
  const auto step = body.decode(input);
  if (step) conversation_->discarded += step->consumed;
  // The answer is already on its way, so a fault in what follows only ends the connection.
  if (!step || conversation_->discarded > Sessions::most_discarded) {
    phase_ = Phase::closing;
    unread_input_ = true;
    return input.size();
  }
  if (body.is_done()) {
    conversation_->body.reset();
    phase_ = Phase::reading;
  }
  return step->consumed;
}

void Session::refuse(const Error& error) {
  Response response = plain_response(status_of(error.kind), error.message);
  conversation_->began = all_.loop_.turn_time();
  phase_ = Phase::closing;
  close_after_ = true;
  unread_input_ = true;
  head_timed_ = false;
  write_answer(response, false, false);
  record(true);
}

bool Session::wants_input() const {
  if (conversation_ && is_feeding()) return conversation_->body_taker->is_waiting();
  if (!conversation_) return !peer_ended_;
  return !peer_ended_ && conversation_->in.size() + conversation_->ahead.size() < most_unread;
}

// After a turn: what the connection waits for now, and how long it may take.
void Session::wait() {
  if (phase_ == Phase::discarding && peer_ended_ && !has_unread()) {
    phase_ = Phase::closing;  // the rest of the body will not come
    if (!wants_room_) return close();
  }
  if (!wants_room_ && phase_ == Phase::reading) return rest();
  if (phase_ == Phase::answering && peer_ended_ && !conversation_->is_tunnel) {
    const Call* const call = conversation_->exchange.call();
    if (call != nullptr && call->ends_with_client()) return end();
  }
  watch_.want(wants_input(), wants_room_);
  if (wants_room_ || is_reading_body()) return watch_rate();
  // Whoever answers, or gives the body, keeps a time limit of its own.
  rate_watched_ = false;
  timer_.clear();
}

// Between requests, or in the middle of a head.
void Session::rest() {
  rate_watched_ = false;
  if (peer_ended_) return end();
  watch_.want(true, false);
  if (conversation_ && conversation_->parser.has_begun()) {
    // One deadline for the whole head, however it drips.
    if (!std::exchange(head_timed_, true)) timer_.set(all_.limits().head_timeout);
    return;
  }
  if (all_.finishing_) {
    unread_input_ = true;  // a request may be on its way
    return close();
  }
  if (conversation_ && conversation_->in.empty()) all_.give_back(std::move(conversation_));
  timer_.set(all_.limits().idle_timeout);
}

// The client is to send the rest of a body.
bool Session::is_reading_body() const {
  return phase_ == Phase::discarding || (is_hungry() && !conversation_->is_tunnel);
}

void Session::watch_rate() {
  if (rate_watched_) return;
  rate_watched_ = true;
  head_timed_ = false;
  conversation_->received_mark = received_;
  conversation_->delivered_mark = delivered();
  timer_.set(all_.limits().rate_window);
}

// Bytes that really arrived: what lies in the kernel's send buffer has not reached anybody. Only
// the difference of two means something: that buffer may hold the end of an earlier conversation.
std::int64_t Session::delivered() const {
  return static_cast<std::int64_t>(conversation_->out.moved()) -
         static_cast<std::int64_t>(stream_.unacknowledged());
}

void Session::timer_due() {
  if (phase_ == Phase::lingering) return end();
  if (rate_watched_) {
    const std::int64_t least = all_.limits().min_rate * all_.limits().rate_window.count() / 1000;
    std::int64_t moved = delivered() - conversation_->delivered_mark;
    if (is_reading_body()) {
      moved += static_cast<std::int64_t>(received_ - conversation_->received_mark);
    }
    rate_watched_ = false;
    if (!wants_room_ && !is_reading_body()) return;  // the app takes its time, not the client
    if (moved >= least || least == 0) return watch_rate();
    stream_.abandon();
    return end();
  }
  if (!head_timed_) return end();
  refuse({ErrorKind::timeout, "the request's head took too long"});
  turn({});
}

void Session::close() {
  if (!unread_input_ && !has_unread()) return end();
  // Closing over unread bytes would make the kernel reset the connection and take our answer
  // back: we say that no more comes, and read until the peer has seen it (RFC 9112, 9.6).
  phase_ = Phase::lingering;
  stream_.end_sending();
  if (conversation_) all_.give_back(std::move(conversation_));
  received_ = 0;
  if (peer_ended_) return end();
  watch_.want(true, false);
  timer_.set(linger_time);
}

void Session::linger() {
  const auto got = stream_.receive(all_.received_);
  if (got.state == net::Stream::Transfer::State::blocked) return;
  received_ += got.bytes;
  if (got.state != net::Stream::Transfer::State::moved || received_ > most_lingered) end();
}

}  // namespace frontis::http
