#include "commands/backend_check.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <vector>

#include "base/descriptor.h"
#include "base/user.h"
#include "commands/folder_access.h"
#include "net/endpoint.h"

namespace frontis::commands {

namespace {

constexpr int patience_ms = 2000;

// An errno: 0 somebody listens there.
int connect_to(const sockaddr* address, socklen_t length) {
  const Descriptor socket(
      ::socket(address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket.is_open()) return errno;
  if (::connect(socket.number(), address, length) == 0) return 0;
  if (errno != EINPROGRESS) return errno;
  pollfd waiting{socket.number(), POLLOUT, 0};
  const int ready = ::poll(&waiting, 1, patience_ms);
  if (ready < 0) return errno;
  return ready == 0 ? ETIMEDOUT : net::connect_result(socket.number());
}

// The path may be longer than an address can be: then it is refused with the configuration.
int connect_to(const std::filesystem::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string& name = path.native();
  if (name.size() >= sizeof address.sun_path) return ENAMETOOLONG;
  std::memcpy(address.sun_path, name.c_str(), name.size() + 1);
  return connect_to(reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

void check_unix(const config::Backend& backend, const std::string& name,
                const std::string& consequence, Findings& findings) {
  const std::string what = name + ": " + backend.text();
  struct stat status {};
  const bool is_there = ::stat(backend.unix_path.c_str(), &status) == 0;
  if (is_there && !S_ISSOCK(status.st_mode)) {
    return findings.add(backend.source, what + " is no socket; correct the path");
  }
  const int error = is_there ? connect_to(backend.unix_path) : errno;
  // A full backlog is one that is listened to.
  if (error == 0 || error == EAGAIN) return;
  if (error == ENOENT || error == ECONNREFUSED) {
    const std::string why =
        is_there ? " is left over from something that has ended" : " is not there";
    return findings.note(backend.source, what + why +
                                             "; start what listens there, or correct the "
                                             "path: " +
                                             consequence);
  }
  const std::string advice = error == EACCES ? "; let " + user_text(::geteuid()) +
                                                   " write the socket and enter the "
                                                   "folders above it"
                                             : "; correct the path";
  findings.add(backend.source, what + " cannot be connected to: " + reason(error) + advice);
}

void check_tcp(const config::Backend& backend, const std::string& name,
               const std::string& consequence, Findings& findings) {
  const auto endpoints = net::resolve(backend);
  if (!endpoints) return findings.add("", endpoints.error().message);
  const std::string what = name + ": " + backend.text();
  int error = 0;
  for (const net::Endpoint& endpoint : *endpoints) {
    error = connect_to(endpoint.address(), endpoint.length());
    if (error == 0) return;
  }
  if (error == ECONNREFUSED) {
    return findings.note(backend.source, what +
                                             ": nobody listens there; start what should, or "
                                             "correct the port: " +
                                             consequence);
  }
  findings.add(backend.source, what + " cannot be connected to: " + reason(error) +
                                   "; correct the address, or look at the firewall between");
}

}  // namespace

void check_backend(const config::Backend& backend, const std::string& name,
                   const std::string& consequence, Findings& findings) {
  (backend.is_unix() ? check_unix : check_tcp)(backend, name, consequence, findings);
}

}  // namespace frontis::commands
