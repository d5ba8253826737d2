// The process that takes over: the same program, perhaps a newer one by now, started with the same
// arguments and with our listening sockets (inherited.h). It says when it accepts connections; one
// that does not is ended, and nothing has happened. Once it is ready it is no child of ours:
// whoever looks after processes without parents, of services systemd, hears of its end.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "base/descriptor.h"
#include "base/result.h"
#include "inherited.h"

namespace frontis {

// How this process was started, taken at its start: an upgrade replaces the file of the program.
struct Program {
  std::string path;
  std::vector<std::string> arguments;  // the first is the name that it was called by

  [[nodiscard]] static Program own();
};

class Successor {
 public:
  // Errors: exhausted (descriptors, processes), io.
  [[nodiscard]] static Result<Successor> start(const Program& program,
                                               const std::vector<Handed>& handed);
  Successor(Successor&&) noexcept = default;
  Successor& operator=(Successor&&) noexcept = default;

  pid_t process() const { return process_; }
  // Readable when it has said something, or has ended.
  int descriptor() const { return told_.number(); }
  // When that is so: whether it is ready, which it says once. Then it goes its own way.
  bool is_ready();
  // When it is ready, and later says something: the signal that it passes on to us; 0: it said
  // nothing that we know; none: it has ended.
  std::optional<int> signal();
  // Ends it, where it has not ended or become ready. Says what became of it: "it ended with status
  // 1".
  std::string end();

 private:
  Successor(Descriptor told, Descriptor line, pid_t between)
      : told_(std::move(told)), line_(std::move(line)), between_(between) {}

  void let_go();

  Descriptor told_;
  Descriptor line_;  // to the process between us
  pid_t between_;
  pid_t process_ = -1;
};

}  // namespace frontis
