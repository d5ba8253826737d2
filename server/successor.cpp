#include "successor.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string_view>

#include "inherited.h"

extern char** environ;

namespace frontis {

namespace {

constexpr char ready_byte = '+';
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

std::vector<std::string> environment_for(const std::vector<Successor::Handed>& sockets) {
  std::vector<std::string> variables;
  for (char** each = environ; *each != nullptr; ++each) {
    if (!is_ours(*each)) variables.emplace_back(*each);
  }
  std::string names;
  for (const auto& handed : sockets) names += (names.empty() ? "" : ":") + handed.name;
  variables.push_back(fmt::format("{}={}", listen_count, sockets.size()));
  variables.push_back(fmt::format("{}={}", listen_names, names));
  variables.push_back(
      fmt::format("{}={}", upgrade_told, first_handed + static_cast<int>(sockets.size())));
  return variables;
}

// Copies above all numbers that the child gives them, so that none is overwritten before its turn.
Result<std::vector<Descriptor>> lifted(const std::vector<Successor::Handed>& sockets, int told) {
  std::vector<int> numbers;
  for (const auto& handed : sockets) numbers.push_back(handed.socket);
  numbers.push_back(told);
  const int above = first_handed + static_cast<int>(numbers.size());
  std::vector<Descriptor> copies;
  for (const int number : numbers) {
    copies.emplace_back(::fcntl(number, F_DUPFD_CLOEXEC, above));
    if (!copies.back().is_open()) return fail_errno("cannot copy the listening sockets", errno);
  }
  return copies;
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

Result<Successor> Successor::start(const Program& program, const std::vector<Handed>& sockets) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return fail_errno("cannot make a pipe", errno);
  Descriptor told(ends[0]);
  const Descriptor telling(ends[1]);
  auto copies = lifted(sockets, telling.number());
  if (!copies) return tl::unexpected(copies.error());
  std::vector<int> numbers;
  for (const Descriptor& copy : *copies) numbers.push_back(copy.number());
  Launch launch(program, environment_for(sockets), std::move(numbers));
  const pid_t process = ::fork();
  if (process < 0) return fail_errno("cannot start a process", errno);
  if (process == 0) launch.run();
  return Successor(process, std::move(told));
}

bool Successor::is_ready() {
  char byte = 0;
  return ::read(told_.number(), &byte, 1) == 1 && byte == ready_byte;
}

std::string Successor::end() {
  int status = 0;
  // It closes its end of the pipe a moment before it is gone by itself.
  constexpr int tries = 100;
  constexpr useconds_t pause_us = 10'000;
  for (int i = 0; i < tries; ++i) {
    if (::waitpid(process_, &status, WNOHANG) == process_) {
      if (WIFEXITED(status)) return fmt::format("it ended with status {}", WEXITSTATUS(status));
      return fmt::format("it ended by signal {}", WTERMSIG(status));
    }
    ::usleep(pause_us);
  }
  ::kill(process_, SIGKILL);
  ::waitpid(process_, &status, 0);
  return "it was not ready in time, and has been killed";
}

void say_ready(const Descriptor& told) {
  if (!told.is_open()) return;
  [[maybe_unused]] const auto written = ::write(told.number(), &ready_byte, 1);
}

}  // namespace frontis
