#include "upstream/call.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/clock.h"

namespace frontis::upstream {

namespace {

using std::chrono::milliseconds;

// How long a request that was sent ahead waits before another process may have it.
constexpr milliseconds look_elsewhere{100};
constexpr std::uint32_t most_broken = 3;            // connections that one request may cost
constexpr milliseconds longest_silence{3'600'000};  // in a tunnel

// "500 ms", "10 s"
std::string text_of(milliseconds length) {
  const bool is_short = length < milliseconds(1'000);
  return std::to_string(is_short ? length.count() : length.count() / 1000) +
         (is_short ? " ms" : " s");
}

}  // namespace

Call::Call(Pool& pool, Owner& owner, Request request)
    : pool_(pool),
      owner_(&owner),
      request_(std::move(request)),
      timer_(pool.timers(), *this),
      answer_(pool.buffers(), request_.buffered ? pool.buffers().file : 0) {
  // Without a body the request is one piece.
  if (!request_.body && (!request_.stream || request_.upgrade)) {
    pool_.protocol().finish(request_.counted, request_.head);
  }
}

Call::~Call() = default;

void Call::begin() {
  is_beginning_ = true;
  find_place();
  is_beginning_ = false;
}

// Most calls need none.
std::weak_ptr<Call*> Call::self() {
  if (!self_) self_ = std::make_shared<Call*>(this);
  return self_;
}

Asking Call::asking() const {
  const bool can_move = request_.idempotent && !request_.stream;
  return {.avoided = avoided_, .home = &pool_.loop(), .can_move = can_move};
}

void Call::find_place() {
  if (auto place = pool_.balancer().take(asking())) return open(std::move(*place));
  stand_in_line();
}

void Call::stand_in_line() {
  phase_ = Phase::waiting;
  if (pool_.balancer().is_hopeless()) {
    return fail({503, "its processes do not start; the reason was logged"});
  }
  // On any thread: the place comes to our loop, if we are still there; otherwise it goes back.
  waiting_ = pool_.balancer().wait(
      [loop = &pool_.loop(), self = self()](Place place) {
        const auto brought = std::make_shared<Place>(std::move(place));
        loop->post([self, brought] {
          if (const auto call = self.lock()) (*call)->open(std::move(*brought));
        });
      },
      asking());
  if (!waiting_) return fail({503, "its queue is full (apps: queue)"});
  if (in_line_since_ == Instant{}) in_line_since_ = coarse_now();
  pool_.ring_later();
  // One wait for all attempts: each comes back to the line.
  const auto shortest = std::min(pool_.app().wait, pool_.app().queue_timeout);
  timer_.set(std::max(milliseconds(0), shortest - waited()));
}

milliseconds Call::waited() const {
  return std::chrono::duration_cast<milliseconds>(coarse_now() - in_line_since_);
}

// Whoever waits for others waits longer than who waits for an application that is not there.
void Call::waited_enough() {
  const bool is_up = pool_.balancer().is_up();
  const milliseconds most = is_up ? pool_.app().queue_timeout : pool_.app().wait;
  const milliseconds so_far = waited();
  if (so_far < most && !pool_.balancer().is_hopeless()) return timer_.set(most - so_far);
  if (is_up) {
    return fail({503, "all its places were taken for " + text_of(most) +
                          " (apps: max_connections, queue_timeout)"});
  }
  const std::string why = failure_ ? failure_->reason : "none of its processes is ready";
  fail({failure_ ? failure_->status : 502, why + ", for " + text_of(so_far)});
}

void Call::open(Place place) {
  // The line may have ended meanwhile, by its own time limit.
  if (phase_ != Phase::waiting) return;
  waiting_.reset();
  if (!place) return find_place();  // the hope was lost, and may be back by now
  phase_ = Phase::talking;
  place_ = std::move(place);
  if (!connect()) return;
  connection_->give_to(*this);
  connection_->codec().expect(request_.head_only);
  has_heard_ = has_head_ = false;
  begin_sending();
}

// An idle connection may be closed by its backend at this moment. What may not be sent twice
// goes over a new one, unless the backend is a process of ours, which does not do that.
bool Call::connect() {
  const bool may_reuse = request_.idempotent || pool_.app().is_ours();
  if (may_reuse && !avoids_idle_) connection_ = pool_.take_idle(place_.backend());
  if (connection_) return true;
  auto connection = pool_.connect(place_.backend(), place_.endpoint());
  if (connection) {
    connection_ = std::move(*connection);
    return true;
  }
  has_sent_ = false;
  retry_or_fail(Place::Outcome::unreachable, {502, connection.error().message});
  return false;
}

// The connection could not be made, or it ended before the answer did.
void Call::retry_or_fail(Place::Outcome outcome, Failure failure) {
  const bool was_reused = connection_ && connection_->answers > 0;
  // An answer that its process breaks off says nothing of the others there.
  if (was_reused || is_reported_) outcome = Place::Outcome::unknown;
  end_connection();
  avoided_ = place_.backend();
  place_.end(outcome);
  failure_ = failure;
  const bool may_send = !is_stream_used_ && (!has_sent_ || request_.idempotent);
  if (!may_send || is_reported_ || owner_ == nullptr) return fail(std::move(failure));
  if (was_reused) avoids_idle_ = true;
  if (has_sent_ && !was_reused && ++broken_ >= most_broken) return fail(std::move(failure));
  // It was there: should it be gone now, that is another wait.
  if (has_sent_) in_line_since_ = {};
  if (!has_sent_ && in_line_since_ == Instant{}) in_line_since_ = coarse_now();
  phase_ = Phase::waiting;
  // Backends that take turns at being out of reach leave no time in line to be counted.
  const bool is_out_of_reach = !has_sent_ && !pool_.balancer().is_up();
  if (is_out_of_reach && waited() > pool_.app().wait) return fail(std::move(failure));
  if (retries_ < UINT8_MAX) ++retries_;
  find_place();
}

void Call::fail(Failure failure) {
  give_up(std::move(failure));
  if (!is_beginning_) return tell_failure();
  pool_.loop().post([self = self()] {
    if (const auto call = self.lock()) (*call)->tell_failure();
  });
}

void Call::give_up(Failure failure) {
  phase_ = Phase::failed;
  failure_ = std::move(failure);
  end_connection();
  place_.end(Place::Outcome::unknown);
  waiting_.reset();
  timer_.clear();
}

void Call::tell_failure() {
  if (owner_ == nullptr) return pool_.orphan_ended(*this);
  if (is_reported_) return owner_->progressed();
  is_reported_ = true;
  owner_->failed(*failure_);
}

// We may be inside its own callback.
void Call::end_connection() {
  if (!connection_) return;
  log_errors();
  connection_->want(false, false);
  pool_.loop().retire(std::move(connection_));
}

void Call::connection_ready(Connection&, bool readable, bool writable) {
  if (writable && !is_connected_) {
    if (error_ == 0) error_ = net::connect_result(connection_->stream().descriptor());
    if (error_ != 0) {
      return retry_or_fail(
          Place::Outcome::unreachable,
          {502, "cannot connect to " + place_.endpoint().text() + ": " + std::strerror(error_)});
    }
    is_connected_ = true;
  }
  if (writable) send();
  if (readable && connection_) receive();
}

void Call::set_timer() {
  const config::App& app = pool_.app();
  if (is_tunnel_) return timer_.set(longest_silence);
  if (!is_connected_) return timer_.set(app.connect_timeout);
  // Whoever reads slowly is the session's affair.
  if (is_paused_) return timer_.clear();
  if (!is_all_sent_ || has_heard_) return timer_.set(app.between_timeout);
  timer_.set(place_.is_ahead() ? look_elsewhere : app.answer_timeout);
}

void Call::timer_due() {
  if (phase_ == Phase::waiting) return waited_enough();
  if (phase_ != Phase::talking) return;
  if (place_.is_ahead() && is_all_sent_ && !has_heard_ && move()) return;
  // A client that is slow to send has time limits of its own.
  if (is_connected_ && !is_all_sent_ && !is_blocked_ && !has_heard_) return set_timer();
  Failure failure = too_slow();
  if (!is_connected_) return retry_or_fail(Place::Outcome::unreachable, std::move(failure));
  // A process that talks to nobody is not stuck: it learns now that its client has left.
  if (owner_ != nullptr || !has_heard_) pool_.stuck(place_.backend());
  fail(std::move(failure));
}

// The process is longer at work than was to be expected. False when it has had all the time that
// an answer may take.
bool Call::move() {
  Asking asked = asking();
  asked.avoided = place_.backend();
  asked.can_move = false;
  auto place = pool_.balancer().take(asked);
  if (!place || place->backend() == place_.backend()) {
    const auto waited = std::chrono::duration_cast<milliseconds>(coarse_now() - sent_at_);
    if (waited >= pool_.app().answer_timeout) return false;
    timer_.set(look_elsewhere);
    return true;
  }
  end_connection();
  place_.end(Place::Outcome::unknown);
  phase_ = Phase::waiting;
  open(std::move(*place));
  return true;
}

Failure Call::too_slow() const {
  const config::App& app = pool_.app();
  const std::string& where = place_.endpoint().text();
  if (!is_connected_) {
    return {504, where + " did not take the connection within " + text_of(app.connect_timeout) +
                     " (apps: connect_timeout)"};
  }
  if (!is_all_sent_) {
    return {504, where + " took nothing of the request for " + text_of(app.between_timeout) +
                     " (apps: between_timeout)"};
  }
  if (!has_heard_) {
    return {504, where + " did not answer within " + text_of(app.answer_timeout) +
                     " (apps: answer_timeout)"};
  }
  return {504, where + " sent nothing more of its answer for " + text_of(app.between_timeout) +
                   " (apps: between_timeout)"};
}

std::chrono::microseconds Call::time_at_app() const {
  if (place_.since() == Instant{}) return {};
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() -
                                                               place_.since());
}

std::optional<std::string> Call::take_text() {
  if (!is_complete() || pulled_ > 0 || !answer_.is_in_memory()) return std::nullopt;
  pulled_ = answer_.end();
  return answer_.take_text();
}

// FastCGI may bring all bytes that were promised, and not the record that says that they are all.
std::uint64_t Call::ready_bytes() const {
  const std::uint64_t there = answer_.size();
  const bool may_hold_last = !is_complete() && there > 0 && head_.content_length;
  return may_hold_last && answer_.end() >= *head_.content_length ? there - 1 : there;
}

Source::Pull Call::pull(std::span<char> into) {
  if (const std::uint64_t ready = ready_bytes(); ready > 0) {
    const auto most = static_cast<std::size_t>(std::min<std::uint64_t>(ready, into.size()));
    const auto got = answer_.read(pulled_, into.first(most));
    if (!got) {
      // Whoever pulls learns it by that, and is not called back inside of it.
      answer_.drop_to(answer_.end());
      give_up({502, got.error().message});
      return {Source::State::failed};
    }
    pulled_ += *got;
    answer_.drop_to(pulled_);
    if (is_paused_ && !answer_.is_full() && answer_.size() <= pool_.buffers().memory / 2) {
      is_paused_ = false;
      watch();
      set_timer();
    }
    return {Source::State::data, *got};
  }
  if (phase_ == Phase::failed) return {Source::State::failed};
  return {is_complete() ? Source::State::end : Source::State::pending};
}

void Call::leave(std::unique_ptr<Call> call) {
  const bool is_ours = call->pool_.app().is_ours();
  if (!is_ours || call->phase_ != Phase::talking || !call->is_all_sent_) return;
  call->owner_ = nullptr;
  call->request_.stream.reset();
  call->answer_.drop_to(call->answer_.end());
  call->is_paused_ = false;
  call->watch();
  call->set_timer();
  call->pool_.adopt(std::move(call));
}

}  // namespace frontis::upstream
