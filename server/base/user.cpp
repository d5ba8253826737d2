#include "base/user.h"

#include <pwd.h>

#include <array>

namespace frontis {

std::string user_text(uid_t id) {
  std::array<char, 4096> space{};
  passwd entry{};
  passwd* found = nullptr;
  ::getpwuid_r(id, &entry, space.data(), space.size(), &found);
  if (found == nullptr) return "user " + std::to_string(id);
  return std::string("user '") + found->pw_name + "'";
}

}  // namespace frontis
