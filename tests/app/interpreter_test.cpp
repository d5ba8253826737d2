#include "app/interpreter.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

namespace frontis::app {
namespace {

TEST(Interpreter, CanBeRunOrItIsSaidWhatToDo) {
  std::string name = testing::TempDir() + "frontis-python-XXXXXX";
  const std::filesystem::path folder = mkdtemp(name.data());
  for (const char* file : {"python", "plain"}) std::ofstream(folder / file) << "#!/bin/sh\n";
  ::chmod((folder / "python").c_str(), 0755);
  ::chmod((folder / "plain").c_str(), 0644);
  std::filesystem::create_symlink("nowhere", folder / "broken");
  const std::string path = folder.native();
  const auto refused = [&](const std::string& file, const std::string& why) {
    return "the interpreter " + path + file + " cannot be run: " + why +
           "; make its virtualenv (python3 -m venv), or correct --python";
  };
  const std::pair<std::string, std::string> cases[] = {
      {path + "/python", ""},
      {path + "/none", refused("/none", "No such file or directory")},
      {path + "/broken", refused("/broken", "No such file or directory")},
      {path + "/plain", refused("/plain", "Permission denied")},
      {path + "/python/x", refused("/python/x", "Not a directory")},
      {path + "/", refused("/", "it is no file")},
      {"sh", ""},
      {"python9",
       "there is no 'python9' in PATH; install it, or name an interpreter with "
       "--python"},
  };
  for (const auto& [python, fault] : cases) {
    EXPECT_EQ(interpreter_fault(python, "--python"), fault);
  }
  const std::string before = ::getenv("PATH");
  ::setenv("PATH", path.c_str(), 1);
  EXPECT_EQ(interpreter_fault("python", "--python"), "");
  EXPECT_EQ(interpreter_fault("python3"),
            "there is no 'python3' in PATH; install it (apt-get install python3), or name an "
            "interpreter with 'python'");
  ::setenv("PATH", before.c_str(), 1);
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace frontis::app
