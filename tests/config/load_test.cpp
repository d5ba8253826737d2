#include "config/load.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "malformed.h"
#include "temporary_folder.h"

namespace frontis::config {
namespace {

const MalformedCase malformed_cases[] = {
    {"an empty file holds nothing to serve",
     R"yaml()yaml",
     {"frontis.yaml: holds no settings; at least 'sites' is needed"}},
    {"a file of comments holds nothing to serve",
     R"yaml(# nothing
)yaml",
     {"frontis.yaml: holds no settings; at least 'sites' is needed"}},
    {"a text is not a configuration",
     R"yaml(hello
)yaml",
     {"frontis.yaml:1:1: expected a mapping of keys, found 'hello'"}},
    {"a list is not a configuration",
     R"yaml(- listen: 80
)yaml",
     {"frontis.yaml:1:1: expected a mapping of keys, found a list"}},
    {"a file without sites",
     R"yaml(listen: 80
)yaml",
     {"frontis.yaml: no 'sites': there is nothing to serve"}},
    at_top("a misspelt key at the top", R"yaml(lisen: 80
)yaml",
           {"frontis.yaml:1:1: unknown key 'lisen'; did you mean 'listen'?"}),
    at_top("a key that is near to nothing", R"yaml(colour: red
)yaml",
           {"frontis.yaml:1:1: unknown key 'colour'; possible here: listen, admin, state, user, "
            "threads, log, limits, press, keep, keep_size, trusted_proxies, buffers, "
            "response_cache, apps, sites"}),
    at_top("a port beyond the last one", R"yaml(listen: 65536
)yaml",
           {"frontis.yaml:1:9: expected a port from 1 to 65535, found '65536'"}),
    at_top("port zero", R"yaml(listen: "127.0.0.1:0"
)yaml",
           {"frontis.yaml:1:9: expected a port from 1 to 65535, found '0'"}),
    at_top("a host name to listen on", R"yaml(listen: "localhost:8080"
)yaml",
           {"frontis.yaml:1:9: expected a port, an address with a port such as 127.0.0.1:8080, "
            "[::1]:443 or *:80, or unix:/path, found 'localhost:8080'"}),
    at_top("an address without a port", R"yaml(listen: [80, 127.0.0.1]
)yaml",
           {"frontis.yaml:1:14: expected a port, an address with a port such as 127.0.0.1:8080, "
            "[::1]:443 or *:80, or unix:/path, found '127.0.0.1'"}),
    at_top("a malformed IPv6 address", R"yaml(listen: "[::1::]:80"
)yaml",
           {"frontis.yaml:1:9: expected a port, an address with a port such as 127.0.0.1:8080, "
            "[::1]:443 or *:80, or unix:/path, found '[::1::]:80'"}),
    at_top("an IPv6 address without brackets", R"yaml(listen: "::1:80"
)yaml",
           {"frontis.yaml:1:9: expected a port, an address with a port such as 127.0.0.1:8080, "
            "[::1]:443 or *:80, or unix:/path, found '::1:80'"}),
    at_top("a Unix socket without a path", R"yaml(listen: "unix:"
)yaml",
           {"frontis.yaml:1:9: expected a path after 'unix:', found ''"}),
    at_top("the same listener twice", R"yaml(listen:
  - 80
  - "[::1]:443"
  - "[0:0::1]:443"
  - "*:80"
)yaml",
           {"frontis.yaml:4:5: '[::1]:443' is listened to already; first at frontis.yaml:3:5",
            "frontis.yaml:5:5: '*:80' is listened to already; first at frontis.yaml:2:5"}),
    at_top("an empty list of listeners", R"yaml(listen: []
)yaml",
           {"frontis.yaml:1:9: expected at least one port or address, found an empty list"}),
    at_top(
        "a home directory that nobody replaces", R"yaml(state: ~/state
)yaml",
        {"frontis.yaml:1:8: '~' is not replaced here; write the whole path instead of '~/state'"}),
    at_top("a key without its value", R"yaml(state:
threads: 1
)yaml",
           {"frontis.yaml:1:1: expected the path of a directory, found nothing"}),
    at_top("a user that cannot be one", R"yaml(user: "www data"
)yaml",
           {"frontis.yaml:1:7: expected the name of a user such as www-data, found 'www data'"}),
    at_top("a number that is a word", R"yaml(threads: many
)yaml",
           {"frontis.yaml:1:10: expected a number from 0 to 256, found 'many'"}),
    at_top("a negative number", R"yaml(threads: -1
)yaml",
           {"frontis.yaml:1:10: expected a number from 0 to 256, found '-1'"}),
    at_top("more threads than make sense", R"yaml(threads: 1000
)yaml",
           {"frontis.yaml:1:10: expected a number from 0 to 256, found '1000'"}),
    at_top("a list where a number belongs", R"yaml(threads: [1, 2]
)yaml",
           {"frontis.yaml:1:10: expected a number from 0 to 256, found a list"}),
    at_top("a log that is neither a word nor a path", R"yaml(log: {access: stdot, file: stdout}
)yaml",
           {"frontis.yaml:1:15: expected off, stdout or a path such as "
            "/var/log/frontis/access.log, found 'stdot'; did you mean 'stdout'?",
            "frontis.yaml:1:28: expected stderr or a path such as /var/log/frontis/error.log, "
            "found 'stdout'"}),
    at_top("misspelt words of the log", R"yaml(log:
  format: jsn
  level: warn
  levle: info
)yaml",
           {"frontis.yaml:2:11: expected one of combined, json, found 'jsn'; did you mean 'json'?",
            "frontis.yaml:3:10: expected one of debug, info, warning, error, off, found 'warn'",
            "frontis.yaml:4:3: unknown key 'levle'; did you mean 'level'?"}),
    at_top("samples that are none", R"yaml(log: {sample: 1%}
)yaml",
           {"frontis.yaml:1:15: expected a share such as 1/100, at least 1/1000000, found '1%'"}),
    at_top("a log that is not a mapping", R"yaml(log: off
)yaml",
           {"frontis.yaml:1:6: expected a mapping of keys, found 'off'"}),
    at_top("a duration in words", R"yaml(limits: {head_timeout: soon}
)yaml",
           {"frontis.yaml:1:24: expected a duration such as 30s, 10m or 2y, found 'soon'"}),
    at_top("a duration without a unit", R"yaml(limits: {idle_timeout: 30}
)yaml",
           {"frontis.yaml:1:24: expected a duration such as 30s, 10m or 2y, found '30'"}),
    at_top("durations out of range", R"yaml(limits:
  head_timeout: 2h
  idle_timeout: 99ms
  drain: 2y
)yaml",
           {"frontis.yaml:2:17: expected a duration from 100ms to 10m, found '2h'",
            "frontis.yaml:3:17: expected a duration from 100ms to 1h, found '99ms'",
            "frontis.yaml:4:10: expected a duration from 0s to 1h, found '2y'"}),
    at_top("a duration that overflows", R"yaml(limits: {drain: 99999999999999999999y}
)yaml",
           {"frontis.yaml:1:17: expected a duration such as 30s, 10m or 2y, found "
            "'99999999999999999999y'"}),
    at_top("sizes that are none or out of range", R"yaml(limits:
  request_line: 8k
  headers: 100MiB
  body: lots
  hot_cache: 1.5GiB
)yaml",
           {"frontis.yaml:2:17: expected a size such as 512, 8KiB or 100MB, found '8k'",
            "frontis.yaml:3:12: expected a size from 1KiB to 1MiB, found '100MiB'",
            "frontis.yaml:4:9: expected a size such as 512, 8KiB or 100MB, found 'lots'",
            "frontis.yaml:5:14: expected a size such as 512, 8KiB or 100MB, found '1.5GiB'"}),
    at_top("a misspelt limit", R"yaml(limits: {connection: 5, bodys: 1MiB}
)yaml",
           {"frontis.yaml:1:10: unknown key 'connection'; did you mean 'connections'?",
            "frontis.yaml:1:25: unknown key 'bodys'; did you mean 'body'?"}),
    at_top("keys of later versions say so", R"yaml(tls: auto
)yaml",
           {"frontis.yaml:1:1: 'tls' is not available in this version: put a server that speaks "
            "TLS in front of it"}),
    {"many faults in one pass",
     R"yaml(listen: [80, 80, nowhere]
threads: x
limits:
  body: big
  drain: 1 hour
sites:
  exa mple..org:
    /static/: {fils: /}
    /media/: {files: /nonexistent, cache: forever}
    tls: on
)yaml",
     {"frontis.yaml:1:14: '*:80' is listened to already; first at frontis.yaml:1:10",
      "frontis.yaml:1:18: expected a port, an address with a port such as 127.0.0.1:8080, "
      "[::1]:443 or *:80, or unix:/path, found 'nowhere'",
      "frontis.yaml:2:10: expected a number from 0 to 256, found 'x'",
      "frontis.yaml:4:9: expected a size such as 512, 8KiB or 100MB, found 'big'",
      "frontis.yaml:5:10: expected a duration such as 30s, 10m or 2y, found '1 hour'",
      "frontis.yaml:7:3: 'mple..org' is not a host name; expected example.org, *.example.org or *",
      "frontis.yaml:8:16: unknown key 'fils'; did you mean 'files'?",
      "frontis.yaml:9:22: the directory '/nonexistent' does not exist; make it, or correct the "
      "path",
      "frontis.yaml:9:43: expected auto, immutable, none or a duration such as 30s, 10m or 2y, "
      "found 'forever'",
      "frontis.yaml:10:5: 'tls' is not available in this version: put a server that speaks TLS in "
      "front of it"}},
};

