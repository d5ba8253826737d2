#include "media/manifest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace frontis::media {
namespace {

using ::testing::HasSubstr;

const std::filesystem::path samples = FRONTIS_SOURCE "/tests/media/fingerprints";

std::string read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file.is_open()) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string staticfiles(const std::string& paths, const std::string& version = "1.0") {
  return R"({"paths": {)" + paths + R"(}, "version": ")" + version + R"("})";
}

TEST(Staticfiles, OfDjangoNamesWhatItMade) {
  Manifest manifest;
  ASSERT_TRUE(manifest.add_staticfiles(read(samples / "django/staticfiles.json")));
  EXPECT_EQ(manifest.size(), 6u);
  for (const char* name : {"app.cbaa207df588.js", "app.js.df2d90a6c70f.map",
                           "css/main.5d692e5d8da5.css", "robots.5e0bd1c281a6"}) {
    EXPECT_TRUE(manifest.lists(name)) << name;
  }
  for (const char* name : {"app.js", "main.5d692e5d8da5.css", "/app.cbaa207df588.js", ""}) {
    EXPECT_FALSE(manifest.lists(name)) << name;
  }
}

TEST(Staticfiles, MayHaveVersion11WithItsHash) {
  Manifest manifest;
  ASSERT_TRUE(manifest.add_staticfiles(
      R"({"paths": {"a.css": "a.0123456789ab.css"}, "version": "1.1", "hash": "5c1ed2d7c9f1"})"));
  EXPECT_TRUE(manifest.lists("a.0123456789ab.css"));
}

TEST(Staticfiles, MayHaveBracketsInItsNames) {
  Manifest manifest;
  const std::string brackets(40, '[');
  ASSERT_TRUE(manifest.add_staticfiles(
      staticfiles(R"("a\\\"": "a.0123456789ab.css", "b": "\")" + brackets + '"')));
  EXPECT_TRUE(manifest.lists("\"" + brackets));
}

TEST(Staticfiles, AddsNoPathThatIsNotFingerprintedOrLeadsOut) {
  struct {
    std::string made;
    bool listed;
  } const cases[] = {
      {"b/a.0123456789ab.css", true},
      {"a.css", false},
      {"/a.0123456789ab.css", false},
      {"../a.0123456789ab.css", false},
      {"b/../a.0123456789ab.css", false},
      {"b/..", false},
      {"b//a.0123456789ab.css", false},
      {"./a.0123456789ab.css", false},
      {"b/", false},
      {"", false},
      {std::string(5000, 'a'), false},
  };
  for (const auto& one : cases) {
    Manifest manifest;
    ASSERT_TRUE(manifest.add_staticfiles(staticfiles("\"a.css\": \"" + one.made + "\"")));
    EXPECT_EQ(manifest.lists(one.made), one.listed) << one.made;
    EXPECT_EQ(manifest.size(), one.listed ? 1u : 0u) << one.made;
  }
  Manifest manifest;
  ASSERT_TRUE(manifest.add_staticfiles(staticfiles(R"("a.css": "a\u0000.0123456789ab.css")")));
  EXPECT_EQ(manifest.size(), 0u);
}

TEST(Staticfiles, IsRefusedWithTheReasonAndAddsNothing) {
  struct {
    std::string json;
    std::string reason;
  } const cases[] = {
      {"", "not JSON"},
      {"{", "not JSON"},
      {R"({"paths": {"a": "b)", "not JSON"},
      {"{\"paths\": {\"a\": \"\xff\"}, \"version\": \"1.0\"}", "not JSON"},
      {"[]", "not a JSON object"},
      {"null", "not a JSON object"},
      {"\"text\"", "not a JSON object"},
      {"{}", "not Django's"},
      {R"({"version": "1.0"})", "not Django's"},
      {R"({"paths": {"a.js": "a.0123456789ab.js"}})", "not Django's"},
      {R"({"paths": [], "version": "1.0"})", "not Django's"},
      {R"({"paths": {}, "version": 1.0})", "not Django's"},
      {staticfiles(R"("a.js": "a.0123456789ab.js")", "2.0"), "\"2.0\""},
      {staticfiles(R"("a.js": "a.0123456789ab.js")", ""), "\"\""},
      {staticfiles(R"("a.js": "a.0123456789ab.js", "b.js": null)"), "\"b.js\""},
      {staticfiles("\"a\": " + std::string(100, '[') + std::string(100, ']')), "too deeply"},
      {std::string(1'000'000, '['), "too deeply"},
      {read(samples / "vite/.vite/manifest.json"), "not Django's"},
  };
  for (const auto& one : cases) {
    Manifest manifest;
    const auto added = manifest.add_staticfiles(one.json);
    ASSERT_FALSE(added) << one.json.substr(0, 200);
    EXPECT_EQ(added.error().kind, ErrorKind::invalid);
    EXPECT_THAT(added.error().message, HasSubstr(one.reason));
    EXPECT_EQ(manifest.size(), 0u);
  }
}

