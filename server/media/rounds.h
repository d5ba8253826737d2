// Press's rounds: looks at every file of every root without being asked, at the start, when
// inotify tells of a change, and once an hour. Looking is done soon (what it holds, whether it is
// to be kept); compressing in idle time. So the first visitor finds the best variant, and a
// deploy finds the old version kept. One for each configuration that is in use; `explain` and the
// commands have none. A job of press holds what it works on, so the rest may end before it.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "media/root_watch.h"
#include "media/round.h"
#include "media/services.h"

namespace frontis::media {

class Rounds : public std::enable_shared_from_this<Rounds> {
 public:
  struct Pace {
    std::chrono::milliseconds tend{5'000};  // to look what other processes have written
    // To look at everything again: kept versions are noted as seen after an hour.
    std::chrono::milliseconds again{61 * 60'000};
  };
  // Begins at once; without a state folder there is nothing to do. `services` outlive this; what
  // the roots point to belongs to `settings`, which are kept for as long as this lives.
  static std::shared_ptr<Rounds> begin(const std::vector<PressedRoot>& roots, Services& services,
                                       std::shared_ptr<const config::Settings> settings, Pace pace);
  static std::shared_ptr<Rounds> begin(const std::vector<PressedRoot>& roots, Services& services,
                                       std::shared_ptr<const config::Settings> settings) {
    return begin(roots, services, std::move(settings), Pace());
  }
  // After stop().
  ~Rounds();
  Rounds(const Rounds&) = delete;
  Rounds& operator=(const Rounds&) = delete;

  // Returns when nothing more will be submitted to press but by jobs that run there.
  void stop();

 private:
  using Task = std::pair<std::size_t, std::string>;  // root and file

  Rounds(const std::vector<PressedRoot>& roots, Services& services,
         std::shared_ptr<const config::Settings> settings, Pace pace);
  void begin();
  void changed(RootWatch::Change change);
  void begin_looking();
  void look();
  bool look_at_one();
  void add_to_make(std::size_t root, std::string file);
  void make_one();
  void keep_time();
  void tend();
  void look_at_manifests();
  void look_at_young();
  void want_all();
  void start_clock();

  const std::shared_ptr<const config::Settings> settings_;
  Services& services_;
  const Pace pace_;
  std::vector<std::unique_ptr<Round>> rounds_;
  std::vector<const config::FilesAction*> watched_;  // until begin()
  std::atomic<bool> stopped_{false};

  std::mutex mutex_;
  bool looking_ = false;     // a job for it waits or runs
  bool look_again_ = false;  // something came while it ran
  std::deque<Task> to_make_;
  unsigned making_ = 0;       // jobs for it that wait or run
  bool left_out_ = false;     // there was too much to make: another round is needed
  bool has_made_ = false;     // something, since the round that left out
  std::int64_t foreign_ = 0;  // changes of the index by others, when last looked
  std::chrono::steady_clock::time_point looked_at_all_;

  std::condition_variable stop_soon_;
  std::thread clock_;
  std::unique_ptr<RootWatch> watch_;
};

}  // namespace frontis::media
