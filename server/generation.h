// What one configuration has made, and all loops share for as long as it is in use: by whatever
// begins now, or by exchanges that began before a reload. Made and freed on the main thread.
#pragma once

#include <memory>

#include "applications.h"
#include "base/log.h"
#include "base/result.h"
#include "config/settings.h"
#include "observe/access_log.h"
#include "wiring.h"

namespace frontis {

struct Generation {
  // Begins nothing yet. From `before` (null: nothing) it takes what is the same. Errors: what
  // cannot be opened or found, at its place in the configuration where it has one. The references
  // outlive this.
  [[nodiscard]] static Result<std::unique_ptr<Generation>> make(
      std::shared_ptr<const config::Settings> settings, app::Supervision& supervision, Log& log,
      const Generation* before);
  // As the user that reads the files.
  void open_roots(SharedMedia& media, Log& log) {
    roots = std::make_unique<FileRoots>(*settings, media, log);
  }

  std::shared_ptr<const config::Settings> settings;
  std::shared_ptr<observe::AccessLog> access;  // null when none is wanted
  std::unique_ptr<Applications> applications;
  std::unique_ptr<FileRoots> roots;
};

}  // namespace frontis
