// What posix_spawn does with the descriptors and the folder of a child between fork and exec; freed
// with its owner, who fills it in with the functions of <spawn.h>.
#pragma once

#include <spawn.h>

namespace frontis {

class FileActions {
 public:
  FileActions() { ::posix_spawn_file_actions_init(&actions_); }
  ~FileActions() { ::posix_spawn_file_actions_destroy(&actions_); }
  FileActions(const FileActions&) = delete;
  FileActions& operator=(const FileActions&) = delete;

  posix_spawn_file_actions_t* get() { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_;
};

}  // namespace frontis
