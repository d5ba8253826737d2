// How long the kernel lets a thread compute at a time, while others wait for the same core.
#pragma once

namespace frontis::net {

// Asks the kernel for short slices of time for the calling thread: one that wakes for a moment, as
// a loop does, then takes the core from a thread that computes at a lower priority, which would
// keep it until its own slice ends, some milliseconds later. Linux grants it since 6.12
// (sched_setattr(2), sched_runtime of SCHED_OTHER), and ignores it before. Failures are of no
// matter: the slices are then those of all threads.
void ask_for_short_slices();

}  // namespace frontis::net
