#include <cstdlib>
#include <utility>

#include "http/session.h"
#include "http/session_body.h"

namespace frontis::http {

void Conversation::SessionExchange::respond(Response response) {
  // The call of a client that left lives until the turn ends, and may be done before that.
  if (conversation_.abandoned) return;
  if (conversation_.session == nullptr) std::abort();  // answered twice
  override_fields(response);
  conversation_.session->answer(std::move(response));
}

std::unique_ptr<RequestBody> Conversation::SessionExchange::take_body() {
  return conversation_.abandoned ? nullptr : conversation_.session->take_body();
}

void Conversation::SessionExchange::inform(int status, const HeaderBlock* interim) {
  if (!conversation_.abandoned) conversation_.session->inform(status, interim);
}

void Conversation::SessionExchange::reroute(std::string path,
                                            std::shared_ptr<const HeaderBlock> override) {
  if (conversation_.abandoned) return;
  if (!prepare_reroute(std::move(path), std::move(override))) return respond(plain_response(500));
  conversation_.session->reroute();
}

const Client& Conversation::SessionExchange::client() {
  if (client_.address.empty() && !conversation_.abandoned) {
    conversation_.session->tell_client(client_);
  }
  return client_;
}

std::string_view Conversation::SessionExchange::request_id() {
  if (notes.request_id.empty() && !conversation_.abandoned) {
    conversation_.session->name_request(request_id_);
    notes.request_id = request_id_;
  }
  return notes.request_id;
}

std::string_view Conversation::SessionExchange::server_address() {
  if (conversation_.abandoned) return {};
  net::Address::Text text;
  local_address_ = conversation_.session->local().text(text);
  return local_address_;
}

std::uint16_t Conversation::SessionExchange::server_port() {
  return conversation_.abandoned ? 0 : conversation_.session->local().port();
}

void Conversation::follow(std::shared_ptr<const Rules> next) {
  rules = std::move(next);
  parser.obey(rules->limits);
}

void Conversation::let_go_of_body() {
  if (body_taker != nullptr) std::exchange(body_taker, nullptr)->let_go();
}

// Bytes may have come behind it since its taker let go.
void Conversation::put_back() {
  if (ahead.empty()) return;
  ahead.append(in.view());
  std::swap(in, ahead);
  ahead.clear();
}

void Conversation::clear(std::size_t kept_memory) {
  let_go_of_body();
  session = nullptr;
  parser.reset();
  exchange.clear();
  body.reset();
  in.clear();
  in.shrink(kept_memory);
  ahead.clear();
  ahead.shrink(kept_memory);
  head_length = 0;
  out.clear();
  out.shrink(kept_memory);
  answered = is_tunnel = false;
}

Sessions::Sessions(net::Loop& loop, net::TimerWheel& timers, std::shared_ptr<const Rules> rules)
    : loop_(loop),
      timers_(timers),
      rules_(std::move(rules)),
      received_memory_(std::make_unique_for_overwrite<char[]>(read_size)),
      received_(received_memory_.get(), read_size) {}

Sessions::~Sessions() = default;

void Sessions::add(net::PlainStream stream, net::Admission::Ticket ticket) {
  auto session = std::make_unique<Session>(*this, std::move(stream), std::move(ticket));
  session->index_ = static_cast<std::uint32_t>(sessions_.size());
  Session& added = *session;
  sessions_.push_back(std::move(session));
  added.begin();
}

void Sessions::follow(std::shared_ptr<const Rules> rules) {
  rules_ = std::move(rules);
  spare_.clear();
}

void Sessions::finish(std::function<void()> done) {
  last_answers_ = finishing_ = true;
  done_ = std::move(done);
  // An end moves the last session to the place of the one that ended, so we go backwards.
  for (std::size_t i = sessions_.size(); i-- > 0;) {
    if (i < sessions_.size()) sessions_[i]->finish();
  }
  if (sessions_.empty() && done_) std::exchange(done_, nullptr)();
}

void Sessions::fade(std::function<void()> done) {
  last_answers_ = true;
  done_ = std::move(done);
  if (sessions_.empty() && done_) std::exchange(done_, nullptr)();
}

void Sessions::abort() {
  while (!sessions_.empty()) sessions_.back()->end();
}

Sessions::Census Sessions::census() const {
  Census census;
  for (const auto& session : sessions_) {
    switch (session->phase_) {
      case Session::Phase::reading: ++(session->is_busy() ? census.reading : census.idle); break;
      case Session::Phase::answering: ++census.answering; break;
      default: ++census.closing;
    }
  }
  return census;
}

std::unique_ptr<Conversation> Sessions::borrow(Session& session) {
  std::unique_ptr<Conversation> conversation;
  if (spare_.empty()) {
    conversation = std::make_unique<Conversation>(rules_);
  } else {
    conversation = std::move(spare_.back());
    spare_.pop_back();
  }
  conversation->session = &session;
  return conversation;
}

void Sessions::give_back(std::unique_ptr<Conversation> conversation) {
  conversation->clear(kept_memory);
  // An answer that came later is still inside a call of the exchange.
  if (spare_.size() >= spares || conversation->rules != rules_) {
    return loop_.retire(std::move(conversation));
  }
  spare_.push_back(std::move(conversation));
}

void Sessions::ended(Session& session) {
  const std::uint32_t index = session.index_;
  std::swap(sessions_[index], sessions_.back());
  sessions_[index]->index_ = index;
  loop_.retire(std::move(sessions_.back()));
  sessions_.pop_back();
  if (sessions_.empty() && done_) std::exchange(done_, nullptr)();
}

}  // namespace frontis::http
