// What the calls of one loop to one application share: its idle connections, the calls whose
// clients have left, and the bell that wakes those in line. Owned by the front hall, one for each
// app and loop; the balancer behind it is shared by all loops.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "base/log.h"
#include "config/app_settings.h"
#include "net/loop.h"
#include "net/timer.h"
#include "upstream/balancer.h"
#include "upstream/connection.h"

namespace frontis::upstream {

class Call;

class Pool final : private Connection::Receiver, private net::Timer::Owner {
 public:
  // What to do about a backend that did not answer in time; null: nothing.
  using Stuck = std::function<void(BackendId)>;

  // All outlive this.
  Pool(net::Loop& loop, net::TimerWheel& timers, const config::App& app,
       const config::BufferSettings& buffers, Balancer& balancer, Log& log, Stuck stuck = nullptr);
  ~Pool() override;

  const config::App& app() const { return app_; }
  const config::BufferSettings& buffers() const { return buffers_; }
  const Codec& protocol() const { return *protocol_; }  // for what is sent
  Balancer& balancer() { return balancer_; }
  net::Loop& loop() { return loop_; }
  net::TimerWheel& timers() { return timers_; }
  Log& log() { return log_; }
  // What one receive may bring.
  std::span<char> scratch() { return {scratch_.get(), read_size}; }

  // An idle connection to `backend`; null when there is none.
  std::unique_ptr<Connection> take_idle(BackendId backend);
  // A new one, connected or on its way. Where a process serves one connection at a time, an idle
  // one makes way for it, here or on another loop.
  [[nodiscard]] Result<std::unique_ptr<Connection>> connect(BackendId backend,
                                                            const net::Endpoint& endpoint);
  // Its answer is complete; it may carry another, where the settings want that.
  void keep(std::unique_ptr<Connection> connection);

  // A call waits in line from now on: time may bring it its place.
  void ring_later();
  void stuck(BackendId backend) {
    if (stuck_) stuck_(backend);
  }

  // Takes a call over whose client has left, until the backend has done with it: a process of
  // ours is busy until then, whoever listens.
  void adopt(std::unique_ptr<Call> call);
  // It has done; called by the call itself.
  void orphan_ended(Call& call);

  std::size_t idle() const { return idle_.size(); }

 private:
  static constexpr std::chrono::milliseconds period{100};
  static constexpr std::size_t read_size = 64 * 1024;

  void connection_ready(Connection& connection, bool readable, bool writable) override;
  void timer_due() override;
  void drop_old();
  void drop(std::vector<std::unique_ptr<Connection>>::iterator connection);
  bool drop_one(BackendId backend);
  void count_idle() { idle_count_.store(idle_.size(), std::memory_order_relaxed); }

  net::Loop& loop_;
  net::TimerWheel& timers_;
  const config::App& app_;
  const config::BufferSettings& buffers_;
  Balancer& balancer_;
  Log& log_;
  Stuck stuck_;
  std::unique_ptr<Codec> protocol_;
  const std::unique_ptr<char[]> scratch_;  // no page of it exists before something is received
  std::vector<std::unique_ptr<Connection>> idle_;  // the one used last is at the end
  std::atomic<std::size_t> idle_count_ = 0;        // for the balancer
  std::vector<std::unique_ptr<Call>> orphans_;
  net::Timer timer_;
  bool is_timed_ = false;
  const bool makes_way_;
  std::shared_ptr<Pool*> self_;  // who asks from another loop looks whether we are still there
};

}  // namespace frontis::upstream
