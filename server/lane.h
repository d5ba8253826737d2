// One loop with everything that runs on it: listeners, sessions, handlers, and its own part of
// the access log. The server starts one for each core; they share only what is given to the
// constructor, and the generation that they go by.
#pragma once

#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "access_recorder.h"
#include "base/log.h"
#include "count_recorder.h"
#include "generation.h"
#include "http/session.h"
#include "listening.h"
#include "net/admission.h"
#include "net/listener.h"
#include "net/loop.h"
#include "net/proxy_greeting.h"
#include "net/timer.h"
#include "wiring.h"

namespace frontis {

class Lane : private net::Timer::Owner {
 public:
  // What outlives the lane.
  struct Common {
    SharedMedia& media;
    net::Admission& admission;
    Log& log;
  };

  Lane(Common common, std::shared_ptr<Generation> generation, std::vector<LaneListen> listen);
  ~Lane() override;

  void start();
  // From any thread. What begins from now on goes by `generation`, also on connections that are
  // open; exchanges that go on keep what they have. Listens to those of `listen` and no others.
  // `done` is called on the loop when that is so.
  void change(std::shared_ptr<Generation> generation, std::vector<LaneListen> listen,
              std::function<void()> done);
  // From any thread: no more connections, and `done` (called on the loop) when the last ended.
  void finish(std::function<void()> done);
  // The same where another process goes on listening to the same sockets: what is in the backlog
  // is for it, and connections that rest may go on until their next answer or idle timeout.
  void hand_over(std::function<void()> done);
  // From any thread: calls it on the loop, which thereby shows that it turns.
  void tell_alive(std::function<void()> done) { loop_.post(std::move(done)); }
  // From any thread: `told` gets, on the loop, what was counted where `admin` is set.
  void count(std::function<void(observe::LaneFigures)> told);
  // From any thread: whatever still goes on ends now. Then join().
  void stop();
  void join();

 private:
  struct Part;
  struct Door;

  std::shared_ptr<Part> make_part(std::shared_ptr<Generation> generation);
  void open_doors(std::vector<LaneListen> listen);
  void accept(Descriptor socket, const net::Address& peer);
  void timer_due() override;

  net::Admission& admission_;
  SharedMedia& media_;
  Log& log_;
  net::Loop loop_;
  net::TimerWheel timers_;
  observe::Counts counts_;  // whatever the generation
  bool is_ending_ = false;  // on any thread: nothing is left for the end of a turn
  std::shared_ptr<Part> part_;
  std::vector<std::weak_ptr<Part>> older_;  // that exchanges still use
  http::Sessions sessions_;
  net::ProxyGreetings greetings_;
  std::vector<std::unique_ptr<Door>> doors_;
  net::Timer flush_timer_;
  std::thread thread_;
};

}  // namespace frontis
