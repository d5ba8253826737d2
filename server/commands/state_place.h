// For the commands that write what a server reads: which state folder, as a configuration or the
// command line says, and as which user, so that the server can read and write it afterwards.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "commands/acting_user.h"
#include "config/settings.h"

namespace CLI {
class App;
}

namespace frontis::commands {

// The settings of `file`, or of the configuration that a server would find, with `state` for its
// state folder unless that is empty; with `state` and without `file`, the defaults alone. None:
// stderr says why.
[[nodiscard]] std::optional<config::Settings> settings_with_state(const std::string& file,
                                                                  const std::string& state);

// The options that name a running server for whoever asks it: its configuration, and its state
// folder in place of the configuration's. Both outlive `app`.
void declare_server_place(CLI::App& app, std::string& file, std::string& state);

// Acts as `user` of the settings. Root without a configuration acts as the owner of the state
// folder, which is where the server's user shows. `make`: makes a missing folder first, for that
// user. Errors: invalid when we cannot become that user; io when the folder cannot be made.
[[nodiscard]] Result<std::unique_ptr<ActingUser>> act_for_state(const config::Settings& settings,
                                                                bool make);

}  // namespace frontis::commands
