#include "net/admission.h"

namespace frontis::net {

namespace {

constexpr std::uint64_t uncounted = ~std::uint64_t{0};  // a key that no client has

}  // namespace

Admission::Ticket& Admission::Ticket::operator=(Ticket&& other) noexcept {
  if (this == &other) return *this;
  if (admission_) admission_->leave(client_);
  admission_ = std::exchange(other.admission_, nullptr);
  client_ = other.client_;
  return *this;
}

Admission::Ticket::~Ticket() {
  if (admission_) admission_->leave(client_);
}

void Admission::obey(const config::Limits& limits) {
  const std::lock_guard lock(mutex_);
  most_ = limits.connections;
  most_per_client_ = limits.connections_per_client;
}

std::uint64_t Admission::key_of(const Address& client) {
  return client.is_unix() ? uncounted : client.client();
}

Admission::Ticket Admission::admit(const Address& client) {
  const std::uint64_t key = key_of(client);
  const std::lock_guard lock(mutex_);
  if (open_ >= most_) return {};
  if (key != uncounted) {
    std::uint32_t& count = per_client_[key];
    if (most_per_client_ != 0 && count >= most_per_client_) return {};
    ++count;
  }
  ++open_;
  return {*this, client};
}

void Admission::leave(const Address& client) {
  const std::uint64_t key = key_of(client);
  const std::lock_guard lock(mutex_);
  --open_;
  if (key == uncounted) return;
  const auto entry = per_client_.find(key);
  if (--entry->second == 0) per_client_.erase(entry);
}

}  // namespace frontis::net
