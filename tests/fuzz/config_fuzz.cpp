// Whatever a configuration file holds, it is settings or faults: never a crash, never both, and
// every fault has a place in the text.
#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>

#include "config/load.h"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace frontis::config;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const Loaded loaded = load_text(text, "/nonexistent/frontis.yaml");
  require(loaded.settings.has_value() == loaded.faults.empty());
  require(loaded.faults.size() <= 100);

  const auto lines = static_cast<int>(1 + std::count(text.begin(), text.end(), '\n'));
  for (const Fault& fault : loaded.faults) {
    require(!fault.message.empty() && fault.message.find('\n') == std::string::npos);
    require(fault.line >= 0 && fault.line <= lines + 1);
  }
  if (!loaded.settings) return 0;
  require(!loaded.settings->listen.empty() && !loaded.settings->sites.empty());
  for (const Site& site : loaded.settings->sites) {
    require(!site.names.empty() && !site.routes.empty());
    for (const Route& route : site.routes) {
      require(route.path.front() == '/' && !route.chain.empty());
    }
  }
  return 0;
}
