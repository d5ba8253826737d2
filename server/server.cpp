#include "server.h"

#include <poll.h>

#include <csignal>
#include <cstdlib>
#include <memory>
#include <utility>

#include "errands.h"
#include "inherited.h"
#include "notify.h"
#include "predecessors.h"
#include "running.h"
#include "signals.h"
#include "start_up.h"
#include "successor.h"
#include "watchman.h"

namespace frontis {

namespace {

// What press had begun is made anew after the next start; nothing of it is half done on disk.
[[noreturn]] void leave_press_behind(Running& running, Log& log) {
  log.info("stopped, without waiting for what was being compressed");
  running.write_out();
  log.flush();
  std::_Exit(0);
}

// Whoever is served by another process until then is not to wait for the applications of this one.
// The other one has patience, and ends this one when that is over.
Result<void> wait_for(const Applications& applications, Predecessors& predecessors,
                      Signals& signals) {
  constexpr int period_ms = 20;
  while (!predecessors.are_gone()) {
    const Result<bool> ready = applications.are_ready();
    if (!ready) return tl::unexpected(ready.error());
    if (*ready) return {};
    pollfd told{signals.descriptor(), POLLIN, 0};
    if (::poll(&told, 1, period_ms) <= 0) continue;
    const int signal = signals.take();
    if (signal == SIGTERM || signal == SIGINT) return fail(ErrorKind::io, "told to stop");
  }
  return {};
}

}  // namespace

Result<void> serve(config::Settings settings, Log& log, const Serving& serving) {
  Signals signals;
  const Program program = Program::own();
  Inherited inherited = Inherited::take();
  Predecessors predecessors(std::move(inherited.predecessors));
  const Notify notify;
  Errands errands;
  raise_file_limit(settings.limits, log);
  const auto first = std::make_shared<const config::Settings>(std::move(settings));
  auto running = Running::open(first, std::move(inherited.sockets), errands, log,
                               [&] { return become_user(*first, log); });
  if (!running) return tl::unexpected(running.error());
  (*running)->start_applications();
  if (const auto ready = wait_for((*running)->applications(), predecessors, signals); !ready) {
    return ready;
  }
  Watchman watchman(**running, {errands, signals, notify, predecessors, log}, serving, program);
  watchman.listen_to_commands(std::move(inherited.control));
  (*running)->start();
  serving.ready((*running)->settings());
  predecessors.say_ready();
  notify.ready();
  watchman.serve_until_told();
  watchman.drain();
  if (!(*running)->stop()) leave_press_behind(**running, log);
  log.info("stopped");
  return {};
}

}  // namespace frontis
