
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/load.h"
#include "malformed.h"

namespace frontis::config {
namespace {

const MalformedCase malformed_cases[] = {
    {"redirects to nowhere",
     R"yaml(sites:
  example.org:
    /a: {redirect: new/}
    /b: {redirect: //example.net/}
    /c: {redirect: "https://"}
    /d: {redirect: "https://$uri"}
    /e: {redirect: $uri}
    /f: {redirect: /$uri}
    /g: {redirect: "https://example.net/$uri/x"}
    /h: {redirect: "https://$host$uri"}
    /i: {redirect: "/a b"}
    /j: {redirect: "ftp://example.net/"}
    /k: {redirect: "/a\r\nX: y"}
)yaml",
     {"frontis.yaml:3:20: expected a path such as /new/ or a URL such as https://example.org/, "
      "found 'new/'",
      "frontis.yaml:4:20: what begins with '//' leads to another host; write its URL",
      "frontis.yaml:5:20: expected a path such as /new/ or a URL such as https://example.org/, "
      "found 'https://'",
      "frontis.yaml:6:20: expected a path such as /new/ or a URL such as https://example.org/, "
      "found 'https://$uri'",
      "frontis.yaml:7:20: '$uri' alone leads back to where the request came from",
      "frontis.yaml:8:20: '$uri' alone leads back to where the request came from",
      "frontis.yaml:9:20: only a '$uri' at the end is replaced, found 'https://example.net/$uri/x'",
      "frontis.yaml:10:20: only a '$uri' at the end is replaced, found 'https://$host$uri'",
      "frontis.yaml:11:20: write spaces, quotes and letters beyond ASCII percent-encoded in '/a b'",
      "frontis.yaml:12:20: expected a path such as /new/ or a URL such as https://example.org/, "
      "found 'ftp://example.net/'",
      "frontis.yaml:13:20: write spaces, quotes and letters beyond ASCII percent-encoded in "
      "'/a\\x0d\\x0aX: y'"}},
    {"a redirect with another status",
     R"yaml(sites:
  example.org:
    /: {redirect: /new/, status: 306}
)yaml",
     {"frontis.yaml:3:34: expected one of 301, 302, 303, 307, 308, found '306'"}},
};

INSTANTIATE_TEST_SUITE_P(RedirectAction, Malformed, testing::ValuesIn(malformed_cases), case_name);

// The first action of the one route of the one site.
RedirectAction read_action_text(const std::string& action) {
  const Loaded loaded = load_text("sites: {\"*\": {/: " + action + "}}", "frontis.yaml");
  for (const Fault& fault : loaded.faults) ADD_FAILURE() << fault.text();
  return loaded.settings ? std::get<RedirectAction>(loaded.settings->sites[0].routes[0].chain[0])
                         : RedirectAction{};
}

TEST(RedirectAction, IsPermanentAndKeepsTheMethodUnlessItSaysOtherwise) {
  EXPECT_EQ(read_action_text("{redirect: /new/}").status, 308);
  for (const int status : {301, 302, 303, 307, 308}) {
    const std::string text = "{redirect: /new/, status: " + std::to_string(status) + "}";
    EXPECT_EQ(read_action_text(text).status, status);
  }
}

TEST(RedirectAction, LeadsToPathsAndUrls) {
  const std::string targets[] = {
      "/",
      "/new/",
      "/new?a=b#c",
      "/new$uri",
      "https://example.org",
      "https://example.org/",
      "HTTP://example.org:8080/a%20b",
      "https://www.example.org$uri",
      "https://[::1]:8443/x",
  };
  for (const std::string& to : targets) {
    EXPECT_EQ(read_action_text("{redirect: '" + to + "'}").to, to);
  }
}

}  // namespace
}  // namespace frontis::config
