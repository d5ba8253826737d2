// The configuration of a Django project, as text with comments, and what its owner has to know or
// to do besides. Looks at whether the folders of static files and uploads are there, for a route
// to a folder that is not would be a fault; changes nothing.
#pragma once

#include <string>
#include <vector>

#include "commands/django_project.h"

namespace frontis::commands {

struct DjangoConfiguration {
  std::string yaml;                  // of a file in the project's folder
  std::vector<std::string> done;     // what is in it, a line for each
  std::vector<std::string> missing;  // what is not, and what to do about it
};

[[nodiscard]] DjangoConfiguration django_configuration(const DjangoProject& project);

}  // namespace frontis::commands
