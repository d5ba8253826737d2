// What `frontis run` is asked for on the command line, as the configuration that it stands for:
// it is then read and checked like any other.
#pragma once

#include <string>
#include <vector>

namespace frontis::commands {

struct RunOptions {
  std::string directory;             // to serve at /; with an app, where that runs
  std::vector<std::string> statics;  // "DIR" or "DIR=/url/"
  std::string app;              // "mysite.wsgi", "module:callable", "module:create()"; empty: none
  std::string python;           // of the app; empty: that of the project
  unsigned processes = 0;       // of the app; 0: one per core
  std::string listen = "8080";  // a port alone is one of 127.0.0.1
  std::string access = "off";
  std::string state;  // empty: the user's cache folder; "none": nowhere
};

inline constexpr const char* no_state = "none";

// What is wrong with one of `statics`, for the one who typed it; empty where nothing is.
[[nodiscard]] std::string static_fault(const std::string& typed);

[[nodiscard]] std::string run_configuration(const RunOptions& options);

}  // namespace frontis::commands
