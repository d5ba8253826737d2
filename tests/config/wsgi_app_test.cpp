#include "config/wsgi_app.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "config/load.h"
#include "malformed.h"
#include "temporary_folder.h"

namespace frontis::config {
namespace {

const MalformedCase malformed_cases[] = {
    at_top("numbers and sizes of a wsgi app out of range", R"yaml(apps:
  site:
    wsgi: mysite.wsgi
    processes: 1025
    threads: 0
    max_requests: often
    max_memory: 1MiB
    start_timeout: 0s
    stop_timeout: 2h
)yaml",
           {"frontis.yaml:4:16: expected a number from 0 to 1024, found '1025'",
            "frontis.yaml:5:14: expected a number from 1 to 256, found '0'",
            "frontis.yaml:6:19: expected a number from 0 to 1000000000, found 'often'",
            "frontis.yaml:7:17: expected a size from 16MiB to 1TiB, found '1MiB'",
            "frontis.yaml:8:20: expected a duration from 1s to 1h, found '0s'",
            "frontis.yaml:9:19: expected a duration from 0s to 1h, found '2h'"}),
    at_top("connections of a wsgi app", R"yaml(apps:
  site: {wsgi: mysite.wsgi, max_connections: 5}
)yaml",
           {"frontis.yaml:2:29: 'max_connections' does not belong to 'wsgi': each of its processes "
            "takes as many requests at a time as it has 'threads'"}),
    at_top("a wsgi app that is no module", R"yaml(apps:
  a: {wsgi: mysite/wsgi.py}
  b: {wsgi: [mysite]}
  c: {wsgi: mysite.wsgi.application}
  d: {wsgi: "mysite:create(debug=1)"}
  e: {wsgi: mysite.create()}
)yaml",
           {"frontis.yaml:2:13: expected a module and its callable such as "
            "mysite.wsgi:application, with dots between the folders as in an import, found "
            "'mysite/wsgi.py'",
            "frontis.yaml:3:13: expected a module and its callable such as "
            "mysite.wsgi:application, found a list",
            "frontis.yaml:4:13: write 'mysite.wsgi:application', with a colon between module and "
            "callable, instead of 'mysite.wsgi.application'",
            "frontis.yaml:5:13: expected a function that makes the application when it is called "
            "without arguments, such as mysite:create_app(), found 'mysite:create(debug=1)'",
            "frontis.yaml:6:13: expected a function that makes the application when it is called "
            "without arguments, such as mysite:create_app(), found 'mysite.create()'"}),
    at_top(
        "paths of a wsgi app", R"yaml(apps:
  site:
    wsgi: mysite.wsgi
    directory: /nonexistent
    python: "python3 -u"
    reload_on: {file: x}
)yaml",
        {"frontis.yaml:4:16: the directory '/nonexistent' does not exist; make it, or correct the "
         "path",
         "frontis.yaml:5:13: expected a Python interpreter such as python3 or venv/bin/python, "
         "without options, found 'python3 -u'",
         "frontis.yaml:6:16: expected the path of a file, found a mapping"}),
    at_top("variables that no environment has", R"yaml(apps:
  site: {wsgi: mysite.wsgi, env: {A=B: c, D: [e], F: "g\0"}}
)yaml",
           {"frontis.yaml:2:35: 'A=B' is not a name of a variable, such as SITE_NAME",
            "frontis.yaml:2:46: expected a text; an empty one is \"\", found a list",
            "frontis.yaml:2:54: the value of 'F' holds a NUL byte"}),
};

INSTANTIATE_TEST_SUITE_P(WsgiApp, Malformed, testing::ValuesIn(malformed_cases), case_name);

using std::chrono::milliseconds;
using testing::ElementsAre;

TEST(Callable, IsAModuleAndAnObjectOfIt) {
  const std::pair<std::string, std::string> cases[] = {
      {"mysite.wsgi:application", "mysite.wsgi:application"},
      {"mysite.wsgi", "mysite.wsgi:application"},
      {"app:app", "app:app"},
      {"application", "application:application"},
      {"mysite.application:application", "mysite.application:application"},
      {"_a1.b2:_c3", "_a1.b2:_c3"},
      {"mysite:sites.main.application", "mysite:sites.main.application"},
      {"mysite:create_app()", "mysite:create_app()"},
      {"my.site:Factory.create()", "my.site:Factory.create()"},
  };
  for (const auto& [written, callable] : cases) {
    const Result<std::string> parsed = parse_callable(written);
    ASSERT_TRUE(parsed) << written << ": " << parsed.error().message;
    EXPECT_EQ(*parsed, callable);
  }
}

