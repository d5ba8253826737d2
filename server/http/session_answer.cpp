// The second half of a session: from a handler's answer to bytes on the connection.
#include <cstdlib>
#include <utility>

#include "base/clock.h"
#include "config/network.h"
#include "http/chunked_source.h"
#include "http/dispatch.h"
#include "http/forwarded.h"
#include "http/http1_head.h"
#include "http/session.h"

namespace frontis::http {

namespace {

constexpr int client_closed = 499;  // as other servers log a client that did not wait

bool carries_body(int status) { return status >= 200 && status != 204 && status != 304; }

}  // namespace

void Session::answer(Response response) {
  Conversation& conversation = *conversation_;
  if (phase_ != Phase::answering || conversation.answered) std::abort();  // answered twice
  conversation.answered = true;
  close_after_ = closes_after(response);
  const Request& request = conversation.exchange.request();
  write_answer(response, request.http10, request.method == Method::head);
  if (!processing_ && !serving_) turn({});
}

bool Session::closes_after(const Response& response) const {
  const Request& request = conversation_->exchange.request();
  if (response.close || !request.keep_alive || all_.last_answers_) return true;
  if (conversation_->body_broken) return true;
  if (!conversation_->body || conversation_->body->is_done()) return false;
  // A client that waits for "100 Continue" may send its body after our answer, or not; and a
  // long one costs more than a new connection.
  return (request.expects_continue && !conversation_->continued) ||
         conversation_->body->remaining().value_or(0) > Sessions::most_discarded;
}

void Session::write_answer(Response& response, bool http10, bool head_only) {
  if (response.upgrade) return open_tunnel(response);
  Conversation& conversation = *conversation_;
  const std::int64_t now = wall_seconds();
  HeadFraming framing;
  framing.http10 = http10;
  framing.keep_alive = !close_after_;
  framing.has_body = carries_body(response.status);
  framing.content_length = length_of(response.body);
  if (!framing.content_length) framing.content_length = response.length;
  if (ends_connection(framing)) close_after_ = true;
  ResponseHead head;
  head.status = response.status;
  head.date = all_.dates_.date(now);
  if (response.max_age) head.expires = all_.dates_.after(now, *response.max_age);
  head.fields = response.head.get();
  append_head(conversation.out.text(), head, framing);
  conversation.status = response.status;
  conversation.body_begins_at = conversation.out.moved() + conversation.out.waiting_text();
  conversation.body_length = 0;
  conversation.until_close = http10 && framing.has_body && !framing.content_length;
  if (head_only || !framing.has_body) return;
  if (!framing.content_length && !http10) {
    auto& source = std::get<std::unique_ptr<Source>>(response.body);
    source = std::make_unique<ChunkedSource>(std::move(source));
  }
  conversation.out.add(std::move(response.body), framing.content_length);
  if (!conversation.out.has_body()) conversation.body_length = *framing.content_length;
}

// RFC 9110, 7.8: from here on the connection speaks the protocol that its fields name.
void Session::open_tunnel(Response& response) {
  Conversation& conversation = *conversation_;
  std::string& out = conversation.out.text();
  append_interim(out, response.status, response.head.get(), "Connection: upgrade\r\n");
  conversation.status = response.status;
  conversation.body_begins_at = conversation.out.moved() + conversation.out.waiting_text();
  conversation.body_length = 0;
  conversation.until_close = conversation.is_tunnel = true;
  close_after_ = true;
  refused_pull_ = true;  // whoever pulls waits for this
  conversation.out.add(std::move(response.body));
}

void Session::inform(int status, const HeaderBlock* head) {
  Conversation& conversation = *conversation_;
  if (conversation.answered || conversation.exchange.request().http10) return;
  append_interim(conversation.out.text(), status, head, {});
  if (!processing_) turn({});
}

void Session::reroute() {
  // The call that asks for it is still running.
  if (auto call = conversation_->exchange.take_call()) all_.loop_.retire(std::move(call));
  dispatch(conversation_->rules->router, conversation_->exchange, Reach::internal);
}

void Session::tell_client(Client& client) const {
  net::Address::Text text;
  client = client_of(conversation_->exchange.request(), ticket_.client().text(text),
                     ticket_.client().port(), conversation_->rules->trusted_proxies);
}

void Session::name_request(std::string& id) const {
  net::Address::Text text;
  std::optional<std::string_view> given;
  if (config::contains(conversation_->rules->trusted_proxies, ticket_.client().text(text))) {
    given = given_request_id(conversation_->exchange.request());
  }
  id.assign(given.value_or(""));
  if (!given) all_.request_ids_.append_new(id);
}

const net::Address& Session::local() {
  if (!local_) {
    local_ = std::make_unique<net::Address>(net::local_address(stream_.descriptor()));
  }
  return *local_;
}

// True when all that was queued is out and the connection may go on.
bool Session::send() {
  wants_room_ = false;
  if (!conversation_ || phase_ == Phase::ended) return phase_ == Phase::reading;
  net::Pump& out = conversation_->out;
  switch (out.move(stream_)) {
    case net::Pump::State::failed: end(); return false;
    case net::Pump::State::blocked: wants_room_ = true; return false;
    case net::Pump::State::waiting: out.source()->when_ready([this] { turn({}); }); return false;
    case net::Pump::State::empty: break;
  }
  if (phase_ == Phase::answering) {
    if (!conversation_->answered) return false;
    finish_exchange();
  }
  if (phase_ == Phase::closing) {
    close();
    return false;
  }
  return true;
}

void Session::finish_exchange() {
  record(true);
  Conversation& conversation = *conversation_;
  const bool more_may_come = conversation.exchange.request().keep_alive;
  // Either may be what called us: it is freed when that is over.
  if (auto call = conversation.exchange.take_call()) all_.loop_.retire(std::move(call));
  if (auto source = conversation.out.take_ended()) all_.loop_.retire(std::move(source));
  conversation.let_go_of_body();
  conversation.exchange.clear();
  conversation.parser.reset();
  conversation.answered = false;
  conversation.in.consume(std::exchange(conversation.head_length, 0));
  conversation.put_back();
  const bool body_follows = conversation.body && !conversation.body->is_done();
  if (close_after_) {
    phase_ = Phase::closing;
    unread_input_ = body_follows || more_may_come;
    return;
  }
  phase_ = body_follows ? Phase::discarding : Phase::reading;
}

void Session::record(bool complete) const {
  if (!conversation_ || !conversation_->rules->recorder) return;
  Conversation& conversation = *conversation_;
  const bool is_refusal = phase_ != Phase::answering;
  const std::uint64_t moved = conversation.out.moved();
  const std::uint64_t begins_at = conversation.body_begins_at;
  Finished finished;
  finished.request = is_refusal ? nullptr : &conversation.exchange.request();
  finished.notes = &conversation.exchange.notes;
  net::Address::Text text;
  finished.client = ticket_.client().text(text);
  if (!is_refusal && !conversation.rules->trusted_proxies.empty()) {
    finished.client = conversation_->exchange.client().address;
  }
  finished.status = client_closed;
  if (is_refusal || conversation.answered) {
    finished.status = conversation.status;
    // A body in the text may still wait there, behind the answers before it.
    const bool is_queued = complete && conversation.body_length > 0;
    const std::uint64_t sent = moved > begins_at ? moved - begins_at : 0;
    finished.bytes = is_queued ? conversation.body_length : sent;
  }
  finished.began = conversation.began;
  finished.ended = std::chrono::steady_clock::now();
  finished.complete = complete;
  conversation.rules->recorder->record(finished);
}

}  // namespace frontis::http
