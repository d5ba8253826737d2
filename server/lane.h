// One loop with everything that runs on it: listeners, sessions, handlers, and its own part of
// the access log. The server starts one for each core; they share only what is given to the
// constructor.
#pragma once

#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "access_recorder.h"
#include "applications.h"
#include "base/log.h"
#include "config/settings.h"
#include "count_recorder.h"
#include "http/session.h"
#include "net/admission.h"
#include "net/listener.h"
#include "net/loop.h"
#include "net/proxy_greeting.h"
#include "net/timer.h"
#include "wiring.h"

namespace frontis {

class Lane : private net::Timer::Owner {
 public:
  // One socket for each of settings.listen. `access` may be null; all references outlive the lane.
  Lane(const config::Settings& settings, SharedMedia& media, Applications& applications,
       net::Admission& admission, Log& log, observe::AccessLog* access,
       std::vector<Descriptor> sockets);
  ~Lane() override;

  void start();
  // From any thread: no more connections, and `done` (called on the loop) when the last ended.
  void finish(std::function<void()> done);
  // From any thread: whatever still goes on ends now. Then join().
  void stop();
  void join();
  // From any thread, where `admin` is set: `told` gets, on the loop, what was counted so far.
  void count(std::function<void(observe::LaneFigures)> told);

 private:
  void accept(Descriptor socket, const net::Address& peer);
  void timer_due() override;

  const config::Settings& settings_;
  net::Admission& admission_;
  Log& log_;
  net::Loop loop_;
  net::TimerWheel timers_;
  std::unique_ptr<AccessRecorder> recorder_;
  std::unique_ptr<CountRecorder> counting_;  // null without `admin`
  Handlers handlers_;
  http::Sessions sessions_;
  net::ProxyGreetings greetings_;
  std::vector<std::unique_ptr<net::Listener>> listeners_;
  net::Timer flush_timer_;
  std::thread thread_;
};

}  // namespace frontis
