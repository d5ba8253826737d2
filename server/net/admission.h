// How many connections are open, in all and for each client, across every loop. A connection
// holds a ticket for as long as it lives. Asked once for a connection, never for a request.
#pragma once

#include <cstdint>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "config/settings.h"
#include "net/address.h"

namespace frontis::net {

class Admission {
 public:
  explicit Admission(const config::Limits& limits)
      : most_(limits.connections), most_per_client_(limits.connections_per_client) {}
  // From now on; who is in stays.
  void obey(const config::Limits& limits);

  // A client's place, given back when destroyed. An empty ticket stands for a refusal.
  class Ticket {
   public:
    Ticket() = default;
    Ticket(Ticket&& other) noexcept
        : admission_(std::exchange(other.admission_, nullptr)), client_(other.client_) {}
    Ticket& operator=(Ticket&& other) noexcept;
    ~Ticket();
    explicit operator bool() const { return admission_ != nullptr; }
    const Address& client() const { return client_; }

   private:
    friend class Admission;
    Ticket(Admission& admission, const Address& client) : admission_(&admission), client_(client) {}
    Admission* admission_ = nullptr;
    Address client_;
  };

  // Clients on Unix sockets are not counted one by one: they all look the same.
  [[nodiscard]] Ticket admit(const Address& client);

 private:
  static std::uint64_t key_of(const Address& client);
  void leave(const Address& client);

  std::mutex mutex_;
  std::uint32_t most_;
  std::uint32_t most_per_client_;  // 0 = no limit
  std::uint32_t open_ = 0;
  std::unordered_map<std::uint64_t, std::uint32_t> per_client_;  // bounded by open_
};

}  // namespace frontis::net
