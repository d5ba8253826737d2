// What the files handlers of all loops share. Made by the front hall, which also decides the
// order in which it ends: handlers first, then press, then the rest.
#pragma once

#include <atomic>
#include <cstdint>

#include "base/log.h"
#include "media/index.h"
#include "media/inspections.h"
#include "media/kept.h"
#include "media/mime.h"
#include "media/pins.h"
#include "media/press.h"
#include "media/proofs.h"
#include "media/variant_maker.h"
#include "media/variants.h"

namespace frontis::media {

struct Counters {
  std::atomic<std::uint64_t> fingerprints_refused{0};
  std::atomic<std::uint64_t> siblings_refused{0};
  std::atomic<std::uint64_t> kept_served{0};
};

struct Services {
  Press& press;
  Pins& pins;
  Proofs& proofs;
  Inspections& inspections;
  Index* index;  // null without a state folder
  Variants& variants;
  VariantMaker* maker;  // null without a state folder
  Kept& kept;
  const MimeTypes& types;
  Counters& counters;
  Log& log;
};

}  // namespace frontis::media
