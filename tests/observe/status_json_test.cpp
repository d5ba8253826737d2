#include "observe/status_json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace frontis::observe {
namespace {

TEST(StatusJson, IsOneLineThatHoldsWhatThereIs) {
  Figures figures;
  figures.version = "1.2.3";
  figures.is_serving = true;
  RouteFigures& route = figures.routes.emplace_back();
  route.route = "/a/";
  route.requests[0][1] = 5;
  figures.apps.emplace_back().name = "shop";
  History history;
  Moment moment;
  moment.requests = 2.5;
  history.add(moment);
  const std::string text = status_json(figures, history);
  EXPECT_EQ(text.find('\n'), text.npos);
  const auto json = nlohmann::json::parse(text);
  EXPECT_EQ(json["version"], "1.2.3");
  EXPECT_EQ(json["serving"], true);
  EXPECT_EQ(json["routes"][0]["classes"][1], 5);
  EXPECT_EQ(json["apps"][0]["name"], "shop");
  EXPECT_EQ(json["now"]["requests"], 2.5);
  EXPECT_EQ(json["history"].size(), 1U);
}

TEST(StatusJson, HasNoHistoryWhereOneMomentIsTold) {
  EXPECT_FALSE(nlohmann::json::parse(status_json(Figures(), Moment())).contains("history"));
}

TEST(StatusJson, TakesWhateverAUrlHolds) {
  Figures figures;
  const std::string hostile = "a.test/</script>\xff\xfe\x01\"\\\n";
  figures.faulty.push_back({hostile, 1, 1, 1, 404});
  const auto json = nlohmann::json::parse(status_json(figures, Moment()));
  EXPECT_EQ(json["faulty"][0]["url"], "a.test/</script>\ufffd\ufffd\x01\"\\\n");
}

}  // namespace
}  // namespace frontis::observe
