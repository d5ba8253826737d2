// A real folder with a site in it, that a test fills and that goes with it; and the command line
// as a person runs it, with what it printed.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "commands/commands.h"

namespace frontis::commands {

// Each `from` in `text` becomes `to`.
inline std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
  return text;
}

class SiteFolder {
 public:
  SiteFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "frontis-site-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) std::abort();
    path_ = std::filesystem::canonical(name);
    // Another user shall be able to look into it.
    std::filesystem::permissions(path_, std::filesystem::perms(0755));
    std::filesystem::create_directory(path_ / "root");
  }
  ~SiteFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  SiteFolder(const SiteFolder&) = delete;
  SiteFolder& operator=(const SiteFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(std::string_view relative) const { return path_ / relative; }

  std::filesystem::path write(std::string_view relative, std::string_view content) const {
    const auto file = path_ / relative;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << content;
    return file;
  }
  void link(const std::filesystem::path& target, std::string_view relative) const {
    std::filesystem::create_symlink(target, path_ / relative);
  }
  void mode(std::string_view relative, unsigned bits) const {
    std::filesystem::permissions(path_ / relative, std::filesystem::perms(bits));
  }
  // `text` with the name of this folder as "F".
  std::string shortened(std::string text) const {
    return replaced(std::move(text), path_.native(), "F");
  }

 private:
  std::filesystem::path path_;
};

struct Ran {
  int code = 0;
  std::string out;
  std::string errors;
};

inline Ran run_command(const std::vector<std::string>& arguments) {
  std::vector<const char*> words{"frontis"};
  for (const std::string& argument : arguments) words.push_back(argument.c_str());
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  Ran ran;
  ran.code = run(static_cast<int>(words.size()), words.data());
  ran.out = testing::internal::GetCapturedStdout();
  ran.errors = testing::internal::GetCapturedStderr();
  return ran;
}

}  // namespace frontis::commands
