#include "server.h"

#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <vector>

#include "admin.h"
#include "applications.h"
#include "control.h"
#include "lane.h"
#include "wiring.h"

namespace frontis {

namespace {

// A stop waits so long for threads that may not get the processor at all.
constexpr std::chrono::milliseconds press_patience{2000};
// And so long for processes that have no request left.
constexpr std::chrono::milliseconds app_patience{5000};

// Unix sockets that were bound are removed again, whatever way we leave.
class BoundPaths {
 public:
  ~BoundPaths() { remove(); }
  void remove() const {
    for (const auto& path : paths_) ::unlink(path.c_str());
  }
  void add(const config::Listen& listen) {
    if (listen.is_unix()) paths_.push_back(listen.unix_path);
  }

 private:
  std::vector<std::filesystem::path> paths_;
};

// The signals that we act on, as a descriptor. They are blocked in every thread.
class Signals {
 public:
  Signals() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
    descriptor_ = Descriptor(::signalfd(-1, &set, SFD_CLOEXEC));
  }
  int descriptor() const { return descriptor_.number(); }
  // The next one; 0 when there is none.
  int take() {
    signalfd_siginfo info{};
    const auto got = ::read(descriptor_.number(), &info, sizeof info);
    return got == sizeof info ? static_cast<int>(info.ssi_signo) : 0;
  }

 private:
  Descriptor descriptor_;
};

void raise_file_limit(const config::Limits& limits, Log& log) {
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0) return;
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
  if (files.rlim_max < limits.connections) {
    log.warning(
        "limits.connections is {}, but this process may open only {} files: raise the "
        "limit (ulimit -n, LimitNOFILE=) or lower limits.connections",
        limits.connections, files.rlim_max);
  }
}

unsigned lane_count(const config::Settings& settings) {
  const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
  return settings.threads > 0 ? settings.threads : cores;
}

// Those of each lane.
Result<std::vector<std::vector<Descriptor>>> open_sockets(const config::Settings& settings,
                                                          BoundPaths& bound) {
  const unsigned lanes = lane_count(settings);
  std::vector<std::vector<Descriptor>> by_lane(lanes);
  for (const config::Listen& listen : settings.listen) {
    auto sockets = net::open_listeners(listen, lanes);
    if (!sockets) return tl::unexpected(sockets.error());
    bound.add(listen);
    for (unsigned i = 0; i < lanes; ++i) by_lane[i].push_back(std::move((*sockets)[i]));
  }
  return by_lane;
}

// One for each of settings.admin.
Result<std::vector<Descriptor>> open_admin_sockets(const config::Settings& settings,
                                                   BoundPaths& bound, Log& log) {
  std::vector<Descriptor> all;
  for (const config::Listen& listen : settings.admin) {
    auto sockets = net::open_listeners(listen, 1);
    if (!sockets) return tl::unexpected(sockets.error());
    bound.add(listen);
    all.push_back(std::move(sockets->front()));
    log.info("figures are shown at {}", listen.text());
    if (!listen.is_local()) log.warning("{}", config::public_admin(listen));
  }
  return all;
}

// Null where `admin` is not set. What it looks at outlives it.
std::unique_ptr<Admin> make_admin(std::vector<Descriptor> sockets,
                                  const std::vector<std::unique_ptr<Lane>>& lanes,
                                  const SharedMedia& media, const Applications& applications,
                                  const observe::AccessLog* access, Log& log) {
  if (sockets.empty()) return nullptr;
  Admin::Watched watched;
  for (const auto& lane : lanes) {
    watched.lanes.emplace_back(
        [lane = lane.get()](Gathering::Told told) { lane->count(std::move(told)); });
  }
  watched.look = [&media, &applications, access](observe::Figures& figures) {
    figures.media = media.look();
    applications.look(figures.apps);
    if (access != nullptr) figures.log_lines_lost = access->lost();
  };
  return std::make_unique<Admin>(std::move(sockets), std::move(watched), log);
}

// Null when none is wanted.
Result<std::unique_ptr<observe::AccessLog>> open_access_log(const config::Settings& settings,
                                                            Log& log) {
  if (settings.log.access == "off") return nullptr;
  return observe::AccessLog::open(settings.log, log);
}

// The state folder is made while we may, for the user that we become.
void make_state(const config::Settings& settings, const passwd* user, Log& log) {
  if (settings.state.empty()) return;
  std::error_code error;
  const bool made = std::filesystem::create_directories(settings.state, error);
  if (error) {
    log.warning(
        "state: cannot make {} ({}): pins are kept in memory and lost at a restart; make "
        "the folder writable or set 'state'",
        settings.state.string(), error.message());
  }
  if (made && user && ::chown(settings.state.c_str(), user->pw_uid, user->pw_gid) != 0) {
    log.warning("state: cannot give {} to {}", settings.state.string(), user->pw_name);
  }
}

Result<void> become_user(const config::Settings& settings, Log& log) {
  const passwd* user = settings.user.empty() ? nullptr : ::getpwnam(settings.user.c_str());
  if (!settings.user.empty() && user == nullptr) {
    return fail(ErrorKind::invalid, "user: there is no user '" + settings.user +
                                        "' on this machine; make one or change 'user'");
  }
  make_state(settings, user, log);
  if (user == nullptr && ::geteuid() == 0) {
    log.warning("running as root, which serving files does not need: set 'user', such as www-data");
  }
  if (user == nullptr || user->pw_uid == ::geteuid()) return {};
  if (::initgroups(user->pw_name, user->pw_gid) != 0 || ::setgid(user->pw_gid) != 0 ||
      ::setuid(user->pw_uid) != 0) {
    return fail_errno("cannot become user '" + settings.user + "' (only root can)", errno);
  }
  return {};
}

