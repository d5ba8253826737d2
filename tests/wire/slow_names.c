/* Loaded before the C library: name servers that do not answer, for as many seconds as the variable
 * SLOW_NAMES says while the file is there that SLOW_NAMES_WHILE names. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netdb.h>
#include <stdlib.h>
#include <unistd.h>

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
                struct addrinfo **result) {
  int (*next)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
  *(void **)&next = dlsym(RTLD_NEXT, "getaddrinfo");
  if (access(getenv("SLOW_NAMES_WHILE"), F_OK) == 0) sleep(atoi(getenv("SLOW_NAMES")));
  return next(node, service, hints, result);
}
