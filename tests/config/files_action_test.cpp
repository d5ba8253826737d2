#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "config/load.h"
#include "malformed.h"

namespace frontis::config {
namespace {

const MalformedCase malformed_cases[] = {
    {"roots that are not there",
     R"yaml(sites:
  example.org:
    /: {files: /nonexistent/static}
    /a/: {files: /dev/null}
    /b/: {files: /, links: [/, /nonexistent/links]}
    /c/: {files: /dev/null/x}
    /d/: {files: }
)yaml",
     {"frontis.yaml:3:16: the directory '/nonexistent/static' does not exist; make it (Django: "
      "manage.py collectstatic), or correct the path",
      "frontis.yaml:4:18: '/dev/null' is not a directory",
      "frontis.yaml:5:32: the directory '/nonexistent/links' does not exist; make it, or "
      "correct the path",
      "frontis.yaml:6:18: '/dev/null/x' cannot be used: Not a directory",
      "frontis.yaml:7:11: expected the path of a directory, found nothing"}},
    {"caches that are none",
     R"yaml(sites:
  example.org:
    /a/: {files: /, cache: imutable}
    /b/: {files: /, cache: 3600}
    /c/: {files: /, cache: 11y}
    /d/: {files: /, cache: 1500ms}
    /e/: {files: /, cache: [1h]}
)yaml",
     {"frontis.yaml:3:28: expected auto, immutable, none or a duration such as 30s, 10m or 2y, "
      "found 'imutable'; did you mean 'immutable'?",
      "frontis.yaml:4:28: expected auto, immutable, none or a duration such as 30s, 10m or 2y, "
      "found '3600'",
      "frontis.yaml:5:28: expected a duration of whole seconds, at most 10y, found '11y'",
      "frontis.yaml:6:28: expected a duration of whole seconds, at most 10y, found '1500ms'",
      "frontis.yaml:7:28: expected auto, immutable, none or a duration such as 30s, 10m or 2y, "
      "found a list"}},
    {"a misspelt key of an action, and keys of others",
     R"yaml(sites:
  example.org:
    /a/:
      files: /
      exires: 1h
      cahce: 1h
      status: 301
      body: gone
      listing: true
)yaml",
     {"frontis.yaml:5:7: unknown key 'exires'; possible here: files, cache, fingerprinted, index, "
      "links, allow, uploads, internal, modern_images, headers",
      "frontis.yaml:6:7: unknown key 'cahce'; did you mean 'cache'?",
      "frontis.yaml:7:7: 'status' belongs to 'redirect', not to 'files'",
      "frontis.yaml:8:7: 'body' belongs to 'respond', not to 'files'",
      "frontis.yaml:9:7: 'listing' is not available in this version: the content of a directory is "
      "never listed"}},
    {"fingerprinted directories outside of the root",
     R"yaml(sites:
  example.org:
    /a/: {files: /, fingerprinted: /assets/}
    /b/: {files: /, fingerprinted: [assets, ../build/]}
    /c/: {files: /, fingerprinted: {assets: true}}
)yaml",
     {"frontis.yaml:3:36: expected true, or directories beneath the root such as assets/, found "
      "'/assets/'",
      "frontis.yaml:4:45: expected true, or directories beneath the root such as assets/, found "
      "'../build/'",
      "frontis.yaml:5:36: expected true, or directories beneath the root such as assets/, found a "
      "mapping"}},
    {"index, allow, uploads and modern images of the wrong kind",
     R"yaml(sites:
  example.org:
    /a/: {files: /, index: sub/index.html}
    /b/: {files: /, index: [index.html, ..]}
    /c/: {files: /, allow: .git/config}
    /d/: {files: /, uploads: yes}
    /e/: {files: /, modern_images: avif}
    /f/: {files: /, modern_image: true}
)yaml",
     {"frontis.yaml:3:28: expected the name of a file such as index.html, found 'sub/index.html'",
      "frontis.yaml:4:41: expected the name of a file such as index.html, found '..'",
      "frontis.yaml:5:28: expected a name or a pattern of names such as *.py, without '/', found "
      "'.git/config'",
      "frontis.yaml:6:30: expected true or false, found 'yes'",
      "frontis.yaml:7:36: expected true or false, found 'avif'",
      "frontis.yaml:8:21: unknown key 'modern_image'; did you mean 'modern_images'?"}},
};

INSTANTIATE_TEST_SUITE_P(FilesAction, Malformed, testing::ValuesIn(malformed_cases), case_name);

using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;

// The first action of the one route of the one site.
FilesAction read_action_text(const std::string& action) {
  const Loaded loaded = load_text("sites: {\"*\": {/: " + action + "}}", "frontis.yaml");
  for (const Fault& fault : loaded.faults) ADD_FAILURE() << fault.text();
  return loaded.settings ? std::get<FilesAction>(loaded.settings->sites[0].routes[0].chain[0])
                         : FilesAction{};
}

