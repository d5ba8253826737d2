// The machine as another user sees it: while one of these lives, the kernel judges whatever this
// process opens by that user's identity and groups, as it will judge the server after it has
// become that user. For a process with one thread; nothing is lost when it ends.
#pragma once

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"

namespace frontis::commands {

class ActingUser {
 public:
  // An empty `name` is ourselves. invalid: there is no such user, or only root could become it.
  [[nodiscard]] static Result<std::unique_ptr<ActingUser>> become(const std::string& name);
  // Returns to what we were; aborts when the system does not let us.
  ~ActingUser();
  ActingUser(const ActingUser&) = delete;
  ActingUser& operator=(const ActingUser&) = delete;

 private:
  ActingUser();

  bool changed_ = false;
  uid_t user_;
  gid_t group_;
  std::vector<gid_t> groups_;
  int dumpable_;
};

// What to say where root looks because no `user` is configured, who would see less; empty
// otherwise. `command` is what that user would run instead.
[[nodiscard]] std::string note_of_root(const std::string& user, const std::string& command);

}  // namespace frontis::commands