INSTANTIATE_TEST_SUITE_P(Load, Malformed, testing::ValuesIn(malformed_cases), case_name);

using std::chrono::milliseconds;
using testing::ElementsAre;

Settings good(Loaded loaded) {
  for (const Fault& fault : loaded.faults) ADD_FAILURE() << fault.text();
  return loaded.settings ? std::move(*loaded.settings) : Settings();
}

Settings load_good_top(const std::string& yaml) {
  return good(load_text(yaml + "\nsites: {'*': {/: {respond: 404}}}\n", "frontis.yaml"));
}

TEST(Load, TakesDefaultsForAllThatIsNotWritten) {
  const Settings settings = load_good_top("");
  ASSERT_EQ(settings.listen.size(), 1U);
  EXPECT_EQ(settings.listen[0].text(), "*:8080");
  EXPECT_EQ(settings.state, "");
  EXPECT_EQ(settings.user, "");
  EXPECT_EQ(settings.threads, 0U);
  EXPECT_EQ(settings.press, PressSettings());
  EXPECT_EQ(settings.keep, KeepSettings());
  EXPECT_EQ(settings.log.access, "off");
  EXPECT_EQ(settings.log.file, "stderr");
  EXPECT_EQ(settings.log.format, AccessFormat::combined);
  EXPECT_EQ(settings.log.level, LogLevel::info);
  EXPECT_EQ(settings.log.sample, 1U);
  EXPECT_EQ(settings.limits, Limits());
}

