#include "config/proxy_settings.h"

#include <gtest/gtest.h>

#include "config/load.h"
#include "config/network.h"
#include "malformed.h"

namespace frontis::config {
namespace {

const MalformedCase malformed_cases[] = {
    at_top("proxies that are no networks", R"yaml(trusted_proxies: [10.0.0.1/8, all, {a: b}]
)yaml",
           {"frontis.yaml:1:19: '10.0.0.1/8' has bits behind its prefix; the network is "
            "10.0.0.0/8",
            "frontis.yaml:1:31: expected an address or a network such as 192.0.2.7, 10.0.0.0/8 or "
            "2001:db8::/32, or unix:, found 'all'",
            "frontis.yaml:1:36: expected an address or a network such as 10.0.0.0/8, found a "
            "mapping"}),
    at_top("buffers out of range", R"yaml(buffers: {memory: 1KiB, file: 2000TiB, folder: [], dir: x}
response_cache: lots
)yaml",
           {"frontis.yaml:1:19: expected a size from 4KiB to 16MiB, found '1KiB'",
            "frontis.yaml:1:31: expected a size from 0 to 1TiB, found '2000TiB'",
            "frontis.yaml:1:48: expected the path of a directory, found a list",
            "frontis.yaml:1:52: unknown key 'dir'; possible here: memory, file, folder",
            "frontis.yaml:2:17: expected a size such as 512, 8KiB or 100MB, found 'lots'"}),
};

INSTANTIATE_TEST_SUITE_P(ProxySettings, Malformed, testing::ValuesIn(malformed_cases), case_name);

Settings load_top(const std::string& yaml) {
  Loaded loaded = load_text(yaml + "\nsites: {'*': {/: {respond: 404}}}", "/etc/frontis.yaml");
  for (const Fault& fault : loaded.faults) ADD_FAILURE() << fault.text();
  return loaded.settings ? std::move(*loaded.settings) : Settings();
}

TEST(ProxySettings, TrustOneProxyOrSeveralOrNone) {
  const auto one = load_top("trusted_proxies: 192.0.2.7").trusted_proxies;
  EXPECT_TRUE(contains(one, "192.0.2.7"));
  EXPECT_FALSE(contains(one, "192.0.2.8"));
  const auto several = load_top("trusted_proxies: ['unix:', '::1', 10.0.0.0/8]").trusted_proxies;
  EXPECT_EQ(several.size(), 3U);
  EXPECT_TRUE(contains(several, "10.1.2.3"));
  EXPECT_TRUE(load_top("trusted_proxies: []").trusted_proxies.empty());
}

TEST(ProxySettings, TakeEachKeyOfBuffers) {
  const Settings settings =
      load_top("buffers: {memory: 4KiB, file: 0, folder: spool}\nresponse_cache: 0");
  EXPECT_EQ(settings.buffers.memory, 4096U);
  EXPECT_EQ(settings.buffers.file, 0U);
  EXPECT_EQ(settings.buffers.folder, "/etc/spool");
  EXPECT_EQ(settings.response_cache, 0U);
}

}  // namespace
}  // namespace frontis::config
