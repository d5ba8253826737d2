// Between the sessions of a loop and what is counted of their requests: there is one only where
// figures are shown (admin). It goes before the recorder of the access log, if there is one.
#pragma once

#include "http/session.h"
#include "observe/counts.h"

namespace frontis {

class CountRecorder final : public http::Recorder {
 public:
  // `next` may be null, and outlives this.
  explicit CountRecorder(http::Recorder* next) : next_(next) {}

  void record(const http::Finished& finished) override;
  // What was counted so far, and who is connected; on the loop.
  observe::LaneFigures figures(const http::Sessions& sessions);

 private:
  http::Recorder* const next_;
  observe::Counts counts_;
};

}  // namespace frontis
