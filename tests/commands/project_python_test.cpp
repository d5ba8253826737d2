#include "commands/project_python.h"

#include <gtest/gtest.h>

#include "site_folder.h"

namespace frontis::commands {
namespace {

TEST(ProjectPython, IsThatOfTheVirtualenvWhereThereIsOne) {
  const SiteFolder folder;
  EXPECT_EQ(project_python(folder.path()), "python3");
  folder.write(".venv/bin/python", "");
  EXPECT_EQ(project_python(folder.path()), "python3") << "it cannot be run";
  folder.mode(".venv/bin/python", 0755);
  EXPECT_EQ(project_python(folder.path()), (folder / ".venv/bin/python").native());
  folder.write("venv/bin/python", "");
  folder.mode("venv/bin/python", 0755);
  EXPECT_EQ(project_python(folder.path()), (folder / "venv/bin/python").native());
}

}  // namespace
}  // namespace frontis::commands
