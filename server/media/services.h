// What the files handlers of all loops share. Made by the front hall, which also decides the
// order in which it ends: handlers first, then press, then the rest.
#pragma once

#include <atomic>
#include <cstdint>

#include "base/log.h"
#include "media/inspections.h"
#include "media/mime.h"
#include "media/pins.h"
#include "media/press.h"
#include "media/proofs.h"

namespace frontis::media {

struct Counters {
  std::atomic<std::uint64_t> fingerprints_refused{0};
  std::atomic<std::uint64_t> siblings_refused{0};
};

struct Services {
  Press& press;
  Pins& pins;
  Proofs& proofs;
  Inspections& inspections;
  const MimeTypes& types;
  Counters& counters;
  Log& log;
};

}  // namespace frontis::media
