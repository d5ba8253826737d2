#include "successor.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string_view>

#include "predecessors.h"

extern char** environ;

namespace frontis {

namespace {

constexpr int cannot_start = 127;  // as a shell says it

// Everything that the child needs between fork and exec, where nothing may be allocated.
class Launch {
 public:
  Launch(const Program& program, std::vector<std::string> environment, std::vector<int> handed)
      : program_(program), environment_(std::move(environment)), handed_(std::move(handed)) {
    for (const std::string& each : program_.arguments) {
      arguments_.push_back(const_cast<char*>(each.c_str()));
    }
    arguments_.push_back(nullptr);
    // Its own number is known to the child alone: it writes it over these digits.
    environment_.push_back(fmt::format("{}=0000000000", listen_pid));
    for (std::string& each : environment_) variables_.push_back(each.data());
    variables_.push_back(nullptr);
  }

  [[noreturn]] void run() {
    char* digit = environment_.back().data() + environment_.back().size();
    for (pid_t left = ::getpid(); left > 0; left /= 10)
      *--digit = static_cast<char>('0' + left % 10);
    for (std::size_t i = 0; i < handed_.size(); ++i) {
      ::dup2(handed_[i], first_handed + static_cast<int>(i));  // and it stays open
    }
    ::execve(program_.path.c_str(), arguments_.data(), variables_.data());
    ::_exit(cannot_start);
  }

 private:
  const Program& program_;
  std::vector<std::string> environment_;
  std::vector<int> handed_;
  std::vector<char*> arguments_, variables_;
};

bool is_ours(std::string_view variable) {
  for (const char* name : {listen_pid, listen_count, listen_names, upgrade_told, "WATCHDOG_PID"}) {
    const std::string_view ours = name;
    if (variable.starts_with(ours) && variable.substr(ours.size()).starts_with('=')) return true;
  }
  return false;
}

std::vector<std::string> environment_for(const std::vector<Handed>& handed) {
  std::vector<std::string> variables;
  for (char** each = environ; *each != nullptr; ++each) {
    if (!is_ours(*each)) variables.emplace_back(*each);
  }
  std::string names;
  for (const auto& each : handed) names += (names.empty() ? "" : ":") + each.name;
  variables.push_back(fmt::format("{}={}", listen_count, handed.size()));
  variables.push_back(fmt::format("{}={}", listen_names, names));
  variables.push_back(
      fmt::format("{}={}", upgrade_told, first_handed + static_cast<int>(handed.size())));
  return variables;
}

// Copies above all numbers that the child gives them, so that none is overwritten before its turn.
Result<std::vector<Descriptor>> lifted(const std::vector<Handed>& handed, int told) {
  std::vector<int> numbers;
  for (const auto& each : handed) numbers.push_back(each.descriptor);
  numbers.push_back(told);
  const int above = first_handed + static_cast<int>(numbers.size());
  std::vector<Descriptor> copies;
  for (const int number : numbers) {
    copies.emplace_back(::fcntl(number, F_DUPFD_CLOEXEC, above));
    if (!copies.back().is_open()) return fail_errno("cannot copy what is handed over", errno);
  }
  return copies;
}

// What the process between us says of the new one, and how it ended if we ask.
struct Born {
  pid_t process;  // -1: `error` says why there is none
  int error;
};

// Starts the new process and stays its parent until it is ready: so its number is not given to
// another when it has ended, and what became of it can be told. Then ends, and the new one is an
// orphan. After a fork nothing may be allocated.
[[noreturn]] void stand_between(Launch& launch, int line) {
  const pid_t process = ::_Fork();
  if (process == 0) launch.run();
  const Born born{process, errno};
  // A socket that the server closes is not to stay open here.
  const auto own = static_cast<unsigned>(line);
  if (own > 0) ::close_range(0, own - 1, 0);
  ::close_range(own + 1, ~0U, 0);
  [[maybe_unused]] auto count = ::write(line, &born, sizeof born);
  char question = 0;
  if (process > 0 && ::read(line, &question, 1) == 1) {
    int status = 0;
    ::waitpid(process, &status, 0);
    count = ::write(line, &status, sizeof status);
  }
  ::_exit(0);
}

bool is_readable(const Descriptor& line, int milliseconds) {
  pollfd watched{line.number(), POLLIN, 0};
  return ::poll(&watched, 1, milliseconds) == 1;
}

}  // namespace

Program Program::own() {
  Program program;
  std::array<char, 4096> path{};
  const auto length = ::readlink("/proc/self/exe", path.data(), path.size() - 1);
  if (length > 0) program.path.assign(path.data(), static_cast<std::size_t>(length));
  std::ifstream file("/proc/self/cmdline", std::ios::binary);
  for (std::string argument; std::getline(file, argument, '\0');) {
    program.arguments.push_back(argument);
  }
  return program;
}

Result<Successor> Successor::start(const Program& program, const std::vector<Handed>& handed) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return fail_errno("cannot make a pipe", errno);
  Descriptor told(ends[0]);
  const Descriptor telling(ends[1]);
  ::fcntl(told.number(), F_SETFL, O_NONBLOCK);
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    return fail_errno("cannot make a pair of sockets", errno);
  }
  Descriptor line(ends[0]);
  Descriptor far_end(ends[1]);
  auto copies = lifted(handed, telling.number());
  if (!copies) return tl::unexpected(copies.error());
  std::vector<int> numbers;
  for (const Descriptor& copy : *copies) numbers.push_back(copy.number());
  Launch launch(program, environment_for(handed), std::move(numbers));
  const pid_t between = ::fork();
  if (between < 0) return fail_errno("cannot start a process", errno);
  if (between == 0) stand_between(launch, far_end.number());
  far_end.close();
  Successor successor(std::move(told), std::move(line), between);
  Born born{-1, ECHILD};
  [[maybe_unused]] const auto got = ::read(successor.line_.number(), &born, sizeof born);
  successor.process_ = born.process;
  if (born.process > 0) return successor;
  successor.let_go();
  return fail_errno("cannot start a process", born.error);
}

