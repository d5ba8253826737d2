// A Django project as its own settings tell of it: they are read by the project's interpreter, for
// settings are programs. `frontis init` makes a configuration of this (django_configuration.h).
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace frontis::commands {

struct DjangoProject {
  std::filesystem::path folder;       // where manage.py is; absolute
  std::string python = "python3";     // that has read the settings
  std::string settings;               // the module: "mysite.settings"
  bool settings_chosen = false;       // by the user, and not by manage.py
  bool is_service = false;            // its configuration lies elsewhere, and is of the machine
  std::string static_url;             // "/static/"; empty: unset
  std::filesystem::path static_root;  // absolute; empty: unset
  std::string media_url;
  std::filesystem::path media_root;
  std::string wsgi_application;  // "mysite.wsgi.application"; empty: unset
  std::vector<std::string> allowed_hosts;
};

// The settings module that the text of a manage.py names. Errors: invalid, saying what to do.
[[nodiscard]] Result<std::string> settings_of_manage(std::string_view manage_py);

// Runs `project.python` in `project.folder` to fill in what `project.settings` says. Errors:
// invalid, timeout; what Python itself said is on stderr by then.
[[nodiscard]] Result<void> read_django_settings(DjangoProject& project);

// The same from what that has printed.
[[nodiscard]] Result<void> parse_django_settings(std::string_view json, DjangoProject& project);

}  // namespace frontis::commands