TEST(Vite, NamesTheChunksStylesAndAssetsThatItHashed) {
  Manifest manifest;
  ASSERT_TRUE(manifest.add_vite(read(samples / "vite/.vite/manifest.json")));
  EXPECT_EQ(manifest.size(), 5u);
  for (const char* name :
       {"assets/index-bjHyCe6Z.js", "assets/index-CXCno52C.css", "assets/lamp-DVvHTO6Q.js",
        "assets/gate-C21WOHqr.png", "assets/wall-Cc0yNIyg.png"}) {
    EXPECT_TRUE(manifest.lists(name)) << name;
  }
}

TEST(Vite, WithoutHashesNamesNothing) {
  Manifest manifest;
  ASSERT_TRUE(manifest.add_vite(read(samples / "vite-unhashed/manifest.json")));
  EXPECT_EQ(manifest.size(), 0u);
}

TEST(Vite, IsBelievedOnlyWhereANameCarriesAHash) {
  struct {
    std::string entry;  // its members besides "file"
    std::string file;
    bool listed;
  } const cases[] = {
      // After the stem of the source or the chunk.
      {R"("src": "src/app.ts")", "assets/app-bjHyCeZx.js", true},
      {R"("src": "src/app.ts")", "assets/app.3b1f2c8e.js", true},
      {R"("src": "src/app.ts")", "assets/app-a-b_c-D_.js", true},
      {R"("src": "src/app.ts")", "assets/app-B-bjHyCe6Zx1_-Qrs.js", true},
      {R"("name": "vendor")", "vendor-bjHyCeZx.js", true},
      {R"("name": "pages/vendor")", "vendor-bjHyCeZx.js", true},
      {R"("src": "src/app-legacy.ts")", "assets/app-legacy-bjHyCeZx.js", true},
      // Without a stem, only what no word looks like.
      {"", "assets/chunk-bjHyCe6Z.js", true},
      {"", "assets/chunk.3b1f2c8e.js", true},
      {"", "assets/chunk-bjHyCeZx.js", false},
      {"", "assets/page-UserProfile.js", false},
      {"", "assets/arrow-90deg-up.svg", false},
      {"", "assets/an-old-hope.css", false},
      {"", "assets/name-20080206.css", false},
      {"", "assets/Foo-Bar2-baz.js", false},
      {"", "bjHyCe6Z.js", false},
      // Words, dates and versions.
      {R"("src": "src/app.ts")", "assets/app.js", false},
      {R"("src": "src/app.ts")", "assets/app-legacy.js", false},
      {R"("src": "src/app.ts")", "assets/app-settings.js", false},
      {R"("src": "src/app.ts")", "assets/app-an-old-hope.js", false},
      {R"("src": "src/app.ts")", "assets/app-UserProfile.js", false},
      {R"("src": "src/app.ts")", "assets/app-User_Profile.js", false},
      {R"("src": "src/app.ts")", "assets/app-20080206.js", false},
      {R"("src": "src/app.ts")", "assets/app-2008-02-06.js", false},
      {R"("src": "src/app.ts")", "assets/app-1.2.3.js", false},
      {R"("src": "src/app.ts")", "assets/app-1a2b3c4.js", false},
      {R"("src": "src/app.ts")", "assets/app-b+Hy=e6Z.js", false},
      // The source was named so, and the hash is no one's.
      {R"("src": "src/chunk-bjHyCe6Z.ts")", "assets/chunk-bjHyCe6Z.js", false},
      {R"("src": "fonts/Inter-SemiBold600.woff2")", "assets/Inter-SemiBold600.woff2", false},
      {R"("name": "app-UserProfile", "src": "src/app.ts")", "app-UserProfile.js", false},
      // Leads out.
      {R"("src": "src/app.ts")", "/assets/app-bjHyCe6Z.js", false},
      {R"("src": "src/app.ts")", "../assets/app-bjHyCe6Z.js", false},
      {R"("src": "src/app.ts")", "assets/app-bjHyCe6Z.js/", false},
  };
  for (const auto& one : cases) {
    Manifest manifest;
    const std::string members = one.entry.empty() ? "" : ", " + one.entry;
    ASSERT_TRUE(manifest.add_vite(R"({"k": {"file": ")" + one.file + '"' + members + "}}"));
    EXPECT_EQ(manifest.lists(one.file), one.listed) << one.file << " of " << one.entry;
  }
}

TEST(Vite, HoldsListedStylesAndAssetsToTheSameRule) {
  Manifest manifest;
  ASSERT_TRUE(manifest.add_vite(R"({"src/app.ts": {"file": "app-bjHyCeZx.js", "src": "src/app.ts",
      "css": ["app-CXCnoXxC.css", "theme.css", 5, "../app-CXCno52C.css"],
      "assets": ["wall-Cc0yNIyg.png", "an-old-hope.png"], "imports": ["chunk-bjHyCe6Z.js"]}})"));
  EXPECT_EQ(manifest.size(), 3u);
  EXPECT_TRUE(manifest.lists("app-CXCnoXxC.css"));
  EXPECT_TRUE(manifest.lists("wall-Cc0yNIyg.png"));
}

