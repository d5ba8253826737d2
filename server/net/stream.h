// A connection as a two-way stream of bytes that never blocks: plain here; TLS is another
// implementation behind the same verbs. Owns the socket. Who uses it watches descriptor() for
// readiness.
#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/descriptor.h"

namespace frontis::net {

class Stream {
 public:
  struct Transfer {
    enum class State {
      moved,    // `bytes` > 0 went through
      blocked,  // nothing now: wait until the descriptor is ready
      ended,    // receive: the peer sends no more; send_file: the file ended too early
      broken,   // the connection is gone
    };
    State state;
    std::size_t bytes = 0;
    int error = 0;  // broken: an errno
  };

  virtual ~Stream() = default;

  virtual Transfer receive(std::span<char> into) = 0;
  // `more`: the rest follows at once, so a partial packet may wait for it.
  virtual Transfer send(std::span<const iovec> pieces, bool more) = 0;
  virtual Transfer send_file(int file, std::uint64_t offset, std::size_t length) = 0;
  // Tells the peer that no more will be sent; it may still send.
  virtual void end_sending() = 0;
  // Makes the close that follows drop what was not delivered, so that the kernel does not keep
  // it for a peer that was too slow.
  virtual void abandon() = 0;
  // Bytes that were sent but have not reached the peer: what tells a slow reader from a large
  // socket buffer.
  virtual std::uint64_t unacknowledged() const = 0;
  virtual int descriptor() const = 0;
};

class PlainStream final : public Stream {
 public:
  // A connected, non-blocking socket.
  explicit PlainStream(Descriptor socket) : socket_(std::move(socket)) {}

  Transfer receive(std::span<char> into) override;
  Transfer send(std::span<const iovec> pieces, bool more) override;
  Transfer send_file(int file, std::uint64_t offset, std::size_t length) override;
  void end_sending() override;
  void abandon() override;
  std::uint64_t unacknowledged() const override;
  int descriptor() const override { return socket_.number(); }

 private:
  Descriptor socket_;
};

}  // namespace frontis::net
