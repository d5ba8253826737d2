#include "net/slices.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <thread>

namespace frontis::net {
namespace {

struct Scheduling {
  int policy, nice;
  std::uint64_t slice;  // ns; 0 where the kernel tells none
};

Scheduling own_scheduling() {
  const auto thread = static_cast<id_t>(::syscall(SYS_gettid));
  std::array<std::uint64_t, 6> attributes{};  // sched_attr, whose fourth word is the slice
  ::syscall(SYS_sched_getattr, 0, attributes.data(), sizeof attributes, 0);
  return {::sched_getscheduler(0), ::getpriority(PRIO_PROCESS, thread), attributes[3]};
}

Scheduling after_asking(void (*prepare)()) {
  Scheduling found{};
  std::thread([&] {
    prepare();
    ask_for_short_slices();
    found = own_scheduling();
  }).join();
  return found;
}

TEST(Slices, AreShortWhereTheKernelGrantsIt) {
  const Scheduling after = after_asking([] {});
  if (after.slice == 0) GTEST_SKIP() << "this kernel has no slices to ask for";
  EXPECT_EQ(after.slice, 500'000U);
}

TEST(Slices, LeaveAPriorityAsItIs) {
  const Scheduling after = after_asking(
      [] { ::setpriority(PRIO_PROCESS, static_cast<id_t>(::syscall(SYS_gettid)), 7); });
  EXPECT_EQ(after.nice, 7);
  EXPECT_EQ(after.policy, SCHED_OTHER);
}

TEST(Slices, LeaveAChosenPolicyAsItIs) {
  const Scheduling after = after_asking([] {
    const sched_param none{};
    ::sched_setscheduler(0, SCHED_BATCH, &none);
  });
  EXPECT_EQ(after.policy, SCHED_BATCH);
}

}  // namespace
}  // namespace frontis::net
