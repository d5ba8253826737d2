// The request's body of a session: bytes from the connection to whoever answers, when they are
// asked for. What is not asked for stays in the kernel, and so slows the client.
#include "http/session_body.h"

#include <algorithm>

#include "http/http1_head.h"
#include "http/session.h"

namespace frontis::http {

namespace {

using Received = net::Stream::Transfer::State;

constexpr std::size_t most_fed = 512 * 1024;  // in a turn, before the others have theirs

Source::Pull copied(std::string_view bytes, std::span<char> into) {
  std::copy(bytes.begin(), bytes.end(), into.begin());  // which may be none: a chunk's size alone
  return {Source::State::data, bytes.size()};
}

}  // namespace

SessionBody::~SessionBody() {
  if (session_ != nullptr) session_->conversation_->body_taker = nullptr;
}

Source::Pull SessionBody::pull(std::span<char> into) {
  if (session_ == nullptr) return {State::failed};
  return session_->feed(into, fault_);
}

void SessionBody::when_ready(std::function<void()> wake) {
  wake_ = std::move(wake);
  if (session_ != nullptr && !session_->processing_) session_->wait();
}

std::unique_ptr<RequestBody> Session::take_body() {
  Conversation& conversation = *conversation_;
  const bool upgrades = conversation.exchange.request().find(FieldName::upgrade).has_value();
  if (conversation.body_taker != nullptr || (!conversation.body && !upgrades)) return nullptr;
  auto body = std::make_unique<SessionBody>(*this);
  conversation.body_taker = body.get();
  if (!processing_) set_aside();
  return body;
}

// What lies behind the head is the body's and comes to a place of its own, because the head has
// to stay: the request views it.
void Session::set_aside() {
  Conversation& conversation = *conversation_;
  const bool is_over = conversation.body && conversation.body->is_done();
  if (conversation.body_taker == nullptr || is_over) return;
  const std::string_view all = conversation.in.view();
  if (all.size() <= conversation.head_length) return;
  conversation.ahead.append(all.substr(conversation.head_length));
  conversation.in.truncate(conversation.head_length);
}

// Somebody pulls, and more is to come.
bool Session::is_feeding() const {
  if (phase_ != Phase::answering || conversation_->body_taker == nullptr) return false;
  return conversation_->is_tunnel || (conversation_->body && !conversation_->body->is_done());
}

bool Session::is_hungry() const { return is_feeding() && conversation_->body_taker->is_waiting(); }

Source::Pull Session::feed(std::span<char> into, Error& fault) {
  Conversation& conversation = *conversation_;
  // Inside the handler's call the bytes behind the head are not ours yet.
  if (processing_) {
    refused_pull_ = true;
    return {Source::State::pending};
  }
  if (conversation.is_tunnel) return feed_raw(into);
  if (!conversation.body) return {Source::State::pending};
  while (!conversation.body->is_done()) {
    if (conversation.ahead.empty()) {
      const Source::State refilled = refill();
      if (refilled != Source::State::data) return {refilled};
    }
    const auto step = conversation.body->decode(conversation.ahead.view().substr(0, into.size()));
    if (!step) {
      fault = step.error();
      conversation.body_broken = true;
      return {Source::State::failed};
    }
    const Source::Pull pulled = copied(step->content, into);
    conversation.ahead.consume(step->consumed);
    if (conversation.body->is_done()) end_body();
    if (pulled.bytes > 0) return pulled;
  }
  return {Source::State::end};
}

Source::Pull Session::feed_raw(std::span<char> into) {
  Buffer& ahead = conversation_->ahead;
  if (!ahead.empty()) {
    const Source::Pull pulled = copied(ahead.view().substr(0, into.size()), into);
    ahead.consume(pulled.bytes);
    return pulled;
  }
  if (peer_ended_) return {Source::State::end};
  if (conversation_->fed >= most_fed) return {Source::State::pending};
  const auto got = stream_.receive(into);
  received_ += got.bytes;
  conversation_->fed += got.bytes;
  switch (got.state) {
    case Received::moved: return {Source::State::data, got.bytes};
    case Received::blocked: return {Source::State::pending};
    case Received::ended: peer_ended_ = true; return {Source::State::end};
    case Received::broken: break;
  }
  end();
  return {Source::State::failed};
}

// More of the body from the connection. A client that leaves in the middle of it ends all.
Source::State Session::refill() {
  // The connection stays ready, so whoever waits is woken in the next turn.
  if (conversation_->fed >= most_fed) return Source::State::pending;
  ask_to_continue();
  if (phase_ == Phase::ended) return Source::State::failed;
  const auto got = stream_.receive(all_.received_);
  if (got.state == Received::blocked) return Source::State::pending;
  if (got.state != Received::moved) {
    end();
    return Source::State::failed;
  }
  received_ += got.bytes;
  conversation_->fed += got.bytes;
  conversation_->ahead.append({all_.received_.data(), got.bytes});
  return Source::State::data;
}

// RFC 9110, 10.1.1: the body comes when we say that it is wanted.
void Session::ask_to_continue() {
  Conversation& conversation = *conversation_;
  const Request& request = conversation.exchange.request();
  if (!request.expects_continue || request.http10 || conversation.answered) return;
  if (std::exchange(conversation.continued, true)) return;
  conversation.out.text().append(continue_head);
  turn({});
}

// What came behind the body is the next request's.
void Session::end_body() {
  Conversation& conversation = *conversation_;
  conversation.in.append(conversation.ahead.view());
  conversation.ahead.clear();
  conversation.exchange.request_to_read().move_to(conversation.in.view().data());
}

// The connection has something for whoever pulls.
void Session::serve_body() {
  refused_pull_ = false;
  conversation_->fed = 0;
  conversation_->body_taker->wake();
  if (phase_ != Phase::ended && phase_ != Phase::lingering) wait();
}

// Whoever pulled inside the handler's call tries again. What comes of it is taken up by the turn
// that goes on: the answers to many requests that came together are not given one inside another.
bool Session::serve_refused() {
  if (!refused_pull_ || !is_hungry()) return false;
  serving_ = true;
  serve_body();
  serving_ = false;
  return phase_ != Phase::ended && phase_ != Phase::lingering;
}

}  // namespace frontis::http
