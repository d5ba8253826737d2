#include "access_recorder.h"

#include <algorithm>

#include "base/clock.h"

namespace frontis {

namespace {

std::int64_t in_us(Instant::duration duration) {
  return std::chrono::duration_cast<std::chrono::microseconds>(duration).count();
}

// A file, or that it has not changed, and nothing else had a part in it.
bool is_routine(const http::Finished& finished) {
  const http::Notes& notes = *finished.notes;
  const bool is_good = finished.status / 100 == 2 || finished.status == 304;
  return is_good && finished.complete && notes.is_of_file() && notes.request_id.empty();
}

void describe(const http::Request& request, observe::AccessEntry& entry) {
  entry.method = http::name_of(request.method);
  entry.target = request.target();
  entry.protocol = request.http10 ? "HTTP/1.0" : "HTTP/1.1";
  entry.host = request.host();
  entry.referer = request.find(http::FieldName::referer).value_or("");
  entry.user_agent = request.find(http::FieldName::user_agent).value_or("");
}

}  // namespace

std::int64_t AccessRecorder::wall_ahead_us() {
  return wall_nanoseconds() / 1000 - in_us(std::chrono::steady_clock::now().time_since_epoch());
}

void AccessRecorder::record(const http::Finished& finished) {
  observe::AccessEntry entry;
  entry.wall_us = in_us(finished.began.time_since_epoch()) + wall_ahead_us_;
  const std::int64_t took = finished.took().count();
  entry.duration_us = static_cast<std::uint32_t>(std::min<std::int64_t>(took, UINT32_MAX));
  entry.client = finished.client;
  entry.site = finished.notes->site;
  entry.route = finished.notes->route;
  entry.variant = finished.notes->variant;
  entry.cache = finished.notes->cache;
  entry.status = finished.status;
  entry.bytes = finished.bytes;
  entry.complete = finished.complete;
  entry.request_id = finished.notes->request_id;
  entry.is_routine = is_routine(finished);
  if (finished.request) describe(*finished.request, entry);
  lane_->record(entry);
}

}  // namespace frontis
