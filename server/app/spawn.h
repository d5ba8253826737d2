// Starts one process of a WSGI application: the interpreter with our worker (frontis_worker), which
// inherits a listening socket of the abstract namespace and a control socket, and whose stdout
// and stderr come through a pipe. It has a process group of its own, so that Ctrl-C in a terminal
// reaches the server alone. Nothing here waits for the process to be of use.
#pragma once

#include <sys/types.h>

#include <memory>

#include "base/descriptor.h"
#include "base/result.h"
#include "config/app_settings.h"
#include "net/endpoint.h"

namespace frontis::app {

struct Spawned {
  pid_t pid = 0;
  Descriptor ended;    // a pidfd: readable once the process has ended
  Descriptor control;  // bytes of the worker: '!' it is ready, 'r' it asks to be replaced
  Descriptor output;   // what it writes to stdout and stderr
  std::shared_ptr<const net::Endpoint> endpoint;
};

// `processes`: how many the application has. Only this process may connect to `endpoint`. The
// worker sees when `control` is closed, and ends. Errors name the interpreter or the directory.
[[nodiscard]] Result<Spawned> spawn_worker(const config::WsgiSettings& settings,
                                           unsigned processes);

}  // namespace frontis::app
