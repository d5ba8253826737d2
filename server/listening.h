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
  // Removes the files of Unix sockets, unless another process listens there.
  ~Listening();
  Listening(const Listening&) = delete;
  Listening& operator=(const Listening&) = delete;
  // For one that listens to nothing yet. Until take_over() the files of these belong to the process
  // that has handed them over, which goes on if this one does not start.
  void inherit(std::vector<Inherited::Socket> sockets) { inherited_ = std::move(sockets); }
  void take_over();

  // By lane: what each of them is to listen to.
  using ByLane = std::vector<std::vector<LaneListen>>;

  // Opens what is new in `listen`. Errors (net::open_listeners) leave everything as it was, and so
  // does a Change that is not carried out.
  class Change;
  [[nodiscard]] Result<Change> prepare(const std::vector<config::Listen>& listen, unsigned lanes);
  // Listens there from now on, and nowhere else.
  ByLane carry_out(Change change);
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
  // Who has bound the socket, and removes its file in the end.
  enum class Owner { we, predecessor, systemd };

  struct Place {
    config::Listen listen;
    std::vector<Descriptor> sockets;  // shared by all who have a copy
    Owner owner = Owner::we;
  };

  const Place* find(const config::Listen& listen) const;
  Result<Place> open(const config::Listen& listen, unsigned lanes);
  Place take_inherited(const config::Listen& listen);
  Result<void> add(const config::Listen& listen, Change& change);
  static void remove_files_of(const std::vector<Place>& places);

  std::vector<Inherited::Socket> inherited_;
  std::vector<Place> places_;
  bool is_left_ = false;
};

class Listening::Change {
 public:
  Change(Change&&) noexcept = default;
  ~Change() { remove_files_of(opened_); }

 private:
  friend class Listening;
  Change(std::vector<config::Listen> listen, unsigned lanes)
      : listen_(std::move(listen)), by_lane_(lanes) {}

  std::vector<config::Listen> listen_;
  ByLane by_lane_;
  std::vector<Place> opened_;
};

}  // namespace frontis