// The process between us ends, whatever it waits for.
void Successor::let_go() {
  line_.close();
  ::waitpid(between_, nullptr, 0);
}

bool Successor::is_ready() {
  char word = 0;
  if (::read(told_.number(), &word, 1) != 1 || word != Predecessors::ready) return false;
  let_go();
  return true;
}

std::optional<int> Successor::signal() {
  char word = 0;
  const auto got = ::read(told_.number(), &word, 1);
  if (got == 0) return std::nullopt;
  for (const int known : {SIGTERM, SIGINT, SIGUSR1}) {
    if (got == 1 && word == static_cast<char>(known)) return known;
  }
  return 0;
}

std::string Successor::end() {
  // It closes its end of the pipe a moment before it is gone by itself.
  constexpr int patience_ms = 1000;
  const char question = '?';
  [[maybe_unused]] const auto asked = ::send(line_.number(), &question, 1, MSG_NOSIGNAL);
  const bool has_ended = is_readable(line_, patience_ms);
  if (!has_ended) ::kill(process_, SIGKILL);
  int status = 0;
  const bool is_told = is_readable(line_, patience_ms) &&
                       ::read(line_.number(), &status, sizeof status) == sizeof status;
  ::kill(between_, SIGKILL);
  let_go();
  if (!has_ended) return "it was not ready in time, and has been killed";
  if (!is_told) return "what became of it is not known";
  if (WIFEXITED(status) && WEXITSTATUS(status) == cannot_start) {
    return "the program cannot be executed; look whether it is there";
  }
  if (WIFEXITED(status)) {
    return fmt::format("it ended with status {}; what it said is in the log", WEXITSTATUS(status));
  }
  return fmt::format("it ended by signal {}", WTERMSIG(status));
}

}  // namespace frontis