TEST(Vite, IsRefusedWithTheReasonAndAddsNothing) {
  struct {
    std::string json;
    std::string reason;
  } const cases[] = {
      {"", "not JSON"},
      {"[]", "not a JSON object"},
      {R"({"a": {"file": "app-bjHyCe6Z.js"}, "b": "app-bjHyCe6Z.js"})", "\"b\""},
      {R"({"a": {"file": "app-bjHyCe6Z.js"}, "b": {"src": "b"}})", "\"b\""},
      {R"({"a": {"file": 5}})", "\"a\""},
      {R"({"src/app.js": ["/assets/app-bjHyCe6Z.js"]})", "\"src/app.js\""},  // for a server's use
      {read(samples / "django/staticfiles.json"), "not Vite's"},
      {std::string(1'000'000, '{'), "too deeply"},
  };
  for (const auto& one : cases) {
    Manifest manifest;
    const auto added = manifest.add_vite(one.json);
    ASSERT_FALSE(added) << one.json.substr(0, 200);
    EXPECT_EQ(added.error().kind, ErrorKind::invalid);
    EXPECT_THAT(added.error().message, HasSubstr(one.reason));
    EXPECT_EQ(manifest.size(), 0u);
  }
}

TEST(Manifest, GathersWhatSeveralFilesList) {
  Manifest manifest;
  EXPECT_TRUE(manifest.add_vite("{}"));
  EXPECT_EQ(manifest.size(), 0u);
  ASSERT_TRUE(manifest.add_staticfiles(read(samples / "django/staticfiles.json")));
  ASSERT_TRUE(manifest.add_vite(read(samples / "vite/.vite/manifest.json")));
  ASSERT_TRUE(manifest.add_vite(read(samples / "vite/.vite/manifest.json")));
  EXPECT_FALSE(manifest.add_vite("no"));
  EXPECT_EQ(manifest.size(), 11u);
}

TEST(Manifest, HasRoomForSoManyNamesAndNoMore) {
  Manifest manifest(7);
  ASSERT_TRUE(manifest.add_staticfiles(read(samples / "django/staticfiles.json")));
  const auto added = manifest.add_vite(read(samples / "vite/.vite/manifest.json"));
  ASSERT_FALSE(added);
  EXPECT_THAT(added.error().message, HasSubstr("more than 7 names"));
  EXPECT_EQ(manifest.size(), 6u);
  ASSERT_TRUE(manifest.add_staticfiles(staticfiles(R"("a.js": "a.0123456789ab.js")")));
  EXPECT_EQ(manifest.size(), 7u);
}

}  // namespace
}  // namespace frontis::media
