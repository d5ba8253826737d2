#include "inherited.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string_view>

#include "base/text.h"

namespace frontis {

namespace {

constexpr std::uint64_t most_sockets = 4096;

// The variable, which is then gone.
std::string take_variable(const char* name) {
  const char* const value = std::getenv(name);
  std::string taken = value != nullptr ? value : "";
  ::unsetenv(name);
  return taken;
}

bool is_open(std::uint64_t number) { return ::fcntl(static_cast<int>(number), F_GETFD) >= 0; }

// "a:b" -> "a", and leaves "b".
std::string take_name(std::string_view& names) {
  const std::size_t end = std::min(names.find(':'), names.size());
  std::string name(names.substr(0, end));
  names.remove_prefix(std::min(end + 1, names.size()));
  return name;
}

Descriptor take_descriptor(std::uint64_t number) {
  ::fcntl(static_cast<int>(number), F_SETFD, FD_CLOEXEC);
  return Descriptor(static_cast<int>(number));
}

}  // namespace

void Inherited::add(Descriptor descriptor, std::string name) {
  if (name == control_name) {
    control = std::move(descriptor);
  } else if (name == predecessor_name) {
    predecessors.push_back(std::move(descriptor));
  } else {
    sockets.push_back({std::move(descriptor), std::move(name)});
  }
}

Inherited Inherited::take() {
  const auto process = parse_decimal(take_variable(listen_pid));
  const auto count = parse_decimal(take_variable(listen_count));
  const std::string all_names = take_variable(listen_names);
  const auto told = parse_decimal(take_variable(upgrade_told));
  Inherited inherited;
  // Meant for another: a parent of ours, which did not take them out of its environment.
  if (process != static_cast<std::uint64_t>(::getpid())) return inherited;
  std::string_view names = all_names;
  for (std::uint64_t i = 0; i < std::min(count.value_or(0), most_sockets); ++i) {
    const std::uint64_t number = first_handed + i;
    std::string name = take_name(names);
    if (!is_open(number)) continue;
    inherited.add(take_descriptor(number), std::move(name));
  }
  if (told && *told > 2 && *told < most_sockets * 2 && is_open(*told)) {
    inherited.predecessors.push_back(take_descriptor(*told));
  }
  return inherited;
}

}  // namespace frontis