TEST(Callable, IsRefusedWhereAnImportWouldFail) {
  const std::string cases[] = {"",
                               ":",
                               ":application",
                               "mysite.wsgi:",
                               "a..b",
                               ".a",
                               "a.",
                               "a:b:c",
                               "a-b",
                               "a b",
                               "1a",
                               "a:1",
                               "a/b.py",
                               "a:b.",
                               "a:.b",
                               "a:b..c",
                               "a:()",
                               "a:b()()",
                               "a:b().c",
                               "a:b(1)",
                               "a:b (",
                               "a:b( )",
                               "a()",
                               "a():b",
                               "a\n",
                               "a:b c",
                               "mysite.wsgi:application ",
                               std::string(2000, 'a')};
  for (const std::string& text : cases) EXPECT_FALSE(parse_callable(text)) << text;
}

WsgiSettings load_wsgi(const TemporaryFolder& folder, const std::string& app) {
  const Loaded loaded = load_text("apps: {a: " + app + "}\nsites: {'*': {/: {app: a}}}",
                                  folder.path() / "frontis.yaml");
  for (const Fault& fault : loaded.faults) ADD_FAILURE() << fault.text();
  return loaded.settings ? loaded.settings->apps[0].wsgi : WsgiSettings();
}

TEST(WsgiApp, HasDefaultsForAllButItsCallable) {
  const TemporaryFolder folder;
  const WsgiSettings wsgi = load_wsgi(folder, "{wsgi: mysite.wsgi}");
  EXPECT_EQ(wsgi.callable, "mysite.wsgi:application");
  EXPECT_EQ(wsgi.directory, folder.path());
  EXPECT_EQ(wsgi.python, "python3");
  EXPECT_EQ(wsgi.processes, 0U);
  EXPECT_EQ(wsgi.threads, 1U);
  EXPECT_EQ(wsgi.max_memory, 0U);
  EXPECT_TRUE(wsgi.reload_on.empty());
}

TEST(WsgiApp, TakesEachKey) {
  const TemporaryFolder folder;
  std::filesystem::create_directory(folder.path() / "project");
  const WsgiSettings wsgi = load_wsgi(folder, R"yaml({
  wsgi: "app:app", directory: project, python: venv/bin/python, processes: 4, threads: 2,
  env: {A: b, EMPTY: ""}, max_requests: 1000, max_memory: 512MiB, reload_on: [reload, /run/now],
  start_timeout: 5s, stop_timeout: 0s})yaml");
  EXPECT_EQ(wsgi.callable, "app:app");
  EXPECT_EQ(wsgi.directory, folder.path() / "project");
  EXPECT_EQ(wsgi.python, folder.path() / "venv/bin/python");
  EXPECT_EQ(wsgi.processes, 4U);
  EXPECT_EQ(wsgi.threads, 2U);
  EXPECT_THAT(wsgi.env, ElementsAre(std::pair("A", "b"), std::pair("EMPTY", "")));
  EXPECT_EQ(wsgi.max_requests, 1000U);
  EXPECT_EQ(wsgi.max_memory, std::uint64_t{512} << 20);
  EXPECT_THAT(wsgi.reload_on, ElementsAre(folder.path() / "reload", "/run/now"));
  EXPECT_EQ(wsgi.start_timeout, milliseconds(5000));
  EXPECT_EQ(wsgi.stop_timeout, milliseconds(0));
}

TEST(WsgiApp, TakesItsInterpreterFromThePathWhereItIsANameAlone) {
  const TemporaryFolder folder;
  EXPECT_EQ(load_wsgi(folder, "{wsgi: a, python: python3.12}").python, "python3.12");
  EXPECT_EQ(load_wsgi(folder, "{wsgi: a, python: ./python}").python, folder.path() / "python");
  EXPECT_EQ(load_wsgi(folder, "{wsgi: a, python: /usr/bin/python3}").python, "/usr/bin/python3");
}

}  // namespace
}  // namespace frontis::config
