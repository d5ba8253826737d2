#include "observe/exposition.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace frontis::observe {
namespace {

using testing::HasSubstr;
using testing::Not;

Figures some_figures() {
  Figures figures;
  figures.version = "1.2.3";
  RouteFigures& route = figures.routes.emplace_back();
  route.site = "example.org";
  route.route = "/a\"b\\/";
  route.requests[static_cast<std::size_t>(http::Coding::br)][1] = 7;
  route.requests[no_variant][3] = 2;
  route.duration.add(60);
  route.duration.add(20'000'000);
  AppFigures& app = figures.apps.emplace_back();
  app.name = "shop";
  app.requests[4] = 3;
  app.backends = 4;
  app.up = 1;
  figures.media.backlog = {1, 2, 3};
  figures.process.cpu_seconds = 1.5;
  return figures;
}

TEST(Exposition, LooksAsPrometheusWantsIt) {
  const std::string text = exposition(some_figures());
  const char* const lines[] = {
      "# TYPE frontis_http_requests_total counter\n",
      "frontis_http_requests_total{site=\"example.org\",route=\"/a\\\"b\\\\/\",status=\"2xx\","
      "variant=\"br\"} 7\n",
      "status=\"4xx\",variant=\"none\"} 2\n",
      "# TYPE frontis_http_request_duration_seconds histogram\n",
      "route=\"/a\\\"b\\\\/\",le=\"5e-05\"} 0\n",
      "route=\"/a\\\"b\\\\/\",le=\"0.0001\"} 1\n",
      "route=\"/a\\\"b\\\\/\",le=\"10\"} 1\n",
      "route=\"/a\\\"b\\\\/\",le=\"+Inf\"} 2\n",
      "frontis_http_request_duration_seconds_sum{site=\"example.org\",route=\"/a\\\"b\\\\/\"} "
      "20.00006\n",
      "frontis_app_requests_total{app=\"shop\",status=\"5xx\"} 3\n",
      "frontis_app_backends_up{app=\"shop\"} 1\n",
      "frontis_press_backlog{rank=\"idle\"} 3\n",
      "process_cpu_seconds_total 1.5\n",
      "frontis_build_info{version=\"1.2.3\"} 1\n",
  };
  for (const char* const line : lines) EXPECT_THAT(text, HasSubstr(line));
}

TEST(Exposition, LeavesOutWhatNeverWas) {
  const std::string text = exposition(some_figures());
  EXPECT_THAT(text, Not(HasSubstr("variant=\"zstd\"")));
  EXPECT_THAT(exposition(Figures()), Not(HasSubstr("frontis_app")));
}

TEST(Exposition, EveryFamilyHasHelpAndComesOnce) {
  const std::string text = exposition(some_figures());
  std::size_t families = 0;
  for (std::size_t at = text.find("# TYPE "); at != text.npos; at = text.find("# TYPE ", at + 1)) {
    const std::string name = text.substr(at + 7, text.find(' ', at + 7) - at - 7);
    EXPECT_THAT(text, HasSubstr("# HELP " + name + " "));
    EXPECT_EQ(text.find("# TYPE " + name + " "), at) << name;
    ++families;
  }
  EXPECT_GT(families, 25U);
}

TEST(Exposition, EscapesLabels) {
  EXPECT_EQ(label_value("plain /a?b"), "plain /a?b");
  EXPECT_EQ(label_value("a\"b\\c\nd"), "a\\\"b\\\\c\\nd");
}

}  // namespace
}  // namespace frontis::observe
