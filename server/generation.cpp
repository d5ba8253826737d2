#include "generation.h"

#include <utility>

namespace frontis {

namespace {

Result<std::shared_ptr<observe::AccessLog>> open_access_log(const config::Settings& settings,
                                                            Log& log, const Generation* before) {
  if (settings.log.access == "off") return nullptr;
  if (before && before->access && before->settings->log == settings.log) return before->access;
  auto opened = observe::AccessLog::open(settings.log, log);
  if (!opened) return tl::unexpected(opened.error());
  return std::shared_ptr<observe::AccessLog>(std::move(*opened));
}

}  // namespace

Result<std::unique_ptr<Generation>> Generation::make(
    std::shared_ptr<const config::Settings> settings, app::Supervision& supervision, Log& log,
    const Generation* before) {
  auto made = std::make_unique<Generation>();
  made->settings = std::move(settings);
  auto access = open_access_log(*made->settings, log, before);
  if (!access) return tl::unexpected(access.error());
  made->access = std::move(*access);
  auto applications = Applications::make(*made->settings, supervision, log,
                                         before ? before->applications.get() : nullptr);
  if (!applications) return tl::unexpected(applications.error());
  made->applications = std::move(*applications);
  return made;
}

}  // namespace frontis
