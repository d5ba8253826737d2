#include "commands/press_crew.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <system_error>
#include <utility>

namespace frontis::commands {

namespace {

constexpr int redraw_milliseconds = 100;

sigset_t ending_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

std::size_t terminal_columns() {
  constexpr std::size_t usual = 80;
  winsize size{};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return usual;
  return size.ws_col;
}

}  // namespace

Interrupts::Interrupts() {
  const sigset_t set = ending_signals();
  ::pthread_sigmask(SIG_BLOCK, &set, &before_);
  descriptor_ = Descriptor(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
}

Interrupts::~Interrupts() {
  signalfd_siginfo info;
  while (came_ && ::read(descriptor_.number(), &info, sizeof info) > 0) continue;
  ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

bool Interrupts::came() {
  if (came_) return true;
  signalfd_siginfo info;
  came_ = ::read(descriptor_.number(), &info, sizeof info) > 0;
  if (came_) ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  return came_;
}

PressCrew::PressCrew(const std::vector<PressRoot>& roots, const PressList& list,
                     FilePresser& presser, std::atomic<bool>& give_up, Findings& findings)
    : roots_(roots),
      list_(list),
      presser_(presser),
      give_up_(give_up),
      findings_(findings),
      ended_(::eventfd(0, EFD_CLOEXEC)) {}

PressCrew::~PressCrew() {
  for (std::thread& thread : threads_) thread.join();
}

void PressCrew::run(unsigned threads, bool show_progress, Interrupts& interrupts) {
  if (interrupts.came()) return stop("interrupted before anything was pressed");
  start(threads);
  if (!threads_.empty()) wait(show_progress, interrupts);
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

// Fewer than were asked for are slower, and none is a fault.
void PressCrew::start(unsigned threads) {
  at_work_ = threads;
  try {
    while (threads_.size() < threads) threads_.emplace_back([this] { work(); });
  } catch (const std::system_error& error) {
    const std::lock_guard lock(mutex_);
    at_work_ -= threads - threads_.size();
    if (threads_.empty()) stopped_ = std::string("no thread could be started: ") + error.what();
    if (at_work_ == 0) ::eventfd_write(ended_.number(), 1);
  }
}

void PressCrew::work() {
  std::vector<media::Library> libraries;  // our own: a library is for one thread
  libraries.reserve(roots_.size());
  for (const PressRoot& root : roots_) libraries.emplace_back(root.files);
  for (std::size_t i = next_++; i < list_.tasks.size() && !give_up_; i = next_++) {
    const PressTask& task = list_.tasks[i];
    take(task, presser_.press(libraries[task.root], task));
  }
  const std::lock_guard lock(mutex_);
  if (--at_work_ == 0) ::eventfd_write(ended_.number(), 1);
}

void PressCrew::take(const PressTask& task, const Result<PressedFile>& pressed) {
  const std::string name = shown_name(roots_[task.root], task.file);
  const std::lock_guard lock(mutex_);
  if (pressed) {
    totals_.add(*pressed);
    if (!pressed->fault.empty()) findings_.add("", name + ": " + pressed->fault);
    const std::string lack = pressed->fault.empty() ? pressed->lack() : "";
    if (!lack.empty()) findings_.add("", name + ": " + lack);
    return;
  }
  if (give_up_) return;
  if (pressed.error().kind == ErrorKind::exhausted) {
    stopped_ = pressed.error().message;
    give_up_ = true;
    return;
  }
  totals_.add_failed(task.identity.size);
  findings_.add("", name + ": " + pressed.error().message);
}

void PressCrew::wait(bool show_progress, Interrupts& interrupts) {
  for (bool ended = false; !ended;) {
    pollfd watched[] = {{ended_.number(), POLLIN, 0}, {interrupts.descriptor(), POLLIN, 0}};
    // Once it was interrupted there is nothing to wait for but the end.
    const nfds_t count = give_up_ ? 1 : 2;
    ::poll(watched, count, show_progress ? redraw_milliseconds : -1);
    ended = (watched[0].revents & POLLIN) != 0;
    if (count == 2 && watched[1].revents != 0 && interrupts.came()) {
      stop("interrupted; what was done until then stays");
    }
    if (show_progress && !ended) draw();
  }
  if (show_progress) std::fputs("\033[K", stderr);
}

void PressCrew::stop(std::string why) {
  const std::lock_guard lock(mutex_);
  if (stopped_.empty()) stopped_ = std::move(why);
  give_up_ = true;
}

// The cursor goes back to the beginning, so that whatever else is written begins a line.
void PressCrew::draw() const {
  PressProgress progress;
  {
    const std::lock_guard lock(mutex_);
    progress.files_done = totals_.files;
    progress.bytes_done = totals_.bytes;
    progress.saved = totals_.saved;
  }
  progress.files = list_.tasks.size();
  progress.bytes = list_.bytes;
  progress.seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - began_).count();
  // A line as long as the terminal is wide would break.
  std::fprintf(stderr, "%s\033[K\r", progress_line(progress, terminal_columns() - 1).c_str());
  std::fflush(stderr);
}

}  // namespace frontis::commands
