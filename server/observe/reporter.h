// Who knows the figures: the front hall, which asks every loop for its part. What the admin pages
// are given, so that they need not know how that is done. Belongs to the loop of these pages.
#pragma once

#include <functional>
#include <memory>

#include "http/exchange.h"
#include "observe/event_streams.h"
#include "observe/figures.h"
#include "observe/history.h"

namespace frontis::observe {

class Reporter {
 public:
  virtual ~Reporter() = default;

  // Whether the server takes requests: neither starting nor stopping.
  virtual bool is_serving() const = 0;
  // Calls `told` once, later, with figures that are younger than this call. Destroying what is
  // returned takes the question back, and so does a client that closes.
  virtual std::unique_ptr<http::Call> ask(std::function<void(const Figures&)> told) = 0;
  virtual const History& history() const = 0;
  virtual EventStreams& streams() = 0;
};

}  // namespace frontis::observe
