#include "app/spawn.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "app/interpreter.h"
#include "app/worker_source.h"
#include "base/file_actions.h"
#include "base/file_bytes.h"
#include "base/text.h"

namespace frontis::app {

namespace {

// What the process finds where; below first_of_ours nothing of ours may be, so that no dup2 of
// the child hits what a later one needs.
constexpr int listen_number = 3;
constexpr int control_number = 4;
constexpr int source_number = 5;
constexpr int first_of_ours = 16;
constexpr int backlog = 128;

struct Attributes {
  posix_spawnattr_t value;
  Attributes() { ::posix_spawnattr_init(&value); }
  ~Attributes() { ::posix_spawnattr_destroy(&value); }
  Attributes(const Attributes&) = delete;
  Attributes& operator=(const Attributes&) = delete;
};

// What the process inherits.
struct Given {
  Descriptor listener;
  Descriptor control;
  Descriptor output;
  Descriptor source;
};

Result<void> move_up(Descriptor& descriptor) {
  Descriptor high(::fcntl(descriptor.number(), F_DUPFD_CLOEXEC, first_of_ours));
  if (!high.is_open()) return fail_errno("cannot copy a descriptor", errno);
  descriptor = std::move(high);
  return {};
}

// A name that cannot be guessed, so that nobody else holds it before us.
Result<net::Endpoint> new_endpoint() {
  std::array<unsigned char, 16> random{};
  if (::getrandom(random.data(), random.size(), 0) != static_cast<ssize_t>(random.size())) {
    return fail_errno("cannot make a name for a socket", errno);
  }
  return net::Endpoint::abstract("frontis/" + std::to_string(::getpid()) + "/" + to_hex(random));
}

Result<Descriptor> listen_at(const net::Endpoint& endpoint) {
  Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket.is_open() || ::bind(socket.number(), endpoint.address(), endpoint.length()) != 0 ||
      ::listen(socket.number(), backlog) != 0) {
    return fail_errno("cannot listen on " + endpoint.text(), errno);
  }
  return socket;
}

Result<Descriptor> source_file() {
  Descriptor file(::memfd_create("frontis-worker", MFD_CLOEXEC));
  if (!file.is_open() || !write_all(file.number(), worker_source()) ||
      ::lseek(file.number(), 0, SEEK_SET) != 0) {
    return fail_errno("cannot hold the worker's source", errno);
  }
  return file;
}

// Both ends of what lies between us and the process; ours do not block.
Result<void> connect(Given& given, Spawned& ours) {
  int sockets[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) != 0) {
    return fail_errno("cannot make a control socket", errno);
  }
  ours.control = Descriptor(sockets[0]);
  given.control = Descriptor(sockets[1]);
  int pipe[2];
  if (::pipe2(pipe, O_CLOEXEC) != 0) return fail_errno("cannot make a pipe", errno);
  ours.output = Descriptor(pipe[0]);
  given.output = Descriptor(pipe[1]);
  for (const int mine : {ours.control.number(), ours.output.number()}) {
    if (::fcntl(mine, F_SETFL, O_NONBLOCK) != 0) return fail_errno("cannot not block", errno);
  }
  return {};
}

Result<Given> prepare(Spawned& ours) {
  auto endpoint = new_endpoint();
  if (!endpoint) return tl::unexpected(endpoint.error());
  auto listener = listen_at(*endpoint);
  if (!listener) return tl::unexpected(listener.error());
  auto source = source_file();
  if (!source) return tl::unexpected(source.error());
  ours.endpoint = std::make_shared<const net::Endpoint>(std::move(*endpoint));
  Given given{std::move(*listener), {}, {}, std::move(*source)};
  auto done = connect(given, ours);
  for (Descriptor* one : {&given.listener, &given.control, &given.output, &given.source}) {
    if (done) done = move_up(*one);
  }
  if (!done) return tl::unexpected(done.error());
  return given;
}

std::vector<std::string> arguments(const config::WsgiSettings& settings, unsigned processes) {
  const auto option = [](const char* name, auto value) {
    return std::string(name) + "=" + std::to_string(value);
  };
  return {settings.python,
          "-c",
          "exec(open(" + std::to_string(source_number) + ").read())",
          "frontis-worker",
          settings.callable,
          option("listen", listen_number),
          option("control", control_number),
          option("server", ::getpid()),
          option("threads", std::max(settings.threads, 1U)),
          option("processes", processes),
          option("max_requests", settings.max_requests),
          option("patience", settings.stop_timeout.count())};
}

std::string_view name_of(std::string_view variable) {
  return variable.substr(0, variable.find('='));
}

