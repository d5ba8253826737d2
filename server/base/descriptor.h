// A file descriptor that closes itself. Files, directories and sockets are all held by one of
// these; code that borrows a descriptor takes a plain int.
#pragma once

#include <unistd.h>

#include <utility>

namespace frontis {

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    if (this != &other) {
      close();
      number_ = std::exchange(other.number_, -1);
    }
    return *this;
  }
  ~Descriptor() { close(); }

  int number() const { return number_; }
  bool is_open() const { return number_ >= 0; }

  void close() {
    if (number_ >= 0) ::close(std::exchange(number_, -1));
  }
  int release() { return std::exchange(number_, -1); }

 private:
  int number_ = -1;
};

}  // namespace frontis
