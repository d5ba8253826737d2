// Bodies for tests: text of any length, files that have no name, and a source that follows a
// script.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/source.h"

namespace frontis::net {

// `size` bytes that do not repeat soon, so that a piece that is lost or doubled shows.
inline std::string pattern(std::size_t size) {
  std::string text(size, '\0');
  std::uint32_t state = 1;
  for (char& byte : text) {
    state = state * 1'664'525 + 1'013'904'223;
    byte = static_cast<char>('a' + (state >> 24) % 26);
  }
  return text;
}

inline std::shared_ptr<const Descriptor> file_of(std::string_view content) {
  std::string name = "/tmp/frontis-test-XXXXXX";
  auto file = std::make_shared<Descriptor>(::mkstemp(name.data()));
  ::unlink(name.c_str());
  EXPECT_EQ(::write(file->number(), content.data(), content.size()),
            static_cast<ssize_t>(content.size()));
  return file;
}

inline Body file_body(std::string_view content) {
  return FileSlice{file_of(content), 0, content.size()};
}

// What a scripted source gives, and what became of it; shared with the test.
struct Script {
  std::deque<std::string> pieces;  // an empty one is a `pending`
  bool fails = false;              // after the last piece; otherwise it ends
  bool goes_on = false;            // after the last piece it is pending
  bool destroyed = false;
  bool destroyed_in_its_wake = false;
  std::size_t pulls = 0;
  std::function<void()> wake;

  // Calls what the receiver left, as a source does from the loop.
  void call_wake() {
    const auto function = std::exchange(wake, nullptr);
    const bool was_destroyed = destroyed;
    function();
    destroyed_in_its_wake |= destroyed && !was_destroyed;
  }
};

class ScriptedSource final : public Source {
 public:
  explicit ScriptedSource(std::shared_ptr<Script> script) : script_(std::move(script)) {}
  ~ScriptedSource() override { script_->destroyed = true; }

  Pull pull(std::span<char> into) override {
    ++script_->pulls;
    if (script_->pieces.empty()) {
      if (script_->goes_on) return {State::pending};
      return {script_->fails ? State::failed : State::end};
    }
    std::string& piece = script_->pieces.front();
    const std::size_t size = std::min(piece.size(), into.size());
    std::memcpy(into.data(), piece.data(), size);
    piece.erase(0, size);
    if (piece.empty()) script_->pieces.pop_front();
    return size == 0 ? Pull{State::pending} : Pull{State::data, size};
  }
  void when_ready(std::function<void()> wake) override { script_->wake = std::move(wake); }

 private:
  std::shared_ptr<Script> script_;
};

}  // namespace frontis::net
