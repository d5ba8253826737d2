// conf/ as it is shipped: what it shows is what there is.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>

#include "config/load.h"
#include "temporary_folder.h"

namespace frontis::config {
namespace {

using testing::HasSubstr;

constexpr std::string_view smallest = "sites: {'*': {/: {respond: 404}}}";

std::string content_of(const std::filesystem::path& file) {
  std::ifstream in(file);
  EXPECT_TRUE(in) << file;
  return {std::istreambuf_iterator<char>(in), {}};
}

Settings good(Loaded loaded) {
  for (const Fault& fault : loaded.faults) ADD_FAILURE() << fault.text();
  return loaded.settings ? std::move(*loaded.settings) : Settings();
}

// What stands in the section of a shown file: "limits" gives all the lines beneath `limits:`.
std::string section_of(const std::string& text, const std::string& name) {
  const std::size_t begin = text.find("\n" + name + ":");
  if (begin == text.npos) return {};
  const std::regex next("\n[a-z#]");
  std::smatch match;
  const std::string rest = text.substr(begin + 1);
  return std::regex_search(rest, match, next) ? rest.substr(0, rest.find(match[0])) : rest;
}

TEST(ShownConfiguration, ShowsEveryKey) {
  const std::string text = content_of(FRONTIS_SOURCE "/conf/frontis.yaml");
  for (const std::string& path : key_paths()) {
    const std::size_t dot = path.find('.');
    const std::string key = path.substr(path.rfind('.') + 1);
    const std::string where = dot == path.npos ? text : section_of(text, path.substr(0, dot));
    if (path.starts_with("listen.")) {  // its comment shows the mapping
      EXPECT_THAT(text, HasSubstr(key + ": ")) << path;
      continue;
    }
    const bool is_top = dot == path.npos;
    const std::regex shown((is_top ? "\n#?" : "\n[^#\n]*[ {]") + key + ":");
    EXPECT_TRUE(std::regex_search(where, shown)) << path;
  }
}

// The file as it is, with /srv in the folder, all that it names there made.
std::string moved_to(const TemporaryFolder& folder, const std::string& file) {
  const std::string text = content_of(std::string(FRONTIS_SOURCE "/conf/") + file);
  const std::regex root("/(srv|var/www)/[a-z/]+");
  for (std::sregex_iterator it(text.begin(), text.end(), root), end; it != end; ++it) {
    std::filesystem::create_directories(folder.path().native() + it->str());
  }
  return std::regex_replace(text, root, folder.path().native() + "$&");
}

TEST(ShownConfiguration, IsGoodAndHasTheDefaultsThatItTellsOf) {
  const TemporaryFolder folder;
  std::string text = moved_to(folder, "frontis.yaml");
  const Settings settings = good(load_text(text, "frontis.yaml"));
  EXPECT_EQ(settings.limits, Limits());
  EXPECT_EQ(settings.threads, Settings().threads);
  EXPECT_EQ(settings.press, PressSettings());
  EXPECT_EQ(settings.keep, KeepSettings());
  EXPECT_EQ(settings.log.access, LogSettings().access);
  EXPECT_EQ(settings.log.format, LogSettings().format);
  EXPECT_EQ(settings.log.level, LogSettings().level);
  EXPECT_EQ(settings.log.file, LogSettings().file);
  EXPECT_EQ(settings.log.sample, LogSettings().sample);
  EXPECT_EQ(settings.listen, good(load_text(smallest, "a.yaml")).listen);
  EXPECT_EQ(settings.sites.size(), 2U);
  EXPECT_EQ(settings.buffers.memory, BufferSettings().memory);
  EXPECT_EQ(settings.buffers.file, BufferSettings().file);
  EXPECT_EQ(settings.buffers.folder, BufferSettings().folder);
  EXPECT_EQ(settings.response_cache, Settings().response_cache);
  EXPECT_TRUE(settings.trusted_proxies.empty());

  const std::string user = "\n#user: www-data";
  ASSERT_THAT(text, HasSubstr(user));
  text.replace(text.find(user), 2, "\n");
  EXPECT_EQ(good(load_text(text, "frontis.yaml")).user, "www-data");
}

TEST(ShownConfiguration, ShowsAppsWithTheDefaultsThatItTellsOf) {
  const TemporaryFolder folder;
  const Settings settings = good(load_text(moved_to(folder, "frontis.yaml"), "frontis.yaml"));
  ASSERT_EQ(settings.apps.size(), 5U);
  const WsgiSettings& wsgi = settings.apps[0].wsgi;
  EXPECT_EQ(wsgi.processes, WsgiSettings().processes);
  EXPECT_EQ(wsgi.threads, WsgiSettings().threads);
  EXPECT_EQ(wsgi.max_requests, WsgiSettings().max_requests);
  EXPECT_EQ(wsgi.max_memory, WsgiSettings().max_memory);
  EXPECT_EQ(wsgi.start_timeout, WsgiSettings().start_timeout);
  EXPECT_EQ(wsgi.stop_timeout, WsgiSettings().stop_timeout);
  const App& api = settings.apps[1];
  EXPECT_EQ(api.max_connections, App().max_connections);
  EXPECT_EQ(api.queue, App().queue);
  EXPECT_EQ(api.queue_timeout, App().queue_timeout);
  EXPECT_EQ(api.wait, App().wait);
  EXPECT_EQ(api.connect_timeout, App().connect_timeout);
  EXPECT_EQ(api.answer_timeout, App().answer_timeout);
  EXPECT_EQ(api.between_timeout, App().between_timeout);
  EXPECT_EQ(api.idle_timeout, App().idle_timeout);
}

TEST(ShownConfiguration, HasExamplesThatAreGood) {
  const std::pair<const char*, std::size_t> examples[] = {
      {"plain.yaml", 1}, {"beside-django.yaml", 2}, {"django.yaml", 2}, {"media-host.yaml", 2}};
  for (const auto& [name, sites] : examples) {
    const TemporaryFolder folder;
    const std::string text = moved_to(folder, std::string("examples/") + name);
    EXPECT_EQ(good(load_text(text, name)).sites.size(), sites) << name;
  }
}

TEST(ShownConfiguration, HasNoExampleWithoutItsTest) {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(FRONTIS_SOURCE "/conf/examples")) {
    count += entry.path().extension() == ".yaml" ? 1 : 0;
  }
  EXPECT_EQ(count, 4U);
}

}  // namespace
}  // namespace frontis::config
