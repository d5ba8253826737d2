#include "commands/acting_user.h"

#include <grp.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

namespace frontis::commands {

ActingUser::ActingUser()
    : user_(::geteuid()), group_(::getegid()), dumpable_(::prctl(PR_GET_DUMPABLE)) {}

Result<std::unique_ptr<ActingUser>> ActingUser::become(const std::string& name) {
  std::unique_ptr<ActingUser> acting(new ActingUser);
  if (name.empty()) return acting;
  const passwd* user = ::getpwnam(name.c_str());
  if (user == nullptr) {
    return fail(ErrorKind::invalid,
                "user: there is no user '" + name + "' on this machine; make one or change 'user'");
  }
  if (user->pw_uid == acting->user_) return acting;
  if (acting->user_ != 0) {
    return fail(ErrorKind::invalid, "user: only root can become '" + name +
                                        "'; start frontis, and this check, as root");
  }
  const int count = ::getgroups(0, nullptr);
  if (count < 0) return fail_errno("cannot read our own groups", errno);
  acting->groups_.resize(static_cast<std::size_t>(count));
  if (::getgroups(count, acting->groups_.data()) != count) {
    return fail_errno("cannot read our own groups", errno);
  }
  acting->changed_ = true;
  const uid_t id = user->pw_uid;
  const gid_t group = user->pw_gid;
  if (::initgroups(name.c_str(), group) != 0 || ::setegid(group) != 0 || ::seteuid(id) != 0) {
    return fail_errno("user: cannot act as '" + name + "'", errno);
  }
  return acting;
}

ActingUser::~ActingUser() {
  if (!changed_) return;
  const bool returned = ::seteuid(user_) == 0 && ::setegid(group_) == 0 &&
                        ::setgroups(groups_.size(), groups_.data()) == 0;
  if (!returned) std::abort();
  // The change took our memory from debuggers and core dumps, which has no reason any more.
  ::prctl(PR_SET_DUMPABLE, dumpable_);
}

std::string note_of_root(const std::string& user, const std::string& command) {
  if (!user.empty() || ::geteuid() != 0) return {};
  return "no 'user': judged as root; a service that runs as somebody else may see less: set "
         "'user', or run `runuser -u frontis -- " +
         command + "`";
}

}  // namespace frontis::commands
