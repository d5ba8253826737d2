#include "count_recorder.h"

#include "base/clock.h"

namespace frontis {

void CountRecorder::record(const http::Finished& finished) {
  observe::Counts::Answered answered{.notes = *finished.notes};
  answered.status = finished.status;
  answered.bytes = finished.bytes;
  answered.duration_us = static_cast<std::uint64_t>(finished.took().count());
  if (finished.request != nullptr) {
    answered.is_whole = finished.complete && finished.status == 200 &&
                        finished.request->method == http::Method::get;
    answered.host = finished.request->host();
    answered.path = finished.request->raw_path();
  }
  counts_.record(answered);
  if (next_ != nullptr) next_->record(finished);
}

observe::LaneFigures figures_of(observe::Counts& counts, const http::Sessions& sessions) {
  observe::LaneFigures figures = counts.read(coarse_now());
  const http::Sessions::Census census = sessions.census();
  figures.connections = {census.idle, census.reading, census.answering, census.closing};
  return figures;
}

}  // namespace frontis
