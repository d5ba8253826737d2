#include <utility>

#include "http/session.h"

namespace frontis::http {

void Conversation::SessionExchange::respond(Response response) {
  conversation_.session->answer(std::move(response));
}

Sessions::Sessions(net::Loop& loop, net::TimerWheel& timers, const config::Limits& limits,
                   const Router& router, Recorder* recorder)
    : loop_(loop),
      timers_(timers),
      limits_(limits),
      router_(router),
      recorder_(recorder),
      received_(read_size) {}

Sessions::~Sessions() = default;

void Sessions::add(std::unique_ptr<net::Stream> stream, const net::Address& client,
                   net::Admission::Ticket ticket) {
  auto session = std::make_unique<Session>(*this, std::move(stream), client, std::move(ticket));
  session->index_ = sessions_.size();
  Session& added = *session;
  sessions_.push_back(std::move(session));
  added.begin();
}

void Sessions::finish(std::function<void()> done) {
  finishing_ = true;
  done_ = std::move(done);
  // An end moves the last session to the place of the one that ended, so we go backwards.
  for (std::size_t i = sessions_.size(); i-- > 0;) {
    if (i < sessions_.size()) sessions_[i]->finish();
  }
  if (sessions_.empty() && done_) std::exchange(done_, nullptr)();
}

void Sessions::abort() {
  while (!sessions_.empty()) sessions_.back()->end();
}

std::unique_ptr<Conversation> Sessions::borrow(Session& session) {
  std::unique_ptr<Conversation> conversation;
  if (spare_.empty()) {
    conversation = std::make_unique<Conversation>(limits_);
  } else {
    conversation = std::move(spare_.back());
    spare_.pop_back();
  }
  conversation->session = &session;
  return conversation;
}

void Sessions::give_back(std::unique_ptr<Conversation> conversation) {
  if (spare_.size() >= spares) return;
  conversation->session = nullptr;
  conversation->parser.reset();
  conversation->exchange.clear();
  conversation->body.reset();
  conversation->head_length = 0;
  conversation->answered = false;
  conversation->in.clear();
  conversation->in.shrink(kept_memory);
  conversation->out.clear();
  conversation->out.shrink(kept_memory);
  spare_.push_back(std::move(conversation));
}

void Sessions::ended(Session& session) {
  const std::size_t index = session.index_;
  std::swap(sessions_[index], sessions_.back());
  sessions_[index]->index_ = index;
  loop_.retire(std::move(sessions_.back()));
  sessions_.pop_back();
  if (finishing_ && sessions_.empty() && done_) std::exchange(done_, nullptr)();
}

}  // namespace frontis::http
