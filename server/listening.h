// The listening sockets of the server: opened as the configuration says, or inherited; kept open
// over a reload; and handed on at an upgrade. Belongs to the main thread, which gives each lane
// copies of its own.
#pragma once

#include <utility>
#include <vector>

#include "base/descriptor.h"
#include "base/log.h"
#include "base/result.h"
#include "config/settings.h"
#include "inherited.h"

namespace frontis {

// One entry of `listen`, for one lane. Without sockets it is one that the lane has already.
struct LaneListen {
  config::Listen listen;
  std::vector<Descriptor> sockets;
};

class Listening {
 public:
  Listening() = default;
  // Removes the files of Unix sockets, unless another process goes on listening there.
  ~Listening();
  Listening(const Listening&) = delete;
  Listening& operator=(const Listening&) = delete;
  // For one that listens to nothing yet.
  void inherit(std::vector<Inherited::Socket> sockets) { inherited_ = std::move(sockets); }

  // Listens there from now on, and nowhere else. By lane: what each of them is to listen to.
  // Errors (net::open_listeners) leave everything as it was.
  [[nodiscard]] Result<std::vector<std::vector<LaneListen>>> listen_on(
      const std::vector<config::Listen>& listen, unsigned lanes);
  // The inherited sockets that nobody wanted so far.
  std::vector<Inherited::Socket> take_unwanted();
  // Says that nobody wants these, and closes them.
  static void drop(std::vector<Inherited::Socket> sockets, Log& log);

  // A copy of each socket, for whoever listens to all.
  std::vector<Descriptor> copies() const;

  // Sockets for a process that takes over. Valid until the next call of listen_on().
  std::vector<Handed> all() const;
  // Another process listens there now: nothing is removed at the end.
  void leave_to_another() { is_left_ = true; }
  // No new connections for this process, once the lanes have closed their copies.
  void close();
  // What the end of this does, for a process that ends in another way.
  void remove_files();

 private:
  struct Place {
    config::Listen listen;
    std::vector<Descriptor> sockets;  // shared by all who have a copy
    bool is_ours = true;              // bound by us, or by the server before us; not by systemd
  };

  Place* find(const config::Listen& listen);
  Result<Place> open(const config::Listen& listen, unsigned lanes);
  Place take_inherited(const config::Listen& listen);
  Result<void> add(const config::Listen& listen, std::vector<std::vector<LaneListen>>& by_lane,
                   std::vector<Place>& opened);
  static void remove_files_of(const std::vector<Place>& places);

  std::vector<Inherited::Socket> inherited_;
  std::vector<Place> places_;
  bool is_left_ = false;
};

}  // namespace frontis
