
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/load.h"
#include "malformed.h"

namespace frontis::config {
namespace {

const MalformedCase malformed_cases[] = {
    {"statuses that cannot be fixed",
     R"yaml(sites:
  example.org:
    /a: {respond: 100}
    /b: {respond: 600}
    /c: {respond: 304}
    /d: {respond: 301}
    /e: {respond: gone}
    /f: {respond: 204, body: text}
    /g: {respond: 404, type: html}
    /h: {respond: 404, body: [a]}
)yaml",
     {"frontis.yaml:3:19: expected a number from 200 to 599, found '100'",
      "frontis.yaml:4:19: expected a number from 200 to 599, found '600'",
      "frontis.yaml:5:19: status 304 is an answer to a condition of the request and cannot be "
      "fixed",
      "frontis.yaml:6:19: status 301 needs a place to lead to; write 'redirect: URL'",
      "frontis.yaml:7:19: expected a number from 200 to 599, found 'gone'",
      "frontis.yaml:8:9: an answer with status 204 has no body; remove 'body'",
      "frontis.yaml:9:30: expected a media type such as text/html, found 'html'",
      "frontis.yaml:10:30: expected a text, found a list"}},
};

INSTANTIATE_TEST_SUITE_P(RespondAction, Malformed, testing::ValuesIn(malformed_cases), case_name);

using testing::ElementsAre;
using testing::Pair;

// The first action of the one route of the one site.
RespondAction read_action_text(const std::string& action) {
  const Loaded loaded = load_text("sites: {\"*\": {/: " + action + "}}", "frontis.yaml");
  for (const Fault& fault : loaded.faults) ADD_FAILURE() << fault.text();
  return loaded.settings ? std::get<RespondAction>(loaded.settings->sites[0].routes[0].chain[0])
                         : RespondAction{};
}

TEST(RespondAction, HasDefaultsForAllButItsStatus) {
  const RespondAction respond = read_action_text("{respond: 410}");
  EXPECT_EQ(respond.status, 410);
  EXPECT_EQ(respond.body, "");
  EXPECT_EQ(respond.type, "text/plain; charset=utf-8");
}

TEST(RespondAction, TakesBodyTypeAndHeaders) {
  const RespondAction respond = read_action_text(
      "{respond: 200, body: \"a\\nb\", type: text/html; charset=utf-8, headers: {X-A: 1}}");
  EXPECT_EQ(respond.body, "a\nb");
  EXPECT_EQ(respond.type, "text/html; charset=utf-8");
  EXPECT_THAT(respond.headers, ElementsAre(Pair("X-A", "1")));
}

}  // namespace
}  // namespace frontis::config