// Ours, with those of the settings in their place, and without what systemd tells us alone.
std::vector<std::string> environment(const config::WsgiSettings& settings) {
  std::vector<std::string> variables{"PYTHONUNBUFFERED=1"};
  const auto has = [&](std::string_view name) {
    return std::any_of(variables.begin(), variables.end(),
                       [name](const std::string& one) { return name_of(one) == name; });
  };
  for (const auto& set : settings.env) {
    std::erase_if(variables, [&](const std::string& one) { return name_of(one) == set.first; });
    variables.push_back(set.first + "=" + set.second);
  }
  constexpr std::array<std::string_view, 6> private_names{"NOTIFY_SOCKET", "LISTEN_FDS",
                                                          "LISTEN_PID",    "LISTEN_FDNAMES",
                                                          "WATCHDOG_USEC", "WATCHDOG_PID"};
  for (char** one = environ; *one != nullptr; ++one) {
    const std::string_view name = name_of(*one);
    const bool is_private =
        std::find(private_names.begin(), private_names.end(), name) != private_names.end();
    if (!is_private && !has(name)) variables.emplace_back(*one);
  }
  return variables;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> found;
  for (std::string& text : texts) found.push_back(text.data());
  found.push_back(nullptr);
  return found;
}

// The signals that we block and ignore are not the process's business.
void set_attributes(posix_spawnattr_t& attributes) {
  sigset_t none;
  sigset_t all;
  ::sigemptyset(&none);
  ::sigfillset(&all);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setsigdefault(&attributes, &all);
  ::posix_spawnattr_setpgroup(&attributes, 0);
  ::posix_spawnattr_setflags(
      &attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
}

int set_actions(posix_spawn_file_actions_t* actions, const Given& given,
                const config::WsgiSettings& settings) {
  const std::array<std::pair<int, int>, 5> moves{{
      {given.output.number(), STDOUT_FILENO},
      {given.output.number(), STDERR_FILENO},
      {given.listener.number(), listen_number},
      {given.control.number(), control_number},
      {given.source.number(), source_number},
  }};
  int fault = ::posix_spawn_file_actions_addopen(actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  for (const auto& [from, to] : moves) {
    if (fault == 0) fault = ::posix_spawn_file_actions_adddup2(actions, from, to);
  }
  // A library of ours may have left one open for our children.
  if (fault == 0) fault = ::posix_spawn_file_actions_addclosefrom_np(actions, source_number + 1);
  if (fault == 0 && !settings.directory.empty()) {
    fault = ::posix_spawn_file_actions_addchdir_np(actions, settings.directory.c_str());
  }
  return fault;
}

Result<pid_t> launch(const config::WsgiSettings& settings, unsigned processes, const Given& given) {
  struct stat found {};
  if (!settings.directory.empty() && ::stat(settings.directory.c_str(), &found) != 0) {
    return fail_errno("cannot run in " + settings.directory.string(), errno);
  }
  Attributes attributes;
  FileActions actions;
  set_attributes(attributes.value);
  const int fault = set_actions(actions.get(), given, settings);
  if (fault != 0) return fail_errno("cannot prepare " + settings.python, fault);
  std::vector<std::string> words = arguments(settings, processes);
  std::vector<std::string> variables = environment(settings);
  pid_t pid = 0;
  const int refused =
      ::posix_spawnp(&pid, settings.python.c_str(), actions.get(), &attributes.value,
                     pointers(words).data(), pointers(variables).data());
  if (refused == 0) return pid;
  const std::string why = interpreter_fault(settings.python);
  if (!why.empty()) return fail(ErrorKind::invalid, why);
  return fail_errno("cannot run " + settings.python, refused);
}

}  // namespace

Result<Spawned> spawn_worker(const config::WsgiSettings& settings, unsigned processes) {
  Spawned ours;
  const auto given = prepare(ours);
  if (!given) return tl::unexpected(given.error());
  const auto pid = launch(settings, processes, *given);
  if (!pid) return tl::unexpected(pid.error());
  ours.pid = *pid;
  ours.ended = Descriptor(static_cast<int>(::syscall(SYS_pidfd_open, *pid, 0)));
  if (!ours.ended.is_open()) {
    const auto error = fail_errno("cannot watch " + settings.python, errno);
    ::kill(*pid, SIGKILL);
    ::waitpid(*pid, nullptr, 0);
    return error;
  }
  ::fcntl(ours.ended.number(), F_SETFD, FD_CLOEXEC);
  return ours;
}

}  // namespace frontis::app
