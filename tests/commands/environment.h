// A variable of the environment that has another value while this lives.
#pragma once

#include <stdlib.h>

#include <cstdlib>
#include <optional>
#include <string>

namespace frontis::commands {

class Environment {
 public:
  // Null: the variable is not set.
  Environment(std::string name, const char* value) : name_(std::move(name)) {
    if (const char* was = std::getenv(name_.c_str())) was_ = was;
    set(value);
  }
  Environment(std::string name, const std::string& value)
      : Environment(std::move(name), value.c_str()) {}
  ~Environment() { set(was_ ? was_->c_str() : nullptr); }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

 private:
  void set(const char* value) const {
    if (value == nullptr) {
      unsetenv(name_.c_str());
    } else {
      setenv(name_.c_str(), value, 1);
    }
  }

  std::string name_;
  std::optional<std::string> was_;
};

}  // namespace frontis::commands
