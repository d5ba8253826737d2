// What all modes of the floor stand on: places, a loop of epoll, and what it watches.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace floor_bench {

inline constexpr std::size_t room_size = 64 * 1024;

[[noreturn]] inline void give_up(const std::string& why) {
  std::fprintf(stderr, "floor: %s\n", why.c_str());
  std::exit(1);
}

inline std::string contents(const char* name) {
  std::ifstream file(name, std::ios::binary);
  if (!file) give_up(std::string("cannot read ") + name);
  return {std::istreambuf_iterator<char>(file), {}};
}

// A port on loopback, or a path.
class Place {
 public:
  explicit Place(const std::string& text) {
    if (const int port = std::atoi(text.c_str()); port > 0) {
      auto* to = reinterpret_cast<sockaddr_in*>(&address_);
      to->sin_family = AF_INET;
      to->sin_port = htons(static_cast<std::uint16_t>(port));
      to->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
      length_ = sizeof *to;
    } else {
      auto* to = reinterpret_cast<sockaddr_un*>(&address_);
      to->sun_family = AF_UNIX;
      text.copy(to->sun_path, sizeof to->sun_path - 1);
      length_ = sizeof *to;
    }
  }
  int family() const { return address_.ss_family; }
  const sockaddr* address() const { return reinterpret_cast<const sockaddr*>(&address_); }
  socklen_t length() const { return length_; }

 private:
  sockaddr_storage address_{};
  socklen_t length_ = 0;
};

class Loop;

// What the loop watches.
struct Watched {
  explicit Watched(int socket) : descriptor(socket) {}
  Watched(const Watched&) = delete;
  Watched& operator=(const Watched&) = delete;
  virtual ~Watched() { ::close(descriptor); }
  virtual void ready(Loop& loop, std::uint32_t events) = 0;
  const int descriptor;
};

class Loop {
 public:
  Loop() : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {}

  void watch(Watched& watched, std::uint32_t events, int what = EPOLL_CTL_ADD) {
    epoll_event event{};
    event.events = events;
    event.data.ptr = &watched;
    ::epoll_ctl(epoll_, what, watched.descriptor, &event);
  }
  // Once the events at hand are done with: one of them may be its own.
  void forget(Watched& watched) { gone_.emplace_back(&watched); }

  [[noreturn]] void run() {
    std::array<epoll_event, 256> events;
    while (true) {
      const int count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), -1);
      for (int i = 0; i < count; ++i) {
        const epoll_event& event = events[static_cast<std::size_t>(i)];
        static_cast<Watched*>(event.data.ptr)->ready(*this, event.events);
      }
      gone_.clear();
    }
  }

  std::span<char> room() { return room_; }

 private:
  const int epoll_;
  std::vector<std::unique_ptr<Watched>> gone_;
  std::array<char, room_size> room_;
};

}  // namespace floor_bench
