#include "server.h"

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <utility>
#include <vector>

#include "errands.h"
#include "inherited.h"
#include "notify.h"
#include "running.h"
#include "signals.h"
#include "start_up.h"
#include "successor.h"
#include "watchman.h"

namespace frontis {

namespace {

Descriptor take_control(std::vector<Inherited::Socket>& sockets) {
  const auto found = std::find_if(sockets.begin(), sockets.end(),
                                  [](const auto& each) { return each.name == control_name; });
  if (found == sockets.end()) return {};
  Descriptor control = std::move(found->socket);
  sockets.erase(found);
  return control;
}

// What press had begun is made anew after the next start; nothing of it is half done on disk.
[[noreturn]] void leave_press_behind(Running& running, Log& log) {
  log.info("stopped, without waiting for what was being compressed");
  running.write_out();
  log.flush();
  std::_Exit(0);
}

}  // namespace

Result<void> serve(config::Settings settings, Log& log, const Serving& serving) {
  Signals signals;
  const Program program = Program::own();
  Inherited inherited = Inherited::take();
  Descriptor control = take_control(inherited.sockets);
  const Notify notify;
  Errands errands;
  raise_file_limit(settings.limits, log);
  const auto first = std::make_shared<const config::Settings>(std::move(settings));
  auto running = Running::open(first, std::move(inherited.sockets), errands, log,
                               [&] { return become_user(*first, log); });
  if (!running) return tl::unexpected(running.error());
  Watchman watchman(**running, {errands, signals, notify, log}, serving, program);
  watchman.listen_to_commands(std::move(control));
  (*running)->start();
  serving.ready((*running)->settings());
  say_ready(inherited.told);
  inherited.told.close();
  notify.ready();
  watchman.serve_until_told();
  watchman.drain();
  if (!(*running)->stop()) leave_press_behind(**running, log);
  log.info("stopped");
  return {};
}

}  // namespace frontis
