// The signals that the server acts on, as a descriptor. They are blocked in every thread that is
// started after this, and in processes until those say otherwise.
#pragma once

#include <sys/signalfd.h>

#include <csignal>

#include "base/descriptor.h"

namespace frontis {

class Signals {
 public:
  Signals() {
    sigset_t set;
    sigemptyset(&set);
    for (const int number : {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2}) sigaddset(&set, number);
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
    descriptor_ = Descriptor(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
  }

  // Readable when there is one.
  int descriptor() const { return descriptor_.number(); }
  // The next one; 0 when there is none.
  int take() {
    signalfd_siginfo info{};
    const auto got = ::read(descriptor_.number(), &info, sizeof info);
    return got == sizeof info ? static_cast<int>(info.ssi_signo) : 0;
  }

 private:
  Descriptor descriptor_;
};

}  // namespace frontis
