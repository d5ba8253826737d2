#include "access_recorder.h"

#include <algorithm>

namespace frontis {

namespace {

std::uint32_t duration_us(const http::Finished& finished) {
  // The wall clock may have been set back meanwhile.
  const std::int64_t took_us =
      std::max<std::int64_t>(finished.ended_ns - finished.began_ns, 0) / 1000;
  return static_cast<std::uint32_t>(std::min<std::int64_t>(took_us, 0xffffffff));
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

void AccessRecorder::record(const http::Finished& finished) {
  observe::AccessEntry entry;
  entry.wall_us = finished.began_ns / 1000;
  entry.duration_us = duration_us(finished);
  entry.client = finished.client;
  entry.site = finished.notes->site;
  entry.route = finished.notes->route;
  entry.variant = finished.notes->variant;
  entry.cache = finished.notes->cache;
  entry.status = finished.status;
  entry.bytes = finished.bytes;
  entry.complete = finished.complete;
  if (finished.request) describe(*finished.request, entry);
  lane_->record(entry);
}

}  // namespace frontis
