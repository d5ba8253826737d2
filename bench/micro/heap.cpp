#include "heap.h"

#include <cerrno>
#include <cstddef>

// The allocator of glibc under its other names: what is replaced below is only counted.
extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* memory, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
}

namespace frontis::bench {

namespace {

thread_local HeapUse use;

void count(std::size_t bytes) {
  ++use.allocations;
  use.bytes += bytes;
}

}  // namespace

HeapUse heap_so_far() { return use; }

}  // namespace frontis::bench

extern "C" {

void* malloc(std::size_t size) noexcept {
  frontis::bench::count(size);
  return __libc_malloc(size);
}

void* calloc(std::size_t count, std::size_t size) noexcept {
  frontis::bench::count(count * size);
  return __libc_calloc(count, size);
}

void* realloc(void* memory, std::size_t size) noexcept {
  frontis::bench::count(size);
  return __libc_realloc(memory, size);
}

void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
  frontis::bench::count(size);
  return __libc_memalign(alignment, size);
}

int posix_memalign(void** memory, std::size_t alignment, std::size_t size) noexcept {
  frontis::bench::count(size);
  *memory = __libc_memalign(alignment, size);
  return *memory ? 0 : ENOMEM;
}

}  // extern "C"