TEST(Load, TakesEachKeyOfTheTop) {
  const Settings settings = load_good_top(R"yaml(
listen: [80, "[::1]:443"]
state: /var/lib/frontis
user: www-data
threads: 4
press: {threads: 2}
keep: 7d
keep_size: 2GiB
log: {access: stdout, format: json, level: debug, file: /var/log/frontis.log, sample: 1/100}
)yaml");
  ASSERT_EQ(settings.listen.size(), 2U);
  EXPECT_EQ(settings.listen[1].text(), "[::1]:443");
  EXPECT_EQ(settings.listen[1].source, "frontis.yaml:2:14");
  EXPECT_EQ(settings.state, "/var/lib/frontis");
  EXPECT_EQ(settings.user, "www-data");
  EXPECT_EQ(settings.place_of("user"), "frontis.yaml:4:7");
  EXPECT_EQ(settings.place_of("log.format"), "frontis.yaml:9:31");
  EXPECT_EQ(settings.place_of("buffers.folder"), "frontis.yaml") << "which it does not say";
  EXPECT_EQ(settings.threads, 4U);
  EXPECT_EQ(settings.press.threads, 2U);
  EXPECT_EQ(settings.keep.time, std::chrono::hours(7 * 24));
  EXPECT_EQ(settings.keep.size, std::uint64_t{2} << 30);
  EXPECT_EQ(settings.log.access, "stdout");
  EXPECT_EQ(settings.log.format, AccessFormat::json);
  EXPECT_EQ(settings.log.level, LogLevel::debug);
  EXPECT_EQ(settings.log.file, "/var/log/frontis.log");
  EXPECT_EQ(settings.log.sample, 100U);
}

