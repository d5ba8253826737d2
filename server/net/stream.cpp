#include "net/stream.h"

#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>

#include <cerrno>

namespace frontis::net {

namespace {

using State = Stream::Transfer::State;

Stream::Transfer outcome(ssize_t result, State at_zero) {
  if (result > 0) return {State::moved, static_cast<std::size_t>(result)};
  if (result == 0) return {at_zero};
  if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return {State::blocked};
  return {State::broken, 0, errno};
}

}  // namespace

Stream::Transfer PlainStream::receive(std::span<char> into) {
  return outcome(::recv(socket_.number(), into.data(), into.size(), 0), State::ended);
}

Stream::Transfer PlainStream::send(std::span<const iovec> pieces, bool more) {
  const int flags = MSG_NOSIGNAL | (more ? MSG_MORE : 0);
  if (pieces.size() == 1) {
    return outcome(::send(socket_.number(), pieces[0].iov_base, pieces[0].iov_len, flags),
                   State::blocked);
  }
  msghdr message{};
  message.msg_iov = const_cast<iovec*>(pieces.data());  // sendmsg does not write to it
  message.msg_iovlen = pieces.size();
  return outcome(::sendmsg(socket_.number(), &message, flags), State::blocked);
}

Stream::Transfer PlainStream::send_file(int file, std::uint64_t offset, std::size_t length) {
  auto position = static_cast<off_t>(offset);
  return outcome(::sendfile(socket_.number(), file, &position, length), State::ended);
}

void PlainStream::end_sending() { ::shutdown(socket_.number(), SHUT_WR); }

void PlainStream::abandon() {
  const linger at_once{1, 0};
  ::setsockopt(socket_.number(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

std::uint64_t PlainStream::unacknowledged() const {
  int bytes = 0;
  if (::ioctl(socket_.number(), SIOCOUTQ, &bytes) != 0 || bytes < 0) return 0;
  return static_cast<std::uint64_t>(bytes);
}

}  // namespace frontis::net
