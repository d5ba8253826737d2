#include "commands/django_configuration.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "base/text.h"
#include "commands/yaml_text.h"
#include "config/address.h"
#include "config/wsgi_app.h"

namespace frontis::commands {

namespace {

namespace fs = std::filesystem;

// --- the parts of a site ---

// Beneath the project without its folder, so that the project can be moved; elsewhere a relative
// path would lead astray.
std::string path_in(const DjangoProject& project, const fs::path& path) {
  if (project.is_service) return path.lexically_normal().native();
  const fs::path relative = path.lexically_normal().lexically_relative(project.folder);
  const bool is_beneath = !relative.empty() && *relative.begin() != "..";
  return is_beneath ? relative.native() : path.native();
}

// A name alone would be looked up in PATH: an interpreter in the project's own folder needs "./".
std::string python_in(const DjangoProject& project) {
  const bool was_named = project.python.find('/') == project.python.npos;
  const std::string path = was_named ? project.python : path_in(project, project.python);
  return was_named || path.find('/') != path.npos ? path : "./" + path;
}

// "/static/" of "static/"; empty for a URL of another host, and where there is none.
std::string path_of_url(std::string url) {
  if (url.find("//") != url.npos) return {};
  if (!url.starts_with('/')) url.insert(0, "/");
  if (!url.ends_with('/')) url.push_back('/');
  return url == "/" ? std::string() : url;
}

// "mysite.wsgi:application" of Django's "mysite.wsgi.application", or of its default.
std::string callable_of(const DjangoProject& project) {
  std::string dotted = project.wsgi_application;
  if (dotted.empty()) {
    dotted = project.settings.substr(0, project.settings.find('.')) + ".wsgi.application";
  }
  const std::size_t dot = dotted.rfind('.');
  if (dot != dotted.npos) dotted[dot] = ':';
  return dotted;
}

void add_once(std::vector<std::string>& to, std::string one) {
  if (std::find(to.begin(), to.end(), one) == to.end()) to.push_back(std::move(one));
}

std::vector<std::string> hosts_of(const DjangoProject& project, DjangoConfiguration& out) {
  std::vector<std::string> hosts;
  for (const std::string& allowed : project.allowed_hosts) {
    if (allowed == "*") return {"*"};
    const bool has_all_below = allowed.starts_with('.');
    const auto host = config::parse_host(allowed.substr(has_all_below ? 1 : 0));
    if (!host || host->starts_with('*')) {
      out.missing.push_back("ALLOWED_HOSTS has '" + printable(allowed) +
                            "', which is no host name; it is left out");
      continue;
    }
    add_once(hosts, *host);
    if (has_all_below) add_once(hosts, "*." + *host);
  }
  if (hosts.empty()) hosts.emplace_back("*");
  return hosts;
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : " ") + word;
  return out;
}

bool is_folder(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

// A route to a folder; with a '#' before it while the folder is not there.
std::string route(const std::string& url, const std::string& folder, bool is_there,
                  const std::string& more) {
  return std::string(is_there ? "    " : "    #") + yaml_quoted(url) +
         ": {files: " + yaml_quoted(folder) + more + "}\n";
}

std::string static_route(const DjangoProject& project, DjangoConfiguration& out) {
  const std::string url = path_of_url(project.static_url);
  if (url.empty()) {
    out.missing.push_back(project.static_url.empty() || project.static_url == "/"
                              ? "STATIC_URL is not set: there is no route for static files. "
                                "Usual in settings.py: STATIC_URL = \"/static/\""
                              : "STATIC_URL is " + printable(project.static_url) +
                                    ", on another host: there is no route for static files here");
    return {};
  }
  const bool is_set = !project.static_root.empty();
  const fs::path root = is_set ? project.static_root : project.folder / "static";
  const bool is_there = is_set && is_folder(root);
  const std::string folder = path_in(project, root);
  if (!is_set) {
    out.missing.push_back(
        "STATIC_ROOT is not set: add  STATIC_ROOT = BASE_DIR / \"static\"  to settings.py, run  " +
        project.python + " manage.py collectstatic  and take away the '#' before " + url +
        " in the file");
  } else if (!is_there) {
    out.missing.push_back(
        "STATIC_ROOT, " + root.native() + ", is not there yet: run  " + project.python +
        " manage.py collectstatic  and take away the '#' before " + url + " in the file");
  } else {
    out.done.push_back(url + " serves " + folder + " (STATIC_ROOT, filled by collectstatic)");
  }
  return "    # STATIC_ROOT. With ManifestStaticFilesStorage browsers keep these files for a "
         "year.\n" +
         route(url, folder, is_there, "");
}

std::string media_route(const DjangoProject& project, DjangoConfiguration& out) {
  const std::string url = path_of_url(project.media_url);
  if (url.empty() || project.media_root.empty()) {
    out.done.push_back("no route for uploads: MEDIA_URL or MEDIA_ROOT is not set");
    return {};
  }
  const bool is_there = is_folder(project.media_root);
  const std::string folder = path_in(project, project.media_root);
  if (is_there) {
    out.done.push_back(url + " serves " + folder + " (MEDIA_ROOT)");
  } else {
    out.missing.push_back("MEDIA_ROOT, " + project.media_root.native() +
                          ", is not there yet: make it, and take away the '#' before " + url +
                          " in the file");
  }
  return "    # MEDIA_ROOT. What users upload never runs in a browser as a page of this site.\n" +
         route(url, folder, is_there, ", cache: 1h, uploads: true");
}

std::string app_section(const DjangoProject& project, DjangoConfiguration& out) {
  const std::string callable = callable_of(project);
  std::string yaml =
      "# The application: frontis starts it and watches it, and replaces its processes, without\n"
      "# losing a request, when the file `reload` is touched or frontis itself gets SIGHUP.\n"
      "# processes: 0 is one for each processor core.\n"
      "apps:\n  site:\n    wsgi: " +
      yaml_quoted(callable) +
      "\n    directory: " + (project.is_service ? yaml_quoted(project.folder.native()) : ".") +
      "\n    python: " + yaml_quoted(python_in(project)) + "\n    processes: 0\n    reload_on: " +
      (project.is_service ? yaml_quoted((project.folder / "reload").native()) : "reload") + "\n";
  if (project.settings_chosen) {
    yaml += "    env: {DJANGO_SETTINGS_MODULE: " + yaml_quoted(project.settings) + "}\n";
  }
  out.done.push_back("/ goes to " + callable + ", run with " + project.python);
  return yaml;
}

constexpr const char* in_the_project =
    "# Relative paths are taken from the folder of this file.\n\n"
    "# A port, an address such as \"127.0.0.1:8080\", or a list of these.\n"
    "listen: 8080\n\n"
    "# Where compressed variants and old versions of files are kept. Without it nothing is\n"
    "# compressed, and `frontis reload` and the like reach no server.\n"
    "#state: /var/lib/frontis\n\n";

constexpr const char* of_a_service =
    "\n"
    "# Behind something on this machine that speaks TLS, such as Caddy, in place of 80:\n"
    "#   listen: 127.0.0.1:8080\n"
    "#   trusted_proxies: 127.0.0.1\n"
    "listen: 80\n\n"
    "# Where compressed variants and old versions of files are kept.\n"
    "state: /var/lib/frontis\n\n"
    "# The user of the package; without it any user, such as www-data.\n"
    "user: frontis\n\n";

}  // namespace

DjangoConfiguration django_configuration(const DjangoProject& project) {
  DjangoConfiguration out;
  const std::vector<std::string> hosts = hosts_of(project, out);
  out.yaml =
      "# The configuration of Frontis for this Django project, written by `frontis init` from\n"
      "# " +
      project.settings + ". `frontis check --deep` judges it, `frontis serve` uses it.\n";
  out.yaml += project.is_service ? of_a_service : in_the_project;
  out.yaml += app_section(project, out);
  out.yaml += "\nsites:\n";
  if (hosts.front() == "*") {
    out.yaml += "  # Every host: ALLOWED_HOSTS names none, or all.\n";
  } else {
    out.yaml += "  # ALLOWED_HOSTS.\n";
  }
  out.yaml += "  " + yaml_quoted(joined(hosts)) + ":\n";
  out.yaml += static_route(project, out);
  out.yaml += media_route(project, out);
  out.yaml += "    # All the rest.\n    /: {app: site}\n";
  out.done.push_back("hosts: " + joined(hosts));
  return out;
}

}  // namespace frontis::commands