TEST(Load, TakesEachLimit) {
  const Settings settings = load_good_top(R"yaml(
limits:
  request_line: 4KiB
  headers: 32KiB
  header_fields: 50
  body: 1GiB
  head_timeout: 5s
  idle_timeout: 1m
  rate_window: 20s
  min_rate: 0
  connections: 100
  connections_per_client: 0
  drain: 0s
  hot_cache: 1MB
)yaml");
  Limits expected;
  expected.request_line = 4096;
  expected.headers = 32'768;
  expected.header_fields = 50;
  expected.body = std::uint64_t{1} << 30;
  expected.head_timeout = milliseconds(5000);
  expected.idle_timeout = milliseconds(60'000);
  expected.rate_window = milliseconds(20'000);
  expected.min_rate = 0;
  expected.connections = 100;
  expected.connections_per_client = 0;
  expected.drain = milliseconds(0);
  expected.hot_cache = 1'000'000;
  EXPECT_EQ(settings.limits, expected);
}

TEST(Load, TakesASectionWhoseKeysAreAllCommentedOut) {
  EXPECT_EQ(load_good_top("limits:\n  #drain: 1s\nlog:\npress:\n").limits, Limits());
}

TEST(Load, TakesEachLevelOfTheLog) {
  const std::pair<const char*, LogLevel> cases[] = {{"debug", LogLevel::debug},
                                                    {"info", LogLevel::info},
                                                    {"warning", LogLevel::warning},
                                                    {"error", LogLevel::error},
                                                    {"off", LogLevel::off}};
  for (const auto& [word, level] : cases) {
    EXPECT_EQ(load_good_top(std::string("log: {level: ") + word + "}").log.level, level);
  }
}

TEST(Load, TakesOneOfAMillionLinesAtLeast) {
  EXPECT_EQ(load_good_top("log: {sample: 1/1}").log.sample, 1U);
  EXPECT_EQ(load_good_top("log: {sample: 1/1000000}").log.sample, 1'000'000U);
  for (const std::string sample : {"1/1000001", "1/0", "1/", "1/-1", "2/100", "1/1.5", "1 / 100",
                                   "0.01", "100", "1/99999999999999999999", "[]", "off"}) {
    const Loaded loaded =
        load_text("log: {sample: " + sample + "}\nsites: {'*': {/: {respond: 404}}}\n", "a.yaml");
    ASSERT_EQ(loaded.faults.size(), 1U) << sample;
    EXPECT_TRUE(loaded.faults[0].text().starts_with("a.yaml:1:15: expected a share")) << sample;
  }
}

TEST(Load, TakesRelativePathsFromTheFolderOfTheFile) {
  const TemporaryFolder folder;
  std::filesystem::create_directory(folder.path() / "static");
  const auto file = folder.write("frontis.yaml", R"yaml(
listen: "unix:f.sock"
state: state
log: {access: ./access.log, file: logs/error.log}
sites: {"*": {/: {files: static, links: [.]}}}
)yaml");
  const Settings settings = good(load_file(file));
  ASSERT_EQ(settings.sites.size(), 1U);
  EXPECT_EQ(settings.file, file);
  EXPECT_EQ(settings.listen[0].unix_path, folder.path() / "f.sock");
  EXPECT_EQ(settings.state, folder.path() / "state");
  EXPECT_EQ(settings.log.access, folder.path() / "access.log");
  EXPECT_EQ(settings.log.file, folder.path() / "logs/error.log");
  const auto& files = std::get<FilesAction>(settings.sites[0].routes[0].chain[0]);
  EXPECT_EQ(files.root, folder.path() / "static");
  EXPECT_THAT(files.links, ElementsAre(folder.path()));
}

TEST(Load, NamesAFileThatCannotBeRead) {
  const TemporaryFolder folder;
  const std::string fifo = folder.path() / "fifo";
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  const std::string missing = folder.path() / "missing";
  const std::string large = folder.write("large", std::string(1024 * 1024 + 1, '#'));
  const std::pair<std::string, std::string> cases[] = {
      {missing, "cannot be opened: No such file or directory"},
      {folder.path(), "is not a regular file"},
      {fifo, "is not a regular file"},
      {large, "larger than 1048576 bytes"},
  };
  for (const auto& [file, message] : cases) {
    const Loaded loaded = load_file(file);
    ASSERT_EQ(loaded.faults.size(), 1U) << file;
    EXPECT_EQ(loaded.faults[0].text(), file + ": " + message);
    EXPECT_FALSE(loaded.settings);
  }
}

TEST(Load, TellsAtMostAHundredFaults) {
  std::string yaml = "sites:\n";
  for (int i = 0; i < 3000; ++i) yaml += "  h" + std::to_string(i) + ": {/: {respond: 1}}\n";
  const Loaded loaded = load_text(yaml, "frontis.yaml");
  ASSERT_EQ(loaded.faults.size(), 100U);
  EXPECT_EQ(loaded.faults[99].line, 101);
}

}  // namespace
}  // namespace frontis::config
