#include "notify.h"

#include <fmt/core.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <ctime>

#include "base/text.h"

namespace frontis {

namespace {

std::string_view variable(const char* name) {
  const char* const value = std::getenv(name);
  return value != nullptr ? value : "";
}

// Half of what the manager waits for at most.
std::chrono::milliseconds wanted_period() {
  const auto process = variable("WATCHDOG_PID");
  const auto microseconds = parse_decimal(variable("WATCHDOG_USEC"));
  const bool is_for_us = process.empty() || process == std::to_string(::getpid());
  if (!microseconds || !is_for_us) return std::chrono::milliseconds(0);
  constexpr std::uint64_t longest_ms = 3'600'000;
  return std::chrono::milliseconds(std::clamp<std::uint64_t>(*microseconds / 2'000, 1, longest_ms));
}

}  // namespace

Notify::Notify() : path_(variable("NOTIFY_SOCKET")) {
  if (path_.empty()) return;
  socket_ = Descriptor(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  watchdog_period_ = wanted_period();
}

void Notify::say(std::string_view text) const {
  sockaddr_un address{};
  if (!socket_.is_open() || path_.size() >= sizeof address.sun_path) return;
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path_.data(), path_.size());
  if (path_.front() == '@') address.sun_path[0] = '\0';
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path_.size());
  [[maybe_unused]] const auto sent =
      ::sendto(socket_.number(), text.data(), text.size(), MSG_NOSIGNAL,
               reinterpret_cast<const sockaddr*>(&address), length);
}

void Notify::reloading() const {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  say(fmt::format("RELOADING=1\nMONOTONIC_USEC={}{:06}\nSTATUS=reading the configuration",
                  now.tv_sec, now.tv_nsec / 1000));
}

void Notify::goes_on_as(pid_t process) const {
  say(fmt::format("MAINPID={}\nSTATUS=process {} has taken over", process, process));
}

}  // namespace frontis
