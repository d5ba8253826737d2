// Between the sessions of a loop and its part of the access log: http does not know observe, so
// the front hall translates what a session finished into a line.
#pragma once

#include <memory>

#include "http/session.h"
#include "observe/access_log.h"

namespace frontis {

class AccessRecorder final : public http::Recorder {
 public:
  explicit AccessRecorder(std::unique_ptr<observe::AccessLog::Lane> lane)
      : lane_(std::move(lane)) {}

  void record(const http::Finished& finished) override;
  // Hands over what was recorded; a few times a second.
  void flush() { lane_->flush(); }

 private:
  std::unique_ptr<observe::AccessLog::Lane> lane_;
};

}  // namespace frontis
