#include "commands/django_project.h"

#include <nlohmann/json.hpp>

#include "commands/child_output.h"
#include "config/wsgi_app.h"

namespace frontis::commands {

namespace {

constexpr std::size_t most_hosts = 200;

// With -B, because root may ask, whose files in __pycache__ nobody else could write again.
// What settings print goes to stderr, so that only ours is on stdout. The URLs are read past
// Django's own addition of a prefix, which would make "/" of an empty one.
constexpr const char* script = R"python(
import json, os, sys
ours = os.dup(1)
os.dup2(2, 1)
sys.path.insert(0, os.getcwd())
os.environ["DJANGO_SETTINGS_MODULE"] = sys.argv[1]
from django.conf import settings
settings.ALLOWED_HOSTS
def raw(name):
    value = getattr(settings._wrapped, name, None)
    return "" if value is None else str(value)
def path(name):
    value = getattr(settings, name, None)
    return os.path.abspath(os.fspath(value)) if value else ""
found = {
    "static_url": raw("STATIC_URL"), "static_root": path("STATIC_ROOT"),
    "media_url": raw("MEDIA_URL"), "media_root": path("MEDIA_ROOT"),
    "wsgi_application": raw("WSGI_APPLICATION"),
    "allowed_hosts": [str(host) for host in settings.ALLOWED_HOSTS],
}
os.write(ours, json.dumps(found).encode("ascii"))
)python";

// The text between the quotes that `text` begins with, spaces left out; empty where there is none.
std::string_view quoted_at(std::string_view text) {
  constexpr std::string_view blank = " \t\r\n";
  const std::size_t open = text.find_first_not_of(blank);
  if (open == text.npos || (text[open] != '"' && text[open] != '\'')) return {};
  const std::size_t close = text.find(text[open], open + 1);
  return close == text.npos ? std::string_view() : text.substr(open + 1, close - open - 1);
}

std::string text_of(const nlohmann::json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace

Result<std::string> settings_of_manage(std::string_view manage_py) {
  constexpr std::string_view variable = "DJANGO_SETTINGS_MODULE";
  for (std::size_t at = manage_py.find(variable); at != manage_py.npos;
       at = manage_py.find(variable, at + 1)) {
    std::string_view rest = manage_py.substr(at + variable.size());
    const std::size_t comma = rest.find_first_of(",=\n");
    if (comma == rest.npos || rest[comma] == '\n') continue;
    const std::string_view module = quoted_at(rest.substr(comma + 1));
    if (config::parse_callable(std::string(module) + ":settings")) return std::string(module);
  }
  return fail(ErrorKind::invalid,
              "manage.py does not say which settings it uses; name them: --settings "
              "mysite.settings");
}

Result<void> read_django_settings(DjangoProject& project) {
  const auto printed =
      child_output({project.python, "-B", "-c", script, project.settings}, project.folder);
  if (printed) return parse_django_settings(*printed, project);
  return fail(printed.error().kind, "the settings " + project.settings +
                                        " cannot be read: " + printed.error().message +
                                        "; name the interpreter that the project runs with "
                                        "(--python venv/bin/python), or other settings "
                                        "(--settings), or set the variables that they read (such "
                                        "as: DJANGO_SECRET_KEY=... frontis init)");
}

Result<void> parse_django_settings(std::string_view json, DjangoProject& project) {
  const nlohmann::json object = nlohmann::json::parse(json, nullptr, false);
  if (!object.is_object()) {
    return fail(ErrorKind::invalid, "the settings " + project.settings +
                                        " cannot be read: Python has not printed them");
  }
  project.static_url = text_of(object, "static_url");
  project.static_root = text_of(object, "static_root");
  project.media_url = text_of(object, "media_url");
  project.media_root = text_of(object, "media_root");
  project.wsgi_application = text_of(object, "wsgi_application");
  const auto hosts = object.find("allowed_hosts");
  if (hosts == object.end() || !hosts->is_array()) return {};
  for (const auto& host : *hosts) {
    if (!host.is_string()) continue;
    if (project.allowed_hosts.size() == most_hosts) break;
    project.allowed_hosts.push_back(host.get<std::string>());
  }
  return {};
}

}  // namespace frontis::commands
