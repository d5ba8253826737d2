#include "commands/kept_url.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace frontis::commands {
namespace {

config::Site site_of(std::vector<std::string> names) {
  config::Site site;
  site.names = std::move(names);
  config::Route route;
  route.path = "/static/";
  route.chain.emplace_back(config::FilesAction{});
  site.routes.push_back(route);
  return site;
}

struct Row {
  std::string typed;
  std::vector<std::string> names;
};

TEST(KeptUrl, LeadsToTheNamesUnderWhichAVersionMayBeKept) {
  config::Settings settings;
  settings.sites = {site_of({"example.org", "www.example.org"}), site_of({"*.example.org"}),
                    site_of({"*"})};
  const Row rows[] = {
      {"example.org/static/a.css", {"example.org/static/a.css"}},
      {"HTTPS://example.org/static/a.css", {"example.org/static/a.css"}},
      {"http://www.Example.org:8080/static/a.css?v=1#top",
       {"www.Example.org:8080/static/a.css?v=1#top", "www.example.org/static/a.css",
        "example.org/static/a.css"}},
      {"http://example.org/static/a%20b.css",
       {"example.org/static/a%20b.css", "example.org/static/a b.css"}},
      {"http://cdn.example.org/static/a.css",
       {"cdn.example.org/static/a.css", "*.example.org/static/a.css"}},
      {"http://[::1]/static/a.css", {"[::1]/static/a.css", "*/static/a.css"}},
      {"*/static/a.css", {"*/static/a.css"}},
      {"http://example.org/elsewhere/a.css", {"example.org/elsewhere/a.css"}},
      {"http://example.org/static/%zz", {"example.org/static/%zz"}},
      {"/static/a.css", {"/static/a.css", "*/static/a.css"}},
      {"a.css", {"a.css"}},
  };
  for (const Row& row : rows) EXPECT_EQ(kept_names(row.typed, settings), row.names) << row.typed;
}

TEST(KeptUrl, WithoutAConfigurationIsTakenAsItIs) {
  EXPECT_EQ(kept_names("http://a.test/x.css", {}), std::vector<std::string>{"a.test/x.css"});
}

}  // namespace
}  // namespace frontis::commands