// What `frontis purge` and the like ask for, and what they are told.
std::string obey(std::string_view command, Applications& applications) {
  constexpr std::string_view purge = "purge ";
  if (!command.starts_with(purge)) return "this server does not know that command";
  if (applications.cache() == nullptr) return "no route has 'cache_responses': nothing is kept";
  return std::to_string(applications.cache()->purge(command.substr(purge.size())));
}

// Null when there is no place for one.
std::optional<Control> open_control(const config::Settings& settings, Log& log) {
  if (settings.state.empty()) return std::nullopt;
  auto control = Control::open(settings.state);
  if (control) return std::move(*control);
  log.warning("{}; `frontis purge` will not work", control.error().message);
  return std::nullopt;
}

// Waits for a signal, or until `other` is readable (-1: none), for at most `milliseconds` (-1: for
// ever). The signal, or 0.
int wait_for(Signals& signals, int other, int milliseconds) {
  pollfd watched[] = {{signals.descriptor(), POLLIN, 0}, {other, POLLIN, 0}};
  while (::poll(watched, other >= 0 ? 2 : 1, milliseconds) < 0 && errno == EINTR) continue;
  return watched[0].revents != 0 ? signals.take() : 0;
}

// Returns when the server is to stop. SIGHUP: applications that we run start anew.
void serve_until_told(Signals& signals, const config::Settings& settings,
                      Applications& applications, Log& log) {
  auto control = open_control(settings, log);
  while (true) {
    const int signal = wait_for(signals, control ? control->descriptor() : -1, -1);
    if (signal == 0 && control) {
      control->serve([&](std::string_view command) { return obey(command, applications); });
    } else if (signal == SIGHUP) {
      log.info("SIGHUP: the processes of WSGI applications are replaced by new ones");
      applications.reload();
    } else {
      return;
    }
  }
}

// Until `all_done` is readable, the time is over, or a second signal to stop cuts it short. SIGHUP
// is none: there is nothing to reload any more.
void wait_for_answers(Signals& signals, int all_done, std::chrono::milliseconds most, Log& log) {
  const auto deadline = std::chrono::steady_clock::now() + most;
  while (true) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    const int milliseconds = static_cast<int>(std::max<std::int64_t>(0, left.count()));
    if (wait_for(signals, all_done, milliseconds) != SIGHUP) return;
    log.info("SIGHUP: nothing is replaced, because the server is stopping");
  }
}

void drain(std::vector<std::unique_ptr<Lane>>& lanes, Signals& signals,
           const config::Limits& limits, Log& log) {
  log.info("stopping: answers in flight are finished, for at most {} s",
           limits.drain.count() / 1000);
  const Descriptor all_done(::eventfd(0, EFD_CLOEXEC));
  const auto left = std::make_shared<std::atomic<std::size_t>>(lanes.size());
  for (const auto& lane : lanes) {
    lane->finish([left, descriptor = all_done.number()] {
      if (left->fetch_sub(1) != 1) return;
      const std::uint64_t one = 1;
      [[maybe_unused]] const auto written = ::write(descriptor, &one, sizeof one);
    });
  }
  wait_for_answers(signals, all_done.number(), limits.drain, log);
  for (const auto& lane : lanes) lane->stop();
  for (const auto& lane : lanes) lane->join();
}

// What press had begun is made anew after the next start; nothing of it is half done on disk.
[[noreturn]] void leave_press_behind(std::unique_ptr<observe::AccessLog> access,
                                     const BoundPaths& bound, Log& log) {
  log.info("stopped, without waiting for what was being compressed");
  access.reset();  // writes what the lanes have handed over
  log.flush();
  bound.remove();
  std::_Exit(0);
}

}  // namespace

Result<void> serve(const config::Settings& settings, Log& log, const std::function<void()>& ready) {
  Signals signals;
  raise_file_limit(settings.limits, log);
  BoundPaths bound;
  auto sockets = open_sockets(settings, bound);
  if (!sockets) return tl::unexpected(sockets.error());
  auto admin_sockets = open_admin_sockets(settings, bound, log);
  if (!admin_sockets) return tl::unexpected(admin_sockets.error());
  auto access = open_access_log(settings, log);
  if (!access) return tl::unexpected(access.error());
  auto applications = Applications::make(settings, log);
  if (!applications) return tl::unexpected(applications.error());
  if (auto became = become_user(settings, log); !became) return became;
  SharedMedia media(settings, SharedMedia::Press::works, log);
  net::Admission admission(settings.limits);
  std::vector<std::unique_ptr<Lane>> lanes;
  for (auto& own : *sockets) {
    lanes.push_back(std::make_unique<Lane>(settings, media, **applications, admission, log,
                                           access->get(), std::move(own)));
  }
  const auto admin =
      make_admin(std::move(*admin_sockets), lanes, media, **applications, access->get(), log);
  (*applications)->start();
  for (const auto& lane : lanes) lane->start();
  if (admin) admin->start();
  media.start();
  for (const config::Listen& listen : settings.listen) log.info("listening on {}", listen.text());
  if (admin) admin->set_serving(true);
  ready();
  serve_until_told(signals, settings, **applications, log);
  if (admin) admin->set_serving(false);
  drain(lanes, signals, settings.limits, log);
  if (admin) admin->stop();
  (*applications)->stop(app_patience);
  // The lanes stay: a job of press may still have something for their loops.
  if (!media.stop(press_patience)) leave_press_behind(std::move(*access), bound, log);
  log.info("stopped");
  return {};
}

}  // namespace frontis
