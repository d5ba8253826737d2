// Counts what the heap gives to the thread that asks, by replacing operator new for the whole
// program: include it in one source of a test program only. Nothing is counted but between
// begin_counting() and end_counting().
#pragma once

#include <cstddef>
#include <cstdlib>
#include <new>

namespace frontis {

inline thread_local bool is_counting = false;
inline thread_local std::size_t allocations = 0;

inline void begin_counting() {
  allocations = 0;
  is_counting = true;
}
inline std::size_t end_counting() {
  is_counting = false;
  return allocations;
}

inline void* counted(std::size_t size) {
  if (is_counting) ++allocations;
  return std::malloc(size == 0 ? 1 : size);
}

inline void* counted_or_thrown(std::size_t size) {
  void* const memory = counted(size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace frontis

void* operator new(std::size_t size) { return frontis::counted_or_thrown(size); }
void* operator new[](std::size_t size) { return frontis::counted_or_thrown(size); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return frontis::counted(size);
}
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
  return frontis::counted(size);
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
void operator delete[](void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
