#include "commands/sockets_check.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

#include "base/descriptor.h"
#include "commands/socket_holder.h"
#include "net/listener.h"

namespace frontis::commands {

namespace {

constexpr std::string_view our_name = "frontis";

std::string described(const Process& process) {
  return "process " + std::to_string(process.id) + " (" + process.name + ")";
}

// Whoever holds the address: no fault when it is a frontis, which the new one would replace.
void report_in_use(const config::Listen& listen, const std::optional<Process>& holder,
                   Findings& findings) {
  if (holder && holder->name == our_name) {
    return findings.note(listen.source, listen.text() + " is served by a running frontis, " +
                                            described(*holder) + "; stop it before another starts");
  }
  const std::string whose = holder ? ", by " + described(*holder) : "";
  findings.add(listen.source,
               listen.text() + " is in use" + whose +
                   "; stop the other server (ss -ltnp shows it) or listen elsewhere");
}

struct Held {
  const config::Listen* listen;
  Descriptor socket;
};

void check_tcp(const config::Listen& listen, std::vector<Held>& held, Findings& findings) {
  auto opened = net::open_listeners(listen, 1);
  if (opened) {
    held.push_back({&listen, std::move(opened->front())});
    return;
  }
  const std::string in_use = std::generic_category().message(EADDRINUSE);
  if (opened.error().message.find(in_use) == std::string::npos) {
    return findings.add("", opened.error().message);
  }
  for (const Held& other : held) {
    if (other.listen->port != listen.port) continue;
    return findings.add(listen.source, listen.text() + " cannot be had beside " +
                                           other.listen->text() + " (" + other.listen->source +
                                           "); keep one of them");
  }
  report_in_use(listen, holder_of_port(listen.port), findings);
}

// An errno: 0 somebody answers, ECONNREFUSED nobody does.
int connect_to(const std::filesystem::path& path, Descriptor& socket) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string& name = path.native();
  if (name.size() >= sizeof address.sun_path) return ENAMETOOLONG;
  std::memcpy(address.sun_path, name.c_str(), name.size() + 1);
  socket = Descriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket.is_open()) return errno;
  const auto* where = reinterpret_cast<const sockaddr*>(&address);
  return ::connect(socket.number(), where, sizeof address) == 0 ? 0 : errno;
}

void check_unix_folder(const config::Listen& listen, Findings& findings) {
  const std::filesystem::path folder = listen.unix_path.parent_path();
  if (::faccessat(AT_FDCWD, folder.c_str(), W_OK | X_OK, AT_EACCESS) == 0) return;
  const int error = errno;
  const std::string advice =
      error == ENOENT ? "make the folder" : "make it writable, or use another";
  findings.add(listen.source, "cannot listen on " + listen.text() + ": its folder " +
                                  folder.string() + ": " + std::generic_category().message(error) +
                                  "; " + advice);
}

void check_unix(const config::Listen& listen, Findings& findings) {
  struct stat status {};
  if (::lstat(listen.unix_path.c_str(), &status) != 0) return check_unix_folder(listen, findings);
  if (!S_ISSOCK(status.st_mode)) {
    return findings.add(listen.source, "cannot listen on " + listen.text() +
                                           ": what is there is no socket; move it away or "
                                           "listen elsewhere");
  }
  Descriptor socket;
  const int error = connect_to(listen.unix_path, socket);
  // Left over from a crash, it is replaced.
  if (error == ECONNREFUSED) return check_unix_folder(listen, findings);
  report_in_use(listen, error == 0 ? peer_of(socket.number()) : std::nullopt, findings);
}

}  // namespace

void check_sockets(const config::Settings& settings, Findings& findings) {
  std::vector<Held> held;
  for (const auto* listeners : {&settings.listen, &settings.admin}) {
    for (const config::Listen& listen : *listeners) {
      if (listen.is_unix()) {
        check_unix(listen, findings);
      } else {
        check_tcp(listen, held, findings);
      }
    }
  }
}

}  // namespace frontis::commands
