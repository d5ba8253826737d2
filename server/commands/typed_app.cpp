#include "commands/typed_app.h"

#include <filesystem>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "config/fault.h"
#include "config/wsgi_app.h"

namespace frontis::commands {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view python_file = ".py";

// A module is imported from where the application runs; a file beneath that has its name with
// dots, and any other one needs that folder to be named as well.
struct Place {
  fs::path folder;     // empty: here
  fs::path of_module;  // "mysite/wsgi"
};

Place place_of(fs::path file) {
  if (file.extension() == python_file) file.replace_extension();
  if (file.filename() == "__init__") file = file.parent_path();
  file = file.lexically_normal();
  const bool is_beneath = !file.empty() && file.is_relative() && *file.begin() != "..";
  if (is_beneath) return {{}, file};
  // Django's wsgi.py is one of a package, and manage.py lies beside that.
  const fs::path folder = file.parent_path();
  if (file.filename() != "wsgi" || !folder.has_filename()) return {folder, file.filename()};
  return {folder.parent_path(), folder.filename() / file.filename()};
}

std::string with_dots(const fs::path& path) {
  std::string module;
  for (const fs::path& part : path) module += (module.empty() ? "" : ".") + part.native();
  return module;
}

bool is_file(std::string_view typed) {
  return typed.find('/') != typed.npos || typed.substr(0, typed.find(':')).ends_with(python_file);
}

// The arguments for "mysite/wsgi.py" or "app.py:app"; empty where no import can name it.
std::string arguments_for_file(std::string_view typed) {
  const std::size_t colon = typed.find(':');
  const Place place = place_of(fs::path(typed.substr(0, colon)));
  std::string app = with_dots(place.of_module);
  if (colon != typed.npos) {
    app += typed.substr(colon);
  } else if (place.of_module.filename() != "wsgi") {
    app += ":app";  // as Flask's own examples have it
  }
  if (!config::parse_callable(app)) return {};
  return (place.folder.empty() ? "" : place.folder.native() + " ") + "--app " + app;
}

bool is_manage(std::string_view typed) {
  return fs::path(typed.substr(0, typed.find(':'))).filename() == "manage.py";
}

}  // namespace

std::string typed_app_fault(const std::string& typed) {
  if (is_manage(typed)) {
    return "manage.py is not the application, but beside it: Django's is in wsgi.py, as in --app "
           "mysite.wsgi";
  }
  if (is_file(typed)) {
    const std::string instead = arguments_for_file(typed);
    return config::in_quotes(typed) + " names a file, and Python imports modules: write " +
           (instead.empty() ? "a module and its callable such as mysite.wsgi:application"
                            : instead);
  }
  const auto callable = config::parse_callable(typed);
  return callable ? std::string() : callable.error().message;
}

std::string app_in_place_of_folder(const std::string& typed) {
  if (is_manage(typed)) return "--app mysite.wsgi";
  const bool is_python = typed.substr(0, typed.find(':')).ends_with(python_file);
  if (is_python) return arguments_for_file(typed);
  const bool is_one = typed.find_first_of(".:") != typed.npos && config::parse_callable(typed);
  return is_one ? "--app " + typed : std::string();
}

}  // namespace frontis::commands
