#include "commands/deep_check.h"

#include <string>

#include "commands/acting_user.h"
#include "commands/apps_check.h"
#include "commands/files_check.h"
#include "commands/machine_check.h"
#include "commands/routes_check.h"
#include "commands/sockets_check.h"
#include "commands/state_check.h"

namespace frontis::commands {

Findings deep_check(const config::Settings& settings) {
  Findings findings;
  check_sockets(settings, findings);
  check_logs(settings, findings);
  check_open_files(settings, findings);
  check_state_place(settings, findings);
  // Where we cannot be that user, what we see ourselves is better than nothing.
  const auto acting = ActingUser::become(settings.user);
  if (!acting) findings.add(settings.place_of("user"), acting.error().message);
  const std::string as_root =
      note_of_root(settings.user, "frontis check --deep -c " + settings.file.string());
  if (!as_root.empty()) findings.note(settings.place_of("user"), as_root);
  check_log_rotation(settings, findings);
  check_state(settings, findings);
  check_files(settings, findings);
  check_routes(settings, findings);
  check_apps(settings, findings);
  return findings;
}

}  // namespace frontis::commands
