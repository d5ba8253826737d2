#include "commands/socket_holder.h"

#include <sys/socket.h>
#include <unistd.h>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string_view>

#include "base/text.h"

namespace frontis::commands {

namespace {

namespace fs = std::filesystem;

using Inodes = std::set<std::string, std::less<>>;

constexpr std::size_t most_lines = 1'000'000;  // of one table of the kernel's

// The listening sockets of /proc/net/tcp or tcp6 with this port:
// "  0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  0  0 12345 ..."
void add_inodes(const char* table, std::uint16_t port, Inodes& to) {
  constexpr std::string_view listening = "0A";
  std::ifstream in(table);
  std::string line;
  for (std::size_t lines = 0; lines < most_lines && std::getline(in, line); ++lines) {
    std::istringstream words(line);
    std::string number, local, remote, state, queues, timer, retries, user, timeout, inode;
    words >> number >> local >> remote >> state >> queues >> timer >> retries >> user >> timeout >>
        inode;
    const std::size_t colon = local.rfind(':');
    if (!words || state != listening || colon == std::string::npos) continue;
    unsigned its_port = 0;
    const char* const end = local.data() + local.size();
    std::from_chars(local.data() + colon + 1, end, its_port, 16);
    if (its_port == port) to.insert(inode);
  }
}

std::string name_of(const fs::path& process) {
  std::ifstream in(process / "comm");
  std::string name;
  std::getline(in, name);
  return printable(name);
}

bool holds(const fs::path& process, const Inodes& inodes) {
  constexpr std::string_view before = "socket:[";
  std::error_code error;
  for (fs::directory_iterator at(process / "fd", error), end; !error && at != end;
       at.increment(error)) {
    std::error_code gone;
    const std::string target = fs::read_symlink(at->path(), gone).string();
    if (gone || !target.starts_with(before)) continue;
    const std::string_view inode =
        std::string_view(target).substr(before.size(), target.size() - before.size() - 1);
    if (inodes.contains(inode)) return true;
  }
  return false;
}

}  // namespace

std::optional<Process> holder_of_port(std::uint16_t port) {
  Inodes inodes;
  add_inodes("/proc/net/tcp", port, inodes);
  add_inodes("/proc/net/tcp6", port, inodes);
  if (inodes.empty()) return std::nullopt;
  std::optional<Process> found;
  std::error_code error;
  for (fs::directory_iterator at("/proc", error), end; !error && at != end; at.increment(error)) {
    const auto id = parse_decimal(at->path().filename().native());
    if (!id || static_cast<pid_t>(*id) == ::getpid() || !holds(at->path(), inodes)) continue;
    Process process{static_cast<pid_t>(*id), name_of(at->path())};
    if (process.name == "frontis") return process;
    if (!found) found = std::move(process);
  }
  return found;
}

std::optional<Process> peer_of(int socket) {
  ucred peer{};
  socklen_t length = sizeof peer;
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &length) != 0 || peer.pid <= 0) {
    return std::nullopt;
  }
  return Process{peer.pid, name_of(fs::path("/proc") / std::to_string(peer.pid))};
}

}  // namespace frontis::commands
