#include "listening.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <utility>

#include "net/listener.h"

namespace frontis {

namespace {

// Those of one lane: with more lanes than sockets several lanes listen to the same one, with more
// sockets than lanes a lane listens to several.
Result<std::vector<Descriptor>> share_of(const std::vector<Descriptor>& sockets, unsigned lane,
                                         unsigned lanes) {
  std::vector<Descriptor> copied;
  for (std::size_t i = lane; i < std::max<std::size_t>(sockets.size(), lanes); i += lanes) {
    Descriptor copy(::fcntl(sockets[i % sockets.size()].number(), F_DUPFD_CLOEXEC, 0));
    if (!copy.is_open()) return fail_errno("cannot copy a listening socket", errno);
    copied.push_back(std::move(copy));
  }
  return copied;
}

}  // namespace

Listening::~Listening() { remove_files(); }

void Listening::take_over() {
  for (Place& place : places_) {
    if (place.owner == Owner::predecessor) place.owner = Owner::we;
  }
}

void Listening::remove_files() {
  if (!is_left_) remove_files_of(places_);
}

void Listening::remove_files_of(const std::vector<Place>& places) {
  for (const Place& place : places) {
    const bool is_ours = place.owner == Owner::we;
    if (is_ours && place.listen.is_unix()) ::unlink(place.listen.unix_path.c_str());
  }
}

const Listening::Place* Listening::find(const config::Listen& listen) const {
  const auto place = std::find_if(places_.begin(), places_.end(),
                                  [&](const Place& each) { return each.listen == listen; });
  return place == places_.end() ? nullptr : &*place;
}

// Perhaps without any.
Listening::Place Listening::take_inherited(const config::Listen& listen) {
  Place place{listen, {}};
  for (Inherited::Socket& each : inherited_) {
    if (!each.socket.is_open() || !net::is_listening_on(each.socket.number(), listen)) continue;
    net::adopt_listener(each.socket.number());
    place.owner = each.name == own_name ? Owner::predecessor : Owner::systemd;
    place.sockets.push_back(std::move(each.socket));
  }
  return place;
}

Result<Listening::Place> Listening::open(const config::Listen& listen, unsigned lanes) {
  Place place = take_inherited(listen);
  if (!place.sockets.empty()) return place;
  auto opened = net::open_listeners(listen, lanes);
  if (!opened) return tl::unexpected(opened.error());
  return Place{listen, std::move(*opened)};
}

Result<Listening::Change> Listening::prepare(const std::vector<config::Listen>& listen,
                                             unsigned lanes) {
  Change change(listen, lanes);
  for (const config::Listen& each : listen) {
    if (const auto added = add(each, change); !added) return tl::unexpected(added.error());
  }
  return change;
}

Listening::ByLane Listening::carry_out(Change change) {
  const auto& listen = change.listen_;
  const auto wanted = std::partition(places_.begin(), places_.end(), [&](const Place& place) {
    return std::find(listen.begin(), listen.end(), place.listen) != listen.end();
  });
  const std::vector<Place> unwanted(std::make_move_iterator(wanted),
                                    std::make_move_iterator(places_.end()));
  places_.erase(wanted, places_.end());
  remove_files_of(unwanted);
  std::move(change.opened_.begin(), change.opened_.end(), std::back_inserter(places_));
  change.opened_.clear();
  return std::move(change.by_lane_);
}

Result<void> Listening::add(const config::Listen& listen, Change& change) {
  const auto lanes = static_cast<unsigned>(change.by_lane_.size());
  const bool is_known = find(listen) != nullptr;
  if (!is_known) {
    auto place = open(listen, lanes);
    if (!place) return tl::unexpected(place.error());
    change.opened_.push_back(std::move(*place));
  }
  for (unsigned lane = 0; lane < lanes; ++lane) {
    change.by_lane_[lane].push_back({listen, {}});
    if (is_known) continue;
    auto own = share_of(change.opened_.back().sockets, lane, lanes);
    if (!own) return tl::unexpected(own.error());
    change.by_lane_[lane].back().sockets = std::move(*own);
  }
  return {};
}

std::vector<Inherited::Socket> Listening::take_unwanted() {
  std::vector<Inherited::Socket> unwanted = std::exchange(inherited_, {});
  unwanted.erase(std::remove_if(unwanted.begin(), unwanted.end(),
                                [](const auto& each) { return !each.socket.is_open(); }),
                 unwanted.end());
  return unwanted;
}

void Listening::drop(std::vector<Inherited::Socket> sockets, Log& log) {
  for (const Inherited::Socket& each : sockets) {
    log.warning(
        "a listening socket that was handed to this process{} is not used, because neither "
        "'listen' nor 'admin' names its address",
        each.name.empty() ? "" : " (" + each.name + ")");
  }
}

std::vector<Descriptor> Listening::copies() const {
  std::vector<Descriptor> copied;
  for (const Place& place : places_) {
    for (const Descriptor& socket : place.sockets) {
      copied.emplace_back(::fcntl(socket.number(), F_DUPFD_CLOEXEC, 0));
    }
  }
  return copied;
}

void Listening::close() {
  for (Place& place : places_) place.sockets.clear();
}

std::vector<Handed> Listening::all() const {
  std::vector<Handed> sockets;
  for (const Place& place : places_) {
    const char* const name = place.owner == Owner::systemd ? activated_name : own_name;
    for (const Descriptor& socket : place.sockets) {
      sockets.push_back({socket.number(), name});
    }
  }
  return sockets;
}

}  // namespace frontis
