// Between the sessions of a loop and its part of the access log: http does not know observe, so
// the front hall translates what a session finished into a line.
#pragma once

#include <cstdint>
#include <memory>

#include "http/session.h"
#include "observe/access_log.h"

namespace frontis {

class AccessRecorder final : public http::Recorder {
 public:
  explicit AccessRecorder(std::unique_ptr<observe::AccessLog::Lane> lane)
      : lane_(std::move(lane)), wall_ahead_us_(wall_ahead_us()) {}

  void record(const http::Finished& finished) override;
  // Hands over what was recorded; a few times a second.
  void flush() {
    lane_->flush();
    wall_ahead_us_ = wall_ahead_us();
  }

 private:
  static std::int64_t wall_ahead_us();

  std::unique_ptr<observe::AccessLog::Lane> lane_;
  std::int64_t wall_ahead_us_;  // of the steady clock, so that a line needs no look at the former
};

}  // namespace frontis
