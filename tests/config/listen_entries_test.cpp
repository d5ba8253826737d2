#include "config/listen_entries.h"

#include <gtest/gtest.h>

#include "config/load.h"
#include "malformed.h"

namespace frontis::config {
namespace {

const MalformedCase malformed_cases[] = {
    at_top("mappings among the listeners", R"yaml(listen:
  - {port: 81}
  - {address: "localhost:80"}
  - {address: 82, proxy_protocol: v2}
  - {address: [83]}
  - [84]
)yaml",
           {"frontis.yaml:2:5: no 'address' here: what to listen on",
            "frontis.yaml:2:6: unknown key 'port'; possible here: address, proxy_protocol",
            "frontis.yaml:3:15: expected a port, an address with a port such as 127.0.0.1:8080, "
            "[::1]:443 or *:80, or unix:/path, found 'localhost:80'",
            "frontis.yaml:4:35: expected true or false, found 'v2'",
            "frontis.yaml:5:15: expected a port or an address, found a list",
            "frontis.yaml:6:5: expected a port or an address, found a list"}),
    at_top("a listener twice, once with a PROXY header", R"yaml(listen:
  - 80
  - {address: "*:80", proxy_protocol: true}
)yaml",
           {"frontis.yaml:3:5: '*:80' is listened to already; first at frontis.yaml:2:5"}),
    at_top("figures where visitors come in", R"yaml(listen: [80, "unix:/run/f.sock"]
admin: 127.0.0.1:80
)yaml",
           {"frontis.yaml:2:8: 'admin' is '127.0.0.1:80', where visitors come in (listen '*:80'); "
            "give it another port"}),
    at_top("figures at the default of listen", R"yaml(admin: ["unix:/run/f.sock", 8080]
)yaml",
           {"frontis.yaml:1:8: 'admin' is '127.0.0.1:8080', where visitors come in (listen "
            "'*:8080'); give it another port"}),
    at_top("addresses of figures", R"yaml(admin: [localhost, {address: 81}, 9180, "127.0.0.1:9180"]
)yaml",
           {"frontis.yaml:1:9: expected a port, an address with a port such as 127.0.0.1:8080, "
            "[::1]:443 or *:80, or unix:/path, found 'localhost'",
            "frontis.yaml:1:20: expected a port or an address, found a mapping",
            "frontis.yaml:1:41: '127.0.0.1:9180' is listened to already; first at "
            "frontis.yaml:1:35"}),
    at_top("no address of figures", R"yaml(admin: []
)yaml",
           {"frontis.yaml:1:8: expected at least one port or address, found an empty list"}),
};

INSTANTIATE_TEST_SUITE_P(ListenEntries, Malformed, testing::ValuesIn(malformed_cases), case_name);

std::vector<Listen> load_listen(const std::string& listen) {
  const Loaded loaded =
      load_text("listen: " + listen + "\nsites: {'*': {/: {respond: 404}}}", "frontis.yaml");
  for (const Fault& fault : loaded.faults) ADD_FAILURE() << fault.text();
  return loaded.settings ? loaded.settings->listen : std::vector<Listen>();
}

TEST(ListenEntries, MayBeMappings) {
  const std::vector<Listen> listen = load_listen(
      "[80, {address: '127.0.0.1:8081', proxy_protocol: true}, {address: 'unix:/run/f.sock'}]");
  ASSERT_EQ(listen.size(), 3U);
  EXPECT_FALSE(listen[0].proxy_protocol);
  EXPECT_EQ(listen[1].text(), "127.0.0.1:8081");
  EXPECT_TRUE(listen[1].proxy_protocol);
  EXPECT_EQ(listen[1].source, "frontis.yaml:1:14");
  EXPECT_EQ(listen[2].text(), "unix:/run/f.sock");
  EXPECT_FALSE(listen[2].proxy_protocol);
}

TEST(ListenEntries, AnAdminIsLocalUnlessItSaysOtherwise) {
  const Loaded loaded = load_text(
      "admin: [9180, '[::1]:9181', 'unix:/run/a.sock', '*:9182', 192.0.2.1:9183]\n"
      "sites: {'*': {/: {respond: 404}}}",
      "frontis.yaml");
  ASSERT_TRUE(loaded.settings);
  const std::vector<Listen>& admin = loaded.settings->admin;
  ASSERT_EQ(admin.size(), 5U);
  EXPECT_EQ(admin[0].text(), "127.0.0.1:9180");
  EXPECT_EQ(admin[0].source, "frontis.yaml:1:9");
  for (std::size_t i = 0; i < admin.size(); ++i) EXPECT_EQ(admin[i].is_local(), i < 3) << i;
}

TEST(ListenEntries, MayBeOneMappingAlone) {
  const std::vector<Listen> listen = load_listen("{address: 81, proxy_protocol: true}");
  ASSERT_EQ(listen.size(), 1U);
  EXPECT_EQ(listen[0].text(), "*:81");
  EXPECT_TRUE(listen[0].proxy_protocol);
}

}  // namespace
}  // namespace frontis::config
