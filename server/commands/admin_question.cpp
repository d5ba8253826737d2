#include "commands/admin_question.h"

#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>

#include "base/clock.h"
#include "base/text.h"
#include "net/endpoint.h"

namespace frontis::commands {

namespace {

using std::chrono::milliseconds;

constexpr std::size_t longest_answer = 16 * 1024 * 1024;
constexpr std::string_view head_end = "\r\n\r\n";

tl::unexpected<Error> too_late(const config::Backend& admin) {
  return fail(ErrorKind::timeout, "what listens at " + admin.text() + " does not answer");
}

bool wait_for(int socket, short what, Instant deadline) {
  while (true) {
    const auto left =
        std::chrono::ceil<milliseconds>(deadline - std::chrono::steady_clock::now()).count();
    if (left <= 0) return false;
    pollfd watched{socket, what, 0};
    const int ready = ::poll(&watched, 1, static_cast<int>(left));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
  }
}

Result<Descriptor> connect_to(const config::Backend& admin, Instant deadline) {
  const auto endpoints = net::resolve(admin);
  if (!endpoints) return tl::unexpected(endpoints.error());
  auto socket = net::begin_connect(endpoints->front());
  if (!socket) return fail(ErrorKind::not_found, socket.error().message);
  if (!wait_for(socket->number(), POLLOUT, deadline)) return too_late(admin);
  if (const int error = net::connect_result(socket->number())) {
    return fail(ErrorKind::not_found,
                "cannot connect to " + admin.text() + ": " + std::strerror(error));
  }
  return std::move(*socket);
}

bool send_all(int socket, std::string_view text, Instant deadline) {
  while (!text.empty()) {
    if (!wait_for(socket, POLLOUT, deadline)) return false;
    const auto sent = ::send(socket, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (sent <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

// Until the connection ends; none when the time is over, or there is no end.
std::optional<std::string> receive_all(int socket, Instant deadline) {
  std::string text;
  std::array<char, 16 * 1024> room;
  while (text.size() < longest_answer) {
    if (!wait_for(socket, POLLIN, deadline)) return std::nullopt;
    const auto got = ::recv(socket, room.data(), room.size(), 0);
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (got <= 0) return text;
    text.append(room.data(), static_cast<std::size_t>(got));
  }
  return std::nullopt;
}

std::string host_of(const config::Backend& admin) {
  if (admin.is_unix()) return "localhost";
  return admin.host.find(':') == std::string::npos ? admin.host : "[" + admin.host + "]";
}

}  // namespace

config::Backend backend_of(const config::Listen& admin) {
  config::Backend backend;
  backend.unix_path = admin.unix_path;
  backend.port = admin.port;
  backend.host = admin.address;
  if (admin.address.empty() || admin.address == "0.0.0.0") backend.host = "127.0.0.1";
  if (admin.address == "::") backend.host = "::1";
  backend.source = admin.source;
  return backend;
}

// In HTTP/1.0, so that the end of the connection is that of the answer.
Result<std::string> ask_admin(const config::Backend& admin, std::string_view path,
                              milliseconds patience) {
  const Instant deadline = std::chrono::steady_clock::now() + patience;
  const auto socket = connect_to(admin, deadline);
  if (!socket) return tl::unexpected(socket.error());
  const std::string request =
      "GET " + std::string(path) + " HTTP/1.0\r\nHost: " + host_of(admin) + "\r\n\r\n";
  if (!send_all(socket->number(), request, deadline)) return too_late(admin);
  auto answer = receive_all(socket->number(), deadline);
  if (!answer) return too_late(admin);
  const std::size_t end = answer->find(head_end);
  const std::string first = answer->substr(0, answer->find("\r\n"));
  if (end == answer->npos || !first.starts_with("HTTP/1.1 200 ")) {
    return fail(ErrorKind::io, "what listens at " + admin.text() + " answered " +
                                   printable(first.empty() ? "nothing" : first));
  }
  return answer->substr(end + head_end.size());
}

}  // namespace frontis::commands
