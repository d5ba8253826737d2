// Between the sessions of a loop and what is counted of their requests: there is one only where
// figures are shown (admin). It goes before the recorder of the access log, if there is one.
#pragma once

#include "http/session.h"
#include "observe/counts.h"

namespace frontis {

class CountRecorder final : public http::Recorder {
 public:
  // `next` may be null. Both outlive this.
  CountRecorder(observe::Counts& counts, http::Recorder* next) : counts_(counts), next_(next) {}

  void record(const http::Finished& finished) override;

 private:
  observe::Counts& counts_;
  http::Recorder* const next_;
};

// What was counted so far, and who is connected; on the loop of both.
[[nodiscard]] observe::LaneFigures figures_of(observe::Counts& counts,
                                              const http::Sessions& sessions);

}  // namespace frontis
