// Who of an application's backends gets the next request. One for each app, shared by all loops,
// so that max_connections and the queue mean the whole server: a mutex that is held for a few
// instructions. A request takes a Place, or waits in line for one; the least busy backend is
// chosen, one that failed is left alone for a while (passive health) and then gets one request
// at a time, and twice as many after each success (slow return).
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "config/app_settings.h"
#include "net/endpoint.h"

namespace frontis::upstream {

class Balancer;

using BackendId = std::uint64_t;  // never used twice; 0 is nobody's

// The right to one request at a backend; given back when destroyed. Belongs to one thread.
class Place {
 public:
  Place() = default;
  Place(Place&& other) noexcept;
  Place& operator=(Place&& other) noexcept;
  ~Place();

  explicit operator bool() const { return balancer_ != nullptr; }
  BackendId backend() const { return backend_; }
  // The backend is busy, and comes to this request when it is done with what it has.
  bool is_ahead() const { return is_ahead_; }
  const net::Endpoint& endpoint() const { return *endpoint_; }
  // When it was given; the epoch: never was.
  Instant since() const { return since_; }

  // What became of the request, for the health of the backend; said at most once.
  enum class Outcome {
    unknown,      // the client left, or we gave up
    worked,       // it answered
    unreachable,  // it could not be connected to: it gets none for a while
    broke,        // it closed without an answer: the same, after some in a row
  };
  void end(Outcome outcome);  // gives the place back

 private:
  friend class Balancer;
  Place(Balancer& balancer, BackendId backend, std::shared_ptr<const net::Endpoint> endpoint,
        const void* home, bool is_ahead)
      : balancer_(&balancer),
        backend_(backend),
        endpoint_(std::move(endpoint)),
        home_(home),
        since_(std::chrono::steady_clock::now()),
        is_ahead_(is_ahead) {}

  Balancer* balancer_ = nullptr;
  BackendId backend_ = 0;
  std::shared_ptr<const net::Endpoint> endpoint_;
  const void* home_ = nullptr;
  Instant since_{};
  bool is_ahead_ = false;
};

// What a request says of itself when it asks for a place.
struct Asking {
  BackendId avoided = 0;       // not there, if there is another
  const void* home = nullptr;  // the loop that asks
  // It may be taken back and sent elsewhere as long as no answer has come, so it can be sent ahead.
  bool can_move = false;
};

class Balancer {
 public:
  // Called with the place, on any thread and with no lock held: whoever waits has it brought to
  // its own loop. A place that nobody wants any more goes back by being destroyed.
  using Granted = std::function<void(Place)>;

  // In the line for a place; leaves it when destroyed.
  class Waiting {
   public:
    ~Waiting();

   private:
    friend class Balancer;
    Waiting(Balancer& balancer, std::uint64_t number) : balancer_(balancer), number_(number) {}
    Balancer& balancer_;
    std::uint64_t number_;
  };

  explicit Balancer(std::uint32_t longest_queue, Instant (*now)() = coarse_now)
      : longest_queue_(longest_queue), now_(now) {}

  // --- Backends. ---

  // May be given `capacity` requests at a time from now on. While it is quick, it gets up to
  // `ahead` more, which it finds when it is done: a process that need not sleep between two
  // requests answers a good third more of them.
  BackendId add(std::shared_ptr<const net::Endpoint> endpoint, std::uint32_t capacity,
                std::uint32_t ahead = 0);
  // Gets no more requests. `drained` is called, on any thread, perhaps at once, when the last
  // that it has is done; then the backend is forgotten.
  void retire(BackendId backend, std::function<void()> drained);
  // Whether there is any hope: the processes of an app that cannot even be imported will not be
  // there within its `wait`, so nobody need wait for them. Those in line are told by an empty
  // place.
  void set_hopeless(bool hopeless);

  // --- Requests. ---

  // A place that is given back goes to who waits on the same loop, which costs no wake-up; but
  // whoever is first in line is passed over so many times only.
  static constexpr std::uint32_t patience = 8;

  // A place now; none when all are taken or down, or when somebody has been waiting longer.
  std::optional<Place> take(Asking asking = {});
  // In line for one; null when the line is full. `granted` may be called at once.
  std::unique_ptr<Waiting> wait(Granted granted, Asking asking = {});
  // True while some backend is up: those in line wait for others, not for the app to be there.
  bool is_up() const;
  bool is_hopeless() const;
  // --- Idle connections. A FastCGI process (php-fpm) serves one connection at a time, and one that
  // is kept by a loop for its next request would hold it back from all others. ---

  // Closes one idle connection to `backend`; called on any thread.
  using GiveUp = std::function<void(BackendId backend)>;
  // `holder` tells its number of idle connections by `idle`; both outlive leave().
  void join(const void* holder, const std::atomic<std::size_t>& idle, GiveUp give_up);
  void leave(const void* holder);
  // `holder` is going to connect anew: has another one give up what it keeps.
  void make_way(const void* holder, BackendId backend);

  // To be called now and then while somebody waits: gives out what has become free by time.
  void tend();

  struct Counts {
    std::uint32_t backends = 0, up = 0, busy = 0, waiting = 0;
  };
  Counts counts() const;

 private:
  friend class Place;

  struct Backend {
    BackendId id = 0;
    std::shared_ptr<const net::Endpoint> endpoint;
    std::uint32_t capacity = 0;
    std::uint32_t allowed = 0;  // at most capacity; less while it returns
    std::uint32_t ahead = 0;
    std::uint32_t busy = 0;      // those ahead, too
    std::uint32_t usual_us = 0;  // that an answer takes, of late; 0: not known
    std::uint32_t failures = 0;  // in a row
    Instant down_until{};
    std::uint64_t last_asked = 0;
    bool retired = false;
    std::function<void()> drained;
  };
  struct Holder {
    const void* who;
    const std::atomic<std::size_t>* idle;
    GiveUp give_up;
  };
  struct Line {
    std::uint64_t number = 0;
    Granted granted;
    Asking asking;
    std::uint32_t passed_over = 0;
  };
  struct Grant {
    Granted granted;
    Place place;
  };

  // With the mutex held.
  Backend* find(BackendId id);
  Backend* choose(const Asking& asking);
  template <typename MayTake>
  Backend* least_busy(BackendId avoided, MayTake may_take);
  Place place_at(Backend& backend, const Asking& asking);
  std::vector<Grant> grants(const void* home);
  std::deque<Line>::iterator next_in_line(const void* home);

  static void give(std::vector<Grant> grants);
  void give_back(const Place& place, Place::Outcome outcome);
  void note(Backend& backend, Place::Outcome outcome, Instant since) const;

  const std::uint32_t longest_queue_;
  Instant (*const now_)();
  mutable std::mutex mutex_;
  std::vector<Backend> backends_;
  std::deque<Line> line_;
  std::vector<Holder> holders_;
  std::uint64_t last_number_ = 0;
  BackendId last_id_ = 0;
  std::uint64_t asked_ = 0;
  bool hopeless_ = false;
};

}  // namespace frontis::upstream
