// The server between its start and its end: its lanes, and the generation that they go by. Belongs
// to the main thread, which calls it and does its errands.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "admin.h"
#include "app/supervision.h"
#include "base/log.h"
#include "base/result.h"
#include "config/settings.h"
#include "errands.h"
#include "generation.h"
#include "lane.h"
#include "listening.h"
#include "net/admission.h"
#include "wiring.h"

namespace frontis {

class Running {
 public:
  // Opens what the configuration names, and starts nothing. `become_user` is called when the
  // sockets are open, before any file is. Errors: what kept it from starting. All references
  // outlive this.
  [[nodiscard]] static Result<std::unique_ptr<Running>> open(
      std::shared_ptr<const config::Settings> settings, std::vector<Inherited::Socket> inherited,
      Errands& errands, Log& log, const std::function<Result<void>()>& become_user);
  ~Running();

  // Has the processes of applications started, which takes them a while.
  void start_applications();
  // Accepts connections from now on. The above comes first.
  void start();
  // Goes by `settings` from now on, for all that begins. What cannot be changed while it runs stays
  // as it was, and the log says so. Errors leave everything as it was.
  [[nodiscard]] Result<void> change(config::Settings settings);

  // `leaving`: another process goes on listening. It may be followed by `stopping`.
  enum class Finish { leaving, stopping };
  // No more connections. `done` is called as an errand when the last one has ended.
  void finish(Finish how, std::function<void()> done);
  // Ends the lanes and the processes of applications, whatever they do. False when press has not
  // ended then, and nothing may be freed.
  bool stop();

  // For a process that ends in another way than by the end of this.
  void write_out();

  // Has every lane say that it turns; true when all have since the last call.
  bool is_alive();

  const config::Settings& settings() const { return *generation_->settings; }
  Applications& applications() { return *generation_->applications; }
  // That of this generation, and those that exchanges of older ones still write to.
  std::vector<std::shared_ptr<observe::AccessLog>> access_logs();
  // Of all listening sockets, for a process that takes over.
  std::vector<Handed> sockets() const;

 private:
  Running(std::shared_ptr<const config::Settings> settings,
          std::vector<Inherited::Socket> inherited, Errands& errands, Log& log);

  void remember_access_log();
  std::shared_ptr<Generation> shared(std::unique_ptr<Generation> made);
  std::shared_ptr<Generation> current() const;
  struct Addresses {
    Listening::Change listen, admin;
  };
  Result<Addresses> prepare_addresses(const config::Settings& next, unsigned lanes);
  using Places = std::vector<config::Listen>;
  Error explained(Error error, const Places& wanted, Places config::Settings::*known) const;
  std::unique_ptr<Admin> make_admin();
  void start_admin();
  void change_lanes(Listening::ByLane listen);

  // Those that this was opened with: what lasts for as long as the process.
  const std::shared_ptr<const config::Settings> first_settings_;
  Errands& errands_;
  Log& log_;
  app::Supervision supervision_;
  Listening listening_, admin_listening_;
  net::Admission admission_;
  std::optional<SharedMedia> media_;
  mutable std::mutex mutex_;
  std::shared_ptr<Generation> generation_;  // changed under the mutex
  std::vector<std::weak_ptr<observe::AccessLog>> access_logs_;
  std::vector<std::unique_ptr<Lane>> lanes_;
  std::unique_ptr<Admin> admin_;                      // null where `admin` is not set
  std::shared_ptr<std::atomic<std::size_t>> silent_;  // lanes that have not answered is_alive()
};

}  // namespace frontis