TEST(FilesAction, HasDefaultsForAllButItsRoot) {
  const FilesAction files = read_action_text("{files: /}");
  EXPECT_EQ(files.root, "/");
  EXPECT_EQ(files.cache.kind, CachePolicy::Kind::automatic);
  EXPECT_THAT(files.index, ElementsAre("index.html"));
  EXPECT_THAT(files.fingerprinted, IsEmpty());
  EXPECT_THAT(files.links, IsEmpty());
  EXPECT_THAT(files.allow, IsEmpty());
  EXPECT_THAT(files.headers, IsEmpty());
  EXPECT_FALSE(files.uploads);
  EXPECT_FALSE(files.modern_images);
}

TEST(FilesAction, KeepsFilesAsLongAsCacheSays) {
  const struct {
    std::string cache;
    CachePolicy::Kind kind;
    seconds max_age;
  } cases[] = {
      {"auto", CachePolicy::Kind::automatic, seconds(0)},
      {"immutable", CachePolicy::Kind::immutable, seconds(0)},
      {"none", CachePolicy::Kind::none, seconds(0)},
      {"0s", CachePolicy::Kind::seconds, seconds(0)},
      {"2000ms", CachePolicy::Kind::seconds, seconds(2)},
      {"30s", CachePolicy::Kind::seconds, seconds(30)},
      {"10m", CachePolicy::Kind::seconds, seconds(600)},
      {"1h", CachePolicy::Kind::seconds, seconds(3600)},
      {"7d", CachePolicy::Kind::seconds, seconds(604'800)},
      {"2w", CachePolicy::Kind::seconds, seconds(1'209'600)},
      {"2y", CachePolicy::Kind::seconds, seconds(63'072'000)},
      {"10y", CachePolicy::Kind::seconds, seconds(315'360'000)},
  };
  for (const auto& one : cases) {
    const CachePolicy policy = read_action_text("{files: /, cache: " + one.cache + "}").cache;
    EXPECT_EQ(policy.kind, one.kind) << one.cache;
    EXPECT_EQ(policy.max_age, one.max_age) << one.cache;
  }
}

TEST(FilesAction, TakesFingerprintedPrefixesWithAndWithoutTheirSlash) {
  const struct {
    std::string written;
    std::vector<std::string> prefixes;
  } cases[] = {
      {"assets/", {"assets/"}},
      {"assets", {"assets/"}},
      {"[assets, build/js]", {"assets/", "build/js/"}},
      {"true", {""}},
      {"false", {}},
      {"[]", {}},
  };
  for (const auto& one : cases) {
    EXPECT_EQ(read_action_text("{files: /, fingerprinted: " + one.written + "}").fingerprinted,
              one.prefixes)
        << one.written;
  }
}

TEST(FilesAction, TakesOneNameOrAList) {
  const FilesAction files = read_action_text(
      "{files: /, index: [index.html, default.htm], allow: .htaccess, links: [/, /dev]}");
  EXPECT_THAT(files.index, ElementsAre("index.html", "default.htm"));
  EXPECT_THAT(files.allow, ElementsAre(".htaccess"));
  EXPECT_THAT(files.links, ElementsAre("/", "/dev"));
  EXPECT_THAT(read_action_text("{files: /, index: []}").index, IsEmpty());
}

TEST(FilesAction, TakesUploadsInAnyCaseOfYamlsTrue) {
  EXPECT_TRUE(read_action_text("{files: /, uploads: true}").uploads);
  EXPECT_TRUE(read_action_text("{files: /, uploads: True}").uploads);
  EXPECT_FALSE(read_action_text("{files: /, uploads: false}").uploads);
}

TEST(FilesAction, IsInternalWhereItSaysSo) {
  EXPECT_TRUE(read_action_text("{files: /, internal: true}").internal);
  EXPECT_FALSE(read_action_text("{files: /}").internal);
}

TEST(FilesAction, HasModernImagesWhereTheRouteAsksForThem) {
  EXPECT_TRUE(read_action_text("{files: /, modern_images: true}").modern_images);
  EXPECT_FALSE(read_action_text("{files: /, modern_images: false}").modern_images);
}

TEST(FilesAction, TakesNoPathWithANulInIt) {
  const Loaded loaded = load_text("sites: {\"*\": {/: {files: \"/dev\\0/null\"}}}", "frontis.yaml");
  ASSERT_EQ(loaded.faults.size(), 1U);
  EXPECT_EQ(loaded.faults[0].text(),
            "frontis.yaml:1:26: expected the path of a directory, found '/dev\\x00/null'");
}

}  // namespace
}  // namespace frontis::config
