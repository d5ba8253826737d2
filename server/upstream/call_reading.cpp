// The answer of a call, from the connection to its spool.
#include <cstring>
#include <utility>

#include "base/text.h"
#include "upstream/call.h"

namespace frontis::upstream {

namespace {

constexpr std::uint64_t most_unheard = 1024 * 1024;  // of an answer that nobody reads any more

}  // namespace

void Call::receive() {
  const auto got = connection_->stream().receive(pool_.scratch());
  switch (got.state) {
    case net::Stream::Transfer::State::blocked: return;
    case net::Stream::Transfer::State::ended: return ended_by_peer();
    case net::Stream::Transfer::State::broken: error_ = got.error; return reset_by_peer();
    case net::Stream::Transfer::State::moved: break;
  }
  has_heard_ = true;
  const std::string_view fresh(pool_.scratch().data(), got.bytes);
  Buffer& unread = connection_->unread;
  if (unread.empty()) {
    const std::size_t used = take(fresh);
    if (connection_) connection_->unread.append(fresh.substr(used));
  } else {
    unread.append(fresh);
    const std::size_t used = take(unread.view());
    if (connection_) connection_->unread.consume(used);
  }
  settle();
}

// Bytes that are done with.
std::size_t Call::take(std::string_view input) {
  std::size_t used = 0;
  while (phase_ == Phase::talking && !has_ended_) {
    const auto step = connection_->codec().decode(input.substr(used));
    if (!step) {
      broken(step.error().message);
      return input.size();
    }
    used += step->consumed;
    if (step->event == Codec::Event::none) break;
    take_step(*step);
  }
  return used;
}

void Call::take_step(const Codec::Step& step) {
  switch (step.event) {
    case Codec::Event::none: return;
    case Codec::Event::interim:
      if (owner_ != nullptr) owner_->informed(connection_->codec().head());
      return;
    case Codec::Event::head: return take_head();
    case Codec::Event::content: return take_content(step.content);
    case Codec::Event::complete: has_ended_ = true; return;
  }
}

void Call::take_head() {
  head_ = std::move(connection_->codec().head());
  has_head_ = true;
  if (head_.unbuffered) answer_.stay_in_memory();
  if (head_.status != 101) return;
  if (!request_.upgrade) return broken("switched protocols without being asked to");
  is_tunnel_ = true;
  is_all_sent_ = false;
}

void Call::take_content(std::string_view content) {
  if (owner_ == nullptr) {
    unheard_ += content.size();
    // The process learns with its next write that nobody listens.
    if (unheard_ > most_unheard) fail({502, "the client has left"});
    return;
  }
  if (Result<void> kept = answer_.append(content); !kept) broken(kept.error().message);
}

void Call::ended_by_peer() {
  const std::string& where = place_.endpoint().text();
  if (!is_connected_) {
    const std::string why =
        error_ == 0 ? "it closed the connection at once" : std::strerror(error_);
    return retry_or_fail(Place::Outcome::unreachable,
                         {502, "cannot connect to " + where + ": " + why});
  }
  if (!has_heard_) {
    return retry_or_fail(Place::Outcome::broke,
                         {502, where + " closed the connection without an answer"});
  }
  if (!is_tunnel_) {
    if (const auto event = connection_->codec().closed(); !event) {
      return cut_off(event.error().message);
    }
  }
  has_ended_ = true;
  cannot_send_ = true;
  settle();
}

// Not the way to end an answer, whatever its form.
void Call::reset_by_peer() {
  if (!has_heard_ || is_tunnel_) return ended_by_peer();
  cut_off("the connection was reset before the answer was whole");
}

void Call::cut_off(const std::string& what) {
  retry_or_fail(Place::Outcome::broke, {502, place_.endpoint().text() + ": " + what});
}

// After each receive.
void Call::settle() {
  log_errors();
  if (phase_ == Phase::talking && has_ended_) complete();
  report();
}

void Call::broken(const std::string& what) { fail({502, place_.endpoint().text() + ": " + what}); }

void Call::complete() {
  phase_ = Phase::complete;
  timer_.clear();
  request_.stream.reset();
  const bool can_stay = connection_->codec().reusable() && connection_->unread.empty() &&
                        is_all_sent_ && !cannot_send_;
  if (can_stay) {
    pool_.keep(std::move(connection_));
  } else {
    end_connection();
  }
  // Behind keep(): who gets the place finds the connection.
  place_.end(Place::Outcome::worked);
}

// At the end of each receive: what came together is told together.
void Call::report() {
  if (phase_ == Phase::failed || !has_head_) return;
  if (owner_ == nullptr) {
    if (phase_ == Phase::complete) pool_.orphan_ended(*this);
    return;
  }
  if (phase_ == Phase::talking) {
    is_paused_ = answer_.is_full();
    watch();
    set_timer();
  }
  if (awaits_body()) return;
  if (std::exchange(is_reported_, true)) return owner_->progressed();
  owner_->answered();
  if (is_tunnel_ && phase_ == Phase::talking) send();
}

// Applications send the head by itself, and then the body. What ends between the two can be asked
// for again, as long as nobody has heard of this answer; and otherwise its client is told 502.
bool Call::awaits_body() const {
  if (phase_ != Phase::talking || is_tunnel_ || answer_.end() > 0) return false;
  // Some frameworks give the length of the file that they name, and no body.
  const bool is_promised = head_.content_length.value_or(0) > 0 && !head_.names_file();
  return is_promised && !head_.unbuffered;
}

void Call::watch() {
  const bool waits_for_room = is_blocked_ || (!unsent_.empty() && !is_connected_);
  connection_->want(!is_paused_, !cannot_send_ && waits_for_room);
}

void Call::log_errors() {
  if (!connection_) return;
  const std::string said = connection_->codec().take_errors();
  if (said.empty()) return;
  pool_.log().warning("app '{}': {}{}", pool_.app().name, printable(said, 8 * 1024),
                      id().empty() ? "" : " (request " + id() + ")");
}

}  // namespace frontis::upstream
