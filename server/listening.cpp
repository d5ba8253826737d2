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

void Listening::remove_files() {
  if (!is_left_) remove_files_of(places_);
}

void Listening::remove_files_of(const std::vector<Place>& places) {
  for (const Place& place : places) {
    if (place.is_ours && place.listen.is_unix()) ::unlink(place.listen.unix_path.c_str());
  }
}

Listening::Place* Listening::find(const config::Listen& listen) {
  const auto place = std::find_if(places_.begin(), places_.end(),
                                  [&](const Place& each) { return each.listen == listen; });
  return place == places_.end() ? nullptr : &*place;
}

// Perhaps without any.
Listening::Place Listening::take_inherited(const config::Listen& listen) {
  Place place{listen, {}, true};
  for (Inherited::Socket& each : inherited_) {
    if (!each.socket.is_open() || !net::is_listening_on(each.socket.number(), listen)) continue;
    net::adopt_listener(each.socket.number());
    place.is_ours = each.name == own_name;
    place.sockets.push_back(std::move(each.socket));
  }
  return place;
}

Result<Listening::Place> Listening::open(const config::Listen& listen, unsigned lanes) {
  Place place = take_inherited(listen);
  if (!place.sockets.empty()) return place;
  auto opened = net::open_listeners(listen, lanes);
  if (!opened) return tl::unexpected(opened.error());
  return Place{listen, std::move(*opened), true};
}

Result<std::vector<std::vector<LaneListen>>> Listening::listen_on(
    const std::vector<config::Listen>& listen, unsigned lanes) {
  std::vector<std::vector<LaneListen>> by_lane(lanes);
  std::vector<Place> opened;
  for (const config::Listen& each : listen) {
    const auto added = add(each, by_lane, opened);
    if (added) continue;
    remove_files_of(opened);
    return tl::unexpected(added.error());
  }
  const auto wanted = std::partition(places_.begin(), places_.end(), [&](const Place& place) {
    return std::find(listen.begin(), listen.end(), place.listen) != listen.end();
  });
  const std::vector<Place> unwanted(std::make_move_iterator(wanted),
                                    std::make_move_iterator(places_.end()));
  places_.erase(wanted, places_.end());
  remove_files_of(unwanted);
  std::move(opened.begin(), opened.end(), std::back_inserter(places_));
  return by_lane;
}

Result<void> Listening::add(const config::Listen& listen,
                            std::vector<std::vector<LaneListen>>& by_lane,
                            std::vector<Place>& opened) {
  const auto lanes = static_cast<unsigned>(by_lane.size());
  const bool is_known = find(listen) != nullptr;
  if (!is_known) {
    auto place = open(listen, lanes);
    if (!place) return tl::unexpected(place.error());
    opened.push_back(std::move(*place));
  }
  for (unsigned lane = 0; lane < lanes; ++lane) {
    by_lane[lane].push_back({listen, {}});
    if (is_known) continue;
    auto own = share_of(opened.back().sockets, lane, lanes);
    if (!own) return tl::unexpected(own.error());
    by_lane[lane].back().sockets = std::move(*own);
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
    for (const Descriptor& socket : place.sockets) {
      sockets.push_back({socket.number(), place.is_ours ? own_name : activated_name});
    }
  }
  return sockets;
}

}  // namespace frontis
