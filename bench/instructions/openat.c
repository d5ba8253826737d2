// valgrind of Debian 12 does not know openat2 (2): answers it with openat, which needs no more for
// files that are where they should be. For bench/instructions/run alone, by LD_PRELOAD.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdarg.h>
#include <sys/syscall.h>
#include <sys/types.h>

static long call_kernel(long number, const long* with) {
  long result;
  register long fourth __asm__("r10") = with[3];
  register long fifth __asm__("r8") = with[4];
  register long sixth __asm__("r9") = with[5];
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(with[0]), "S"(with[1]), "d"(with[2]), "r"(fourth), "r"(fifth),
                     "r"(sixth)
                   : "rcx", "r11", "memory");
  if (result >= 0) return result;
  errno = (int)-result;
  return -1;
}

// In place of the C library's.
long syscall(long number, ...) {
  va_list arguments;
  va_start(arguments, number);
  long with[6];
  for (int i = 0; i < 6; ++i) with[i] = va_arg(arguments, long);
  va_end(arguments);
  if (number != SYS_openat2) return call_kernel(number, with);
  const struct open_how* how = (const struct open_how*)with[2];
  return openat((int)with[0], (const char*)with[1], (int)how->flags, (mode_t)how->mode);
}
