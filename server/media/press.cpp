#include "media/press.h"

#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <system_error>
#include <utility>

namespace frontis::media {

namespace {

constexpr int soon_nice = 10;

// Failures are of no matter: the work is then done at the priority that there is.
void lower_priority(bool to_idle) {
  const auto thread = static_cast<id_t>(::syscall(SYS_gettid));
  if (!to_idle) {
    const bool is_low = ::getpriority(PRIO_PROCESS, thread) >= soon_nice;
    if (!is_low) ::setpriority(PRIO_PROCESS, thread, soon_nice);
    return;
  }
  const sched_param none{};
  ::sched_setscheduler(0, SCHED_IDLE, &none);
  // From linux/ioprio.h, which Debian's C library does not wrap.
  constexpr int who_process = 1;
  constexpr int class_idle = 3;
  constexpr int class_shift = 13;
  ::syscall(SYS_ioprio_set, who_process, 0, class_idle << class_shift);
}

std::chrono::nanoseconds own_cpu_time() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

}  // namespace

Press::Press(unsigned idle_threads, Log& log, unsigned share)
    : log_(log), share_(std::clamp(share, 1U, 100U)) {
  if (idle_threads == 0) return;
  try {
    start(idle_threads);
  } catch (const std::system_error& error) {
    log_.error("only {} of {} press threads could be started ({}): raise the limit of tasks{}",
               threads_.size(), idle_threads + busy_threads, error.what(),
               threads_.empty() ? "; until then hashing holds up the requests" : "");
  }
}

std::size_t Press::idle_threads() const {
  return threads_.size() - std::min(threads_.size(), busy_threads);
}

// The first does all but idle work, so that a machine which allows no more of them still answers.
void Press::start(unsigned idle_threads) {
  threads_.reserve(idle_threads + busy_threads);
  threads_.emplace_back([this] { work(Urgency::soon); });
  threads_.emplace_back([this] { work(Urgency::request_waits); });
  while (threads_.size() < idle_threads + busy_threads) {
    threads_.emplace_back([this] { work(Urgency::idle); });
  }
}

void Press::begin_to_end() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  work_to_do_.notify_all();
  // To end, a thread must run, also for the kernel. Only root may lift one from the idle priority;
  // for others a stop takes longer on a machine that has no time to spare.
  const sched_param none{};
  for (std::thread& thread : threads_) {
    ::pthread_setschedparam(thread.native_handle(), SCHED_OTHER, &none);
  }
}

bool Press::end_within(std::chrono::milliseconds patience) {
  begin_to_end();
  std::unique_lock lock(mutex_);
  return stopped_.wait_for(lock, patience, [this] { return ended_ == threads_.size(); });
}

Press::~Press() {
  begin_to_end();
  for (std::thread& thread : threads_) thread.join();
  for (Jobs& jobs : jobs_) jobs.clear();  // while this is whole: what they hold may submit
}

bool Press::submit(Urgency urgency, std::function<void()> job) {
  if (threads_.empty()) {
    job();
    return true;
  }
  if (urgency == Urgency::idle && idle_threads() == 0) return false;  // it would wait for ever
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return false;
    Jobs& jobs = jobs_[static_cast<std::size_t>(urgency)];
    if (jobs.size() < most_waiting) {
      jobs.push_back(std::move(job));
      work_to_do_.notify_all();  // the threads do not wait for the same
      return true;
    }
  }
  log_.once_a_minute("press full", Log::Level::warning,
                     fmt::format("{} jobs wait for a press thread already, so one was dropped: "
                                 "raise press.threads, or look for a slow disk",
                                 most_waiting));
  return false;
}

std::array<std::size_t, 3> Press::backlog() const {
  const std::lock_guard lock(mutex_);
  return {jobs_[0].size(), jobs_[1].size(), jobs_[2].size()};
}

std::size_t Press::waiting() const {
  std::size_t count = 0;
  for (const auto& jobs : jobs_) count += jobs.size();
  return count;
}

void Press::drain() {
  std::unique_lock lock(mutex_);
  idle_.wait(lock, [this] { return waiting() == 0 && running_ == 0; });
}

// The jobs that a thread of this rank takes next; null when there are none for it.
Press::Jobs* Press::jobs_for(Urgency rank) {
  Jobs& waited_for = jobs_[static_cast<std::size_t>(Urgency::request_waits)];
  if (rank != Urgency::idle && !waited_for.empty()) return &waited_for;
  Jobs& own = jobs_[static_cast<std::size_t>(rank)];
  return own.empty() ? nullptr : &own;
}

void Press::work(Urgency rank) {
  pthread_setname_np(pthread_self(), rank == Urgency::idle ? "frontis-idle" : "frontis-press");
  if (rank != Urgency::request_waits) lower_priority(rank == Urgency::idle);
  std::unique_lock lock(mutex_);
  for (;;) {
    work_to_do_.wait(lock, [this, rank] { return stopping_ || jobs_for(rank) != nullptr; });
    if (stopping_) break;
    Jobs& jobs = *jobs_for(rank);
    auto job = std::move(jobs.front());
    jobs.pop_front();
    ++running_;
    lock.unlock();
    const auto before = own_cpu_time();
    job();
    job = nullptr;  // what it holds may be slow to free, or submit another job
    const auto spent = own_cpu_time() - before;
    lock.lock();
    --running_;
    if (running_ == 0 && waiting() == 0) idle_.notify_all();
    if (rank == Urgency::idle) rest(lock, spent);
  }
  ++ended_;
  stopped_.notify_all();
}

// So that a thread uses its share and no more, seen over a while.
void Press::rest(std::unique_lock<std::mutex>& lock, std::chrono::nanoseconds spent) {
  if (share_ == 100) return;
  const auto pause = spent * (100 - share_) / share_;
  work_to_do_.wait_for(lock, pause, [this] { return stopping_.load(); });
}

}  // namespace frontis::media
