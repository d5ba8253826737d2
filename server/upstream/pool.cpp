#include "upstream/pool.h"

#include <algorithm>
#include <utility>

#include "upstream/call.h"
#include "upstream/codecs.h"

namespace frontis::upstream {

Pool::Pool(net::Loop& loop, net::TimerWheel& timers, const config::App& app,
           const config::BufferSettings& buffers, Balancer& balancer, Log& log, Stuck stuck)
    : loop_(loop),
      timers_(timers),
      app_(app),
      buffers_(buffers),
      balancer_(balancer),
      log_(log),
      stuck_(std::move(stuck)),
      protocol_(make_codec(app.protocol)),
      scratch_(std::make_unique_for_overwrite<char[]>(read_size)),
      timer_(timers, *this),
      makes_way_(app.protocol == config::Protocol::fastcgi),
      self_(std::make_shared<Pool*>(this)) {
  if (!makes_way_) return;
  balancer_.join(this, idle_count_, [&loop, self = std::weak_ptr<Pool*>(self_)](BackendId backend) {
    loop.post([self, backend] {
      if (const auto pool = self.lock()) (*pool)->drop_one(backend);
    });
  });
}

Pool::~Pool() {
  if (makes_way_) balancer_.leave(this);
}

std::unique_ptr<Connection> Pool::take_idle(BackendId backend) {
  for (std::size_t i = idle_.size(); i-- > 0;) {
    if (idle_[i]->backend() != backend) continue;
    std::unique_ptr<Connection> connection = std::move(idle_[i]);
    idle_.erase(idle_.begin() + static_cast<std::ptrdiff_t>(i));
    count_idle();
    const bool is_ours = app_.is_ours();  // and does not do that
    if (is_ours || net::is_silent(connection->stream().descriptor())) return connection;
    // connection_ready() is about to be told, but the request came first; what was said to nobody
    // would be its answer.
    connection->want(false, false);
    loop_.retire(std::move(connection));
  }
  return nullptr;
}

Result<std::unique_ptr<Connection>> Pool::connect(BackendId backend,
                                                  const net::Endpoint& endpoint) {
  // So idle connections never outnumber places, though some requests use none of them.
  if (!drop_one(backend) && makes_way_) balancer_.make_way(this, backend);
  auto socket = net::begin_connect(endpoint);
  if (!socket) return tl::unexpected(socket.error());
  return std::make_unique<Connection>(loop_, std::move(*socket), backend,
                                      make_codec(app_.protocol));
}

void Pool::keep(std::unique_ptr<Connection> connection) {
  if (app_.idle_timeout == std::chrono::milliseconds::zero()) {
    connection->want(false, false);
    return loop_.retire(std::move(connection));
  }
  ++connection->answers;
  connection->idle_since = coarse_now();
  connection->give_to(*this);
  connection->want(true, false);
  idle_.push_back(std::move(connection));
  count_idle();
  ring_later();
}

void Pool::ring_later() {
  if (std::exchange(is_timed_, true)) return;
  timer_.set(period);
}

// An idle connection has nothing to say: it was closed, or the backend broke the protocol.
void Pool::connection_ready(Connection& connection, bool, bool) {
  const auto found = std::find_if(idle_.begin(), idle_.end(),
                                  [&](const auto& one) { return one.get() == &connection; });
  if (found != idle_.end()) drop(found);
}

void Pool::drop(std::vector<std::unique_ptr<Connection>>::iterator connection) {
  (*connection)->want(false, false);
  loop_.retire(std::move(*connection));
  idle_.erase(connection);
  count_idle();
}

// The one that has waited longest.
bool Pool::drop_one(BackendId backend) {
  const auto found = std::find_if(idle_.begin(), idle_.end(),
                                  [backend](const auto& one) { return one->backend() == backend; });
  if (found == idle_.end()) return false;
  drop(found);
  return true;
}

void Pool::timer_due() {
  is_timed_ = false;
  balancer_.tend();
  drop_old();
  if (!idle_.empty() || balancer_.counts().waiting > 0) ring_later();
}

void Pool::drop_old() {
  const Instant now = coarse_now();
  std::erase_if(idle_, [&](const auto& connection) {
    return now - connection->idle_since >= app_.idle_timeout;
  });
  count_idle();
}

void Pool::adopt(std::unique_ptr<Call> call) { orphans_.push_back(std::move(call)); }

void Pool::orphan_ended(Call& call) {
  const auto found = std::find_if(orphans_.begin(), orphans_.end(),
                                  [&](const auto& one) { return one.get() == &call; });
  loop_.retire(std::move(*found));
  orphans_.erase(found);
}

}  // namespace frontis::upstream
