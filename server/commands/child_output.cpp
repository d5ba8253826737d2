#include "commands/child_output.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/descriptor.h"
#include "base/file_actions.h"

namespace frontis::commands {

namespace {

using Clock = std::chrono::steady_clock;

// A child that is killed, if it still lives, and always waited for.
class Child {
 public:
  explicit Child(pid_t id) : id_(id), ended_(static_cast<int>(::syscall(SYS_pidfd_open, id, 0))) {}
  ~Child() {
    if (id_ <= 0) return;
    ::kill(id_, SIGKILL);
    static_cast<void>(wait());
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  int ended() const { return ended_.number(); }  // readable when it has
  int wait() {
    int status = 0;
    while (::waitpid(id_, &status, 0) < 0 && errno == EINTR) {
    }
    id_ = 0;
    return status;
  }

 private:
  pid_t id_;
  Descriptor ended_;
};

struct Pipe {
  Descriptor reading, writing;
};

Result<Pipe> open_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return fail_errno("cannot open a pipe", errno);
  return Pipe{Descriptor(ends[0]), Descriptor(ends[1])};
}

Result<pid_t> spawn(const std::vector<std::string>& command, const std::filesystem::path& folder,
                    int output) {
  FileActions actions;
  ::posix_spawn_file_actions_addopen(actions.get(), STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(actions.get(), output, STDOUT_FILENO);
  ::posix_spawn_file_actions_addchdir_np(actions.get(), folder.c_str());
  std::vector<char*> arguments;
  for (const std::string& one : command) arguments.push_back(const_cast<char*>(one.c_str()));
  arguments.push_back(nullptr);
  pid_t id = 0;
  const int error =
      ::posix_spawnp(&id, arguments[0], actions.get(), nullptr, arguments.data(), environ);
  if (error == 0) return id;
  return fail(ErrorKind::invalid, command[0] + " cannot be run: " + std::strerror(error));
}

// False when `file` is not readable by then.
bool wait_readable(int file, Clock::time_point until) {
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
    pollfd waiting{file, POLLIN, 0};
    const int ready = ::poll(&waiting, 1, static_cast<int>(std::max<std::int64_t>(left, 0)));
    if (ready > 0) return true;
    if (ready == 0 || errno != EINTR) return false;
  }
}

tl::unexpected<Error> too_slow(const std::string& program, const ChildBounds& bounds) {
  return fail(ErrorKind::timeout, program + " has not ended within " +
                                      std::to_string(bounds.time.count() / 1000) + " seconds");
}

}  // namespace

Result<std::string> child_output(const std::vector<std::string>& command,
                                 const std::filesystem::path& folder, ChildBounds bounds) {
  const Clock::time_point until = Clock::now() + bounds.time;
  Result<Pipe> pipe = open_pipe();
  if (!pipe) return tl::unexpected<Error>(pipe.error());
  const Result<pid_t> id = spawn(command, folder, pipe->writing.number());
  if (!id) return tl::unexpected<Error>(id.error());
  Child child(*id);
  pipe->writing.close();

  std::string output;
  char part[4096];
  while (true) {
    if (!wait_readable(pipe->reading.number(), until)) return too_slow(command[0], bounds);
    const ssize_t got = ::read(pipe->reading.number(), part, sizeof part);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail_errno("the output of " + command[0] + " cannot be read", errno);
    if (got == 0) break;
    output.append(part, static_cast<std::size_t>(got));
    if (output.size() > bounds.output) {
      return fail(ErrorKind::invalid,
                  command[0] + " has said more than " + std::to_string(bounds.output) + " bytes");
    }
  }
  if (!wait_readable(child.ended(), until)) return too_slow(command[0], bounds);
  const int status = child.wait();
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return output;
  const std::string how = WIFEXITED(status) ? "status " + std::to_string(WEXITSTATUS(status))
                                            : "signal " + std::to_string(WTERMSIG(status));
  return fail(ErrorKind::invalid, command[0] + " has ended with " + how);
}

}  // namespace frontis::commands
