// A WSGI site in a folder of its own, and what a test sees of its processes: each notes its
// process id in a file when it is imported.
#pragma once

#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "base/log.h"
#include "config/app_settings.h"
#include "upstream/balancer.h"

namespace frontis::app {

struct SiteHouse {
  static constexpr const char* hello =
      "def application(environ, start_response):\n"
      "    start_response('200 OK', [])\n"
      "    return [b'hello']\n";

  SiteHouse() {
    std::string name = testing::TempDir() + "frontis-app-XXXXXX";
    folder = mkdtemp(name.data());
    app.name = "site";
    app.protocol = config::Protocol::wsgi;
    app.wsgi.callable = "site_app:application";
    app.wsgi.directory = folder;
    app.wsgi.env = {{"PYTHONDONTWRITEBYTECODE", "1"}, {"GREETING", "hello"}};
    log = std::move(*Log::open((folder / "log").string(), Log::Level::info));
    write(hello);
  }
  ~SiteHouse() { std::filesystem::remove_all(folder); }
  SiteHouse(const SiteHouse&) = delete;
  SiteHouse& operator=(const SiteHouse&) = delete;

  // The site from now on; in one step, so that no process reads half of it.
  void write(const std::string& text) const {
    std::ofstream(folder / "new") << "import os\n"
                                     "open('started', 'a').write('%d\\n' % os.getpid())\n"
                                  << text;
    std::filesystem::rename(folder / "new", folder / "site_app.py");
  }
  // Of all processes that were ever imported, in their order.
  std::vector<pid_t> started() const {
    std::vector<pid_t> pids;
    std::ifstream in(folder / "started");
    for (pid_t pid = 0; in >> pid;) pids.push_back(pid);
    return pids;
  }
  std::string said() const {
    log->flush();
    std::ifstream in(folder / "log");
    return {std::istreambuf_iterator<char>(in), {}};
  }
  bool has_said(std::string_view text) const { return said().find(text) != std::string::npos; }
  static bool runs(pid_t pid) { return ::kill(pid, 0) == 0; }

  std::filesystem::path folder;
  config::App app;
  std::unique_ptr<Log> log;
  upstream::Balancer balancer{16};
};

}  // namespace frontis::app
