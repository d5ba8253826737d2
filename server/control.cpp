#include "control.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace frontis {

namespace {

constexpr std::size_t longest_line = 16 * 1024;
constexpr const char* file_name = "control.sock";

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;
using Instant = Clock::time_point;

Result<sockaddr_un> address_of(const std::filesystem::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.native().size() >= sizeof address.sun_path) {
    return fail(ErrorKind::invalid, path.native() + " is too long for a socket (107 bytes)");
  }
  std::memcpy(address.sun_path, path.c_str(), path.native().size());
  return address;
}

const sockaddr* any(const sockaddr_un& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}

Descriptor new_socket() { return Descriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)); }

// Until `socket` can be read from or written to; false when the time is over.
bool wait_for(int socket, short what, Instant deadline) {
  while (true) {
    const auto left = std::chrono::ceil<milliseconds>(deadline - Clock::now());
    if (left.count() <= 0) return false;
    pollfd watched{socket, what, 0};
    const int ready = ::poll(&watched, 1, static_cast<int>(left.count()));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
  }
}

// Empty: it has none.
std::filesystem::path path_of(const Descriptor& socket) {
  sockaddr_un address{};
  socklen_t length = sizeof address - 1;  // the last byte stays 0
  if (::getsockname(socket.number(), reinterpret_cast<sockaddr*>(&address), &length) != 0)
    return {};
  return address.sun_path;
}

bool may_go_on() { return errno == EINTR || errno == EAGAIN; }

bool send_all(int socket, std::string_view text, Instant deadline) {
  while (!text.empty()) {
    if (!wait_for(socket, POLLOUT, deadline)) return false;
    const auto sent = ::send(socket, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && may_go_on()) continue;
    if (sent <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

// Up to the end of the line, or of the connection; bounded.
std::string receive(int socket, bool one_line, Instant deadline) {
  std::string text;
  std::array<char, 4096> room;
  while (text.size() < longest_line && wait_for(socket, POLLIN, deadline)) {
    const auto got = ::recv(socket, room.data(), room.size(), MSG_DONTWAIT);
    if (got < 0 && may_go_on()) continue;
    if (got <= 0) break;
    text.append(room.data(), static_cast<std::size_t>(got));
    if (one_line && text.find('\n') != text.npos) break;
  }
  return text;
}

}  // namespace

Result<Control> Control::open(const std::filesystem::path& state, Descriptor inherited) {
  const std::filesystem::path path = state / file_name;
  const auto address = address_of(path);
  if (!address) return tl::unexpected(address.error());
  const std::filesystem::path before = path_of(inherited);
  if (before == path) return Control(std::move(inherited), path);
  // What a server left that was killed is in the way; what one listens to is not ours.
  if (const Descriptor probe = new_socket();
      ::connect(probe.number(), any(*address), sizeof *address) == 0) {
    return fail(ErrorKind::invalid, "another server uses " + path.native());
  }
  ::unlink(path.c_str());
  Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const bool is_open = ::bind(socket.number(), any(*address), sizeof *address) == 0 &&
                       ::chmod(path.c_str(), 0600) == 0 && ::listen(socket.number(), 16) == 0;
  if (!is_open) return fail_errno("cannot listen on " + path.native(), errno);
  if (!before.empty()) ::unlink(before.c_str());
  return Control(std::move(socket), path);
}

Control::~Control() {
  if (socket_.is_open()) ::unlink(path_.c_str());
}

void Control::serve(const Answer& answer, std::chrono::milliseconds patience) {
  const Descriptor caller(::accept4(socket_.number(), nullptr, nullptr, SOCK_CLOEXEC));
  if (!caller.is_open()) return;
  // One for all that is asked: whoever sends a byte now and then holds up nobody for longer.
  const std::string line = receive(caller.number(), true, Clock::now() + patience);
  const std::size_t end = line.find('\n');
  if (end == line.npos) return;
  const std::string answered = answer(std::string_view(line).substr(0, end)) + "\n";
  send_all(caller.number(), answered, Clock::now() + patience);
}

Result<std::string> ask_server(const std::filesystem::path& state, const std::string& command,
                               std::chrono::seconds patience) {
  const std::filesystem::path path = state / file_name;
  const auto address = address_of(path);
  if (!address) return tl::unexpected(address.error());
  const Descriptor socket = new_socket();
  const timeval limit{patience.count(), 0};  // that connect() obeys, too
  ::setsockopt(socket.number(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  if (::connect(socket.number(), any(*address), sizeof *address) != 0) {
    if (errno == ENOENT || errno == ECONNREFUSED) {
      return fail(ErrorKind::not_found,
                  "no server runs with the state folder " + state.native() +
                      "; where it was started with another `state`, name that: --state FOLDER");
    }
    return fail_errno("cannot reach the server at " + path.native(), errno);
  }
  const Instant deadline = Clock::now() + patience;
  if (!send_all(socket.number(), command + "\n", deadline)) {
    return fail_errno("cannot ask the server at " + path.native(), errno);
  }
  std::string answer = receive(socket.number(), false, deadline);
  if (!answer.ends_with('\n')) {
    return fail(ErrorKind::io, "the server at " + path.native() + " did not answer");
  }
  answer.pop_back();
  return answer;
}

}  // namespace frontis
