// A configuration with faults, and what must be said about it: each test file of this room adds
// a table of these, and fault_test.cpp loads them all.
#pragma once

#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <utility>
#include <vector>

namespace frontis::config {

struct MalformedCase {
  std::string name;  // a sentence
  std::string yaml;  // of "frontis.yaml"
  std::vector<std::string> faults;

  friend std::ostream& operator<<(std::ostream& out, const MalformedCase& one) {
    return out << one.yaml;
  }
};

class Malformed : public testing::TestWithParam<MalformedCase> {};

// For faults outside of `sites`: the rest of the file is good.
inline MalformedCase at_top(std::string name, const std::string& yaml,
                            std::vector<std::string> faults) {
  return {std::move(name), yaml + "sites: {\"*\": {/: {respond: 404}}}\n", std::move(faults)};
}

// The sentence as GoogleTest wants it.
inline std::string case_name(const testing::TestParamInfo<MalformedCase>& info) {
  std::string name;
  for (const char c : info.param.name) {
    const bool is_word = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    name.push_back(is_word ? c : '_');
  }
  return name;
}

}  // namespace frontis::config
