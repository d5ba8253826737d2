#include "commands/status_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "observe/status_json.h"

namespace frontis::commands {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string some_status() {
  observe::Figures figures;
  figures.version = "1.2.3";
  figures.is_serving = true;
  figures.lanes = figures.lanes_told = 2;
  figures.time_ms = 200'000'000;
  figures.process.started = 200'000 - 3'720;
  observe::RouteFigures& route = figures.routes.emplace_back();
  route.requests[0][1] = 12'345;
  route.saved = 3 * 1024 * 1024;
  observe::AppFigures& app = figures.apps.emplace_back();
  app.name = "shop";
  app.backends = 4;
  app.up = 3;
  app.duration.add(900);
  figures.slow.push_back({"a.test/" + std::string(200, 'x'), 2, 3'000'000, 2'000'000, 200});
  figures.faulty.push_back({"a.test/\033[31m<b>", 7, 7, 1, 404});
  observe::History history;
  observe::Moment moment;
  moment.requests = 42;
  moment.by_class[4] = 21;
  moment.p50 = 80e-6;
  history.add(moment);
  return observe::status_json(figures, history);
}

TEST(StatusText, ShowsWhatThereIs) {
  const std::string text = status_text(some_status(), false, 100).value_or("");
  for (const char* const part :
       {"Frontis 1.2.3  serving  up 1 h 2 min, 2 loops, 12.3k requests so far\n",
        "42 a second, half within 80 us, 99 % within -, 50 % errors\n", "3.0 MiB saved", "shop",
        "3 of 4", "1.5 s", "404", "last minute"}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
}

TEST(StatusText, HasTheRightWordsForOne) {
  observe::Figures figures;
  figures.lanes = figures.lanes_told = 1;
  figures.routes.emplace_back().requests[0][1] = 1;
  figures.media.backlog[0] = 1;
  figures.media.variant_files = 1;
  figures.log_lines_lost = 1;
  const std::string text =
      status_text(observe::status_json(figures, observe::History()), false, 100).value_or("");
  for (const char* const part : {", 1 loop, 1 request so far\n", "1 job waits; 1 variant, ",
                                 "1 line could not be written"}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
}

TEST(StatusText, NeverSendsToATerminalWhatAUrlHolds) {
  const std::string text = status_text(some_status(), false, 100).value_or("");
  EXPECT_THAT(text, Not(HasSubstr("\033")));
  EXPECT_THAT(text, HasSubstr("a.test/\\x1b[31m<b>"));
}

TEST(StatusText, IsNoWiderThanTheTerminal) {
  const std::string text = status_text(some_status(), false, 80).value_or("");
  EXPECT_THAT(text, Not(HasSubstr(std::string(60, 'x'))));
  EXPECT_THAT(text, HasSubstr("xxx..."));
}

TEST(StatusText, HasColourWhereItIsWanted) {
  EXPECT_THAT(status_text(some_status(), true, 100).value_or(""), HasSubstr("\033[32mserving"));
}

TEST(StatusText, KnowsWhatIsNoStatus) {
  for (const char* const text : {"", "{}", "[]", "<html>", "{\"version\": 1}"}) {
    EXPECT_FALSE(status_text(text, false, 100)) << text;
  }
}

}  // namespace
}  // namespace frontis::commands
