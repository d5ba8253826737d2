// The admin address: its listeners, sessions and pages, on a loop and a thread of their own, so
// that whoever asks for figures holds up nobody who asks for a page. Once a second it looks at the
// whole server, for those who listen and for the history. The server makes one where `admin` is
// set, and stops it when the lanes have ended.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/log.h"
#include "config/settings.h"
#include "gathering.h"
#include "http/router.h"
#include "http/session.h"
#include "net/admission.h"
#include "net/listener.h"
#include "net/loop.h"
#include "net/timer.h"
#include "observe/admin_pages.h"
#include "observe/reporter.h"

namespace frontis {

class Admin final : private observe::Reporter, private net::Timer::Owner {
 public:
  struct Watched {
    std::vector<Gathering::Ask> lanes;  // that outlive their threads' end
    // Fills in what is shared by the lanes: media, apps, lost lines. Called on the admin's thread.
    std::function<void(observe::Figures&)> look;
  };

  // `sockets` are those of open_listeners() for `admin`. `log` outlives this.
  Admin(std::vector<Descriptor> sockets, Watched watched, Log& log);
  ~Admin() override;

  void start();
  // From any thread: what /ready says.
  void set_serving(bool is_serving) { is_serving_ = is_serving; }
  // Ends all connections, and the thread.
  void stop();

 private:
  class Question;
  // A counter that begins at 0 again when what it belongs to is made anew.
  struct Growing {
    std::uint64_t last = 0, before = 0;
    std::uint64_t total(std::uint64_t value);
  };

  bool is_serving() const override { return is_serving_; }
  std::unique_ptr<http::Call> ask(std::function<void(const observe::Figures&)> told) override;
  const observe::History& history() const override { return history_; }
  observe::EventStreams& streams() override { return streams_; }

  void accept(Descriptor socket, const net::Address& peer);
  void timer_due() override;
  void tick();
  observe::Figures look();
  void make_routes();

  const config::Limits limits_;
  const Watched watched_;
  Log& log_;
  net::Loop loop_;
  net::TimerWheel timers_;
  net::Admission admission_;
  Gathering gathering_;
  observe::EventStreams streams_;
  std::list<Question*> questions_;
  std::vector<observe::AdminPageHandler> handlers_;
  config::Site site_;
  http::Router router_;
  const std::vector<config::Network> nobody_;  // speaks for others
  http::Sessions sessions_;
  std::vector<std::unique_ptr<net::Listener>> listeners_;
  net::Timer timer_;
  observe::Figures latest_;  // of the last second
  observe::History history_;
  std::int64_t started_ = 0;  // seconds since 1970
  std::array<Growing, 5> growing_;
  std::atomic<bool> is_serving_{false};
  std::thread thread_;
};

}  // namespace frontis
