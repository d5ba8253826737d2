#include "patience.h"

#include <chrono>

namespace frontis {

namespace {

constexpr std::chrono::minutes longest{2};

}  // namespace

Patience::Patience(const Notify& notify) : notify_(notify) {
  if (notify_.watchdog_period().count() == 0) return;
  thread_ = std::jthread([this](const std::stop_token& is_over) { run(is_over); });
}

void Patience::run(const std::stop_token& is_over) {
  const auto until = std::chrono::steady_clock::now() + longest;
  std::unique_lock lock(mutex_);
  while (!is_over.stop_requested() && std::chrono::steady_clock::now() < until) {
    notify_.alive();
    wake_.wait_for(lock, is_over, notify_.watchdog_period(), [] { return false; });
  }
}

}  // namespace frontis
