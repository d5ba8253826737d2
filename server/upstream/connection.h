// A connection to a backend, with the codec that speaks on it. Whoever uses it at the moment, a
// call or the pool, receives its readiness; it is watched for reading all its life, so that one
// request after another costs no system call for that.
#pragma once

#include <cstdint>
#include <memory>

#include "base/buffer.h"
#include "net/stream.h"
#include "net/watch.h"
#include "upstream/balancer.h"
#include "upstream/codec.h"

namespace frontis::upstream {

class Connection final : private net::Watch::Owner {
 public:
  class Receiver {
   public:
    virtual ~Receiver() = default;
    virtual void connection_ready(Connection& connection, bool readable, bool writable) = 0;
  };

  // A non-blocking socket, connected or on its way. `loop` outlives this.
  Connection(net::Loop& loop, Descriptor socket, BackendId backend, std::unique_ptr<Codec> codec)
      : stream_(std::move(socket)),
        watch_(loop, stream_.descriptor(), *this),
        codec_(std::move(codec)),
        backend_(backend) {}

  net::PlainStream& stream() { return stream_; }
  Codec& codec() { return *codec_; }
  BackendId backend() const { return backend_; }
  void give_to(Receiver& receiver) { receiver_ = &receiver; }
  void want(bool read, bool write) { watch_.want(read, write); }

  Buffer unread;              // of the answer: what its codec could not use yet
  std::uint32_t answers = 0;  // that it has carried
  Instant idle_since{};

 private:
  void ready(bool readable, bool writable) override {
    receiver_->connection_ready(*this, readable, writable);
  }

  net::PlainStream stream_;
  net::Watch watch_;
  std::unique_ptr<Codec> codec_;
  Receiver* receiver_ = nullptr;
  BackendId backend_;
};

}  // namespace frontis::upstream
