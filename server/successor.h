// The process that takes over: the same program, perhaps a newer one by now, started with the same
// arguments and with our listening sockets (inherited.h). It says when it accepts connections; one
// that does not is ended, and nothing has happened.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "base/descriptor.h"
#include "base/result.h"

namespace frontis {

// How this process was started, taken at its start: an upgrade replaces the file of the program.
struct Program {
  std::string path;
  std::vector<std::string> arguments;  // the first is the name that it was called by

  [[nodiscard]] static Program own();
};

class Successor {
 public:
  struct Handed {
    int socket;
    std::string name;
  };
  // Errors: exhausted (descriptors, processes), io.
  [[nodiscard]] static Result<Successor> start(const Program& program,
                                               const std::vector<Handed>& sockets);
  Successor(Successor&&) noexcept = default;

  pid_t process() const { return process_; }
  // Readable when it has said something, or has ended.
  int descriptor() const { return told_.number(); }
  // When that is so: whether it is ready.
  bool is_ready();
  // Ends it, where it has not ended. Says what became of it: "it ended with status 1".
  std::string end();

 private:
  Successor(pid_t process, Descriptor told) : process_(process), told_(std::move(told)) {}

  pid_t process_;
  Descriptor told_;
};

// On the other side: says it to whoever started us.
void say_ready(const Descriptor& told);

}  // namespace frontis
