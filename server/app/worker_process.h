// One process of a WSGI application on the loop that watches it: what it says, when it is ready,
// when it has ended. Its owner (Supervisor) decides what follows. Destroyed before its end, it
// takes the process with it.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <string_view>

#include "app/output_lines.h"
#include "app/spawn.h"
#include "base/result.h"
#include "config/app_settings.h"
#include "net/loop.h"
#include "net/watch.h"

namespace frontis::app {

class WorkerProcess {
 public:
  // None of these is called inside start(); in none may the process be destroyed, but retired.
  class Owner {
   public:
    virtual ~Owner() = default;
    virtual void worker_ready(WorkerProcess& worker) = 0;
    virtual void worker_tired(WorkerProcess& worker) = 0;  // has answered max_requests
    virtual void worker_said(WorkerProcess& worker, std::string_view line) = 0;
    // The last that is heard of it; `status` is that of waitpid().
    virtual void worker_ended(WorkerProcess& worker, int status) = 0;
  };

  [[nodiscard]] static Result<std::unique_ptr<WorkerProcess>> start(
      net::Loop& loop, const config::WsgiSettings& settings, unsigned processes, Owner& owner);
  WorkerProcess(net::Loop& loop, Spawned spawned, Owner& owner);
  ~WorkerProcess();
  WorkerProcess(const WorkerProcess&) = delete;
  WorkerProcess& operator=(const WorkerProcess&) = delete;

  pid_t pid() const { return spawned_.pid; }
  const std::shared_ptr<const net::Endpoint>& endpoint() const { return spawned_.endpoint; }
  // Bytes of resident memory; 0 when that cannot be told.
  std::uint64_t memory() const;

  // To finish what it has, and end.
  void terminate();
  // To end now, with all its children that stayed in its process group.
  void kill();

 private:
  using Reader = void (WorkerProcess::*)();
  struct Source final : net::Watch::Owner {
    Source(WorkerProcess& of, net::Loop& loop, int descriptor, Reader reader);
    void ready(bool readable, bool writable) override;

    WorkerProcess& of;
    Reader reader;
    net::Watch watch;
  };

  void read_control();
  void read_output();
  void read_end();
  bool read_some();

  Owner& owner_;
  Spawned spawned_;
  OutputLines lines_;
  bool has_ended_ = false;
  Source control_;
  Source output_;
  Source ended_;
};

}  // namespace frontis::app
