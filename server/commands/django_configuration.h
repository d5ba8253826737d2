// The configuration of a Django project, as text with comments, and what its owner has to know or
// to do besides. Looks at whether the folders of static files and uploads are there, for a route
// to a folder that is not would be a fault; changes nothing. In the project's folder it is one that
// can be moved with it, to try things out; elsewhere it is that of a service, with absolute paths.
#pragma once

#include <string>
#include <vector>

#include "commands/django_project.h"

namespace frontis::commands {

struct DjangoConfiguration {
  std::string yaml;
  std::vector<std::string> done;     // what is in it, a line for each
  std::vector<std::string> missing;  // what is not, and what to do about it
};

[[nodiscard]] DjangoConfiguration django_configuration(const DjangoProject& project);

}  // namespace frontis::commands
