#include "media/fingerprint.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace frontis::media {
namespace {

const std::filesystem::path samples = FRONTIS_SOURCE "/tests/media/fingerprints";

std::string read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file.is_open()) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

struct Sample {
  std::string path;
  std::optional<Scheme> scheme;
};

// Every file that the tools made (tests/media/fingerprints/README.md), and what proves its name.
const std::vector<Sample>& all_samples() {
  static const std::vector<Sample> all = {
      {"django/app.cbaa207df588.js", Scheme::django},
      {"django/app.js.df2d90a6c70f.map", Scheme::django},
      {"django/app.min.cbaa207df588.js", Scheme::django},
      {"django/css/main.5d692e5d8da5.css", Scheme::django},
      {"django/img/wall.a71e39d7f802.png", Scheme::django},
      {"django/robots.5e0bd1c281a6", Scheme::django},
      {"django/staticfiles.json", {}},
      {"webpack/main.336443e84647ea72fd81.js", Scheme::webpack},
      {"webpack/407.590fbcac50a20f546e72.js", Scheme::webpack},
      {"webpack/407.590fbcac50a20f546e72.js.map", {}},  // the hash of the script, not of the map
      {"webpack/157faf51eca111c4b9e3.js", Scheme::webpack},
      {"webpack/df9e2f5b8e6aa3de3ae5.png", Scheme::webpack},
      {"webpack/main.16ac07fa.chunk.js", Scheme::webpack},
      {"webpack/gate-df9e2f5b.png", Scheme::webpack},
      {"webpack/407-c2cb6b49b119c080.js", Scheme::webpack},
      {"webpack/407.1a1952646a1461a1.js", Scheme::webpack},
      {"rollup/door-Bg_kp7D4.png", Scheme::rollup},
      {"rollup/door-f0z77n2m.png", Scheme::rollup},
      {"rollup/note82-AZte-BKC.txt", Scheme::rollup},
      {"rollup/note82-AZte-BKCj4jYaojA_S-bo.txt", Scheme::rollup},
      {"rollup/note82.AZte-BKCj4.txt", Scheme::rollup},
      {"rollup/note82-0066d7be.txt", Scheme::rollup},
      {"rollup/note131-uFa9xbB_.txt", Scheme::rollup},
      {"rollup/note191-DamRSSn-.txt", Scheme::rollup},
      {"rollup/note272--TwOy5jW.txt", Scheme::rollup},
      {"rollup/lamp-B9DLkvuk.js", {}},  // a chunk: hashed before its last bytes were known
      {"vite/.vite/manifest.json", {}},
      {"vite-unhashed/manifest.json", {}},
      {"vite/assets/gate-C21WOHqr.png", Scheme::rollup},
      {"vite/assets/wall-Cc0yNIyg.png", Scheme::rollup},
      {"vite/assets/index-CXCno52C.css", {}},
      {"vite/assets/index-bjHyCe6Z.js", {}},
      {"vite/assets/lamp-DVvHTO6Q.js", {}},
      {"esbuild/gate-6DRJZVLG.png", Scheme::esbuild},
      {"esbuild/wall.76CVFF6E.png", Scheme::esbuild},
      {"esbuild/main-G64NBNGF.js", {}},
      {"parcel/gate.da25a41c.png", Scheme::parcel},
      {"parcel/wall.7180cd04.png", Scheme::parcel},
      {"parcel/lamp.d35a693f.js", Scheme::parcel},
      {"parcel/parcelproj.fc6a11ee.css", {}},
      {"hugo/main.min.c4c6f97e55669b114034f29cd301d44693acd922e08937f10199ae02b08177bc.css",
       Scheme::hugo},
      {"hugo/wall.a71e39d7f802c74bfb850e6412c9bc98.png", Scheme::hugo},
  };
  return all;
}

std::string name_in(const Sample& sample) {
  return std::filesystem::path(sample.path).filename().string();
}

std::optional<Scheme> verify_in_pieces(const std::string& name, std::string_view content,
                                       std::size_t piece) {
  FingerprintCheck check(name);
  for (std::size_t i = 0; i < content.size(); i += piece) check.update(content.substr(i, piece));
  return check.finish();
}

TEST(Fingerprint, IsProvedFromWhatTheToolsMade) {
  for (const Sample& sample : all_samples()) {
    EXPECT_EQ(verify_fingerprint(name_in(sample), read(samples / sample.path)), sample.scheme)
        << sample.path;
  }
}

TEST(Fingerprint, IsTestedAgainstEverySample) {
  std::set<std::string> named = {"README.md", ".gitattributes"};
  for (const Sample& sample : all_samples()) named.insert(sample.path);
  for (const auto& entry : std::filesystem::recursive_directory_iterator(samples)) {
    if (!entry.is_regular_file()) continue;
    EXPECT_EQ(named.count(entry.path().lexically_relative(samples).string()), 1u) << entry.path();
  }
}

TEST(Fingerprint, DoesNotDependOnHowTheContentIsCut) {
  for (const Sample& sample : all_samples()) {
    const std::string content = read(samples / sample.path);
    for (const std::size_t piece : {1u, 2u, 7u, 64u, 1000u}) {
      EXPECT_EQ(verify_in_pieces(name_in(sample), content, piece), sample.scheme)
          << sample.path << " in pieces of " << piece;
    }
  }
}

TEST(Fingerprint, IsNotProvedByContentWithOneByteChanged) {
  for (const Sample& sample : all_samples()) {
    std::string content = read(samples / sample.path);
    const std::size_t stride = content.size() / 40 + 1;
    for (std::size_t i = 0; i < content.size(); i += stride) {
      content[i] = static_cast<char>(content[i] ^ 1);
      EXPECT_EQ(verify_fingerprint(name_in(sample), content), std::nullopt)
          << sample.path << " changed at " << i;
      content[i] = static_cast<char>(content[i] ^ 1);
    }
    EXPECT_EQ(verify_fingerprint(name_in(sample), content + "\n"), std::nullopt) << sample.path;
    content.pop_back();
    EXPECT_EQ(verify_fingerprint(name_in(sample), content), std::nullopt) << sample.path;
  }
}

TEST(Fingerprint, OfWebpackIsProvedWhereverACutFallsInItsOwnHash) {
  const std::string name = "main.336443e84647ea72fd81.js";
  const std::string content = read(samples / "webpack" / name);
  const std::size_t own = content.find("336443e84647ea72fd81");
  ASSERT_NE(own, std::string::npos);
  for (std::size_t cut = own - 2; cut <= own + 22 && cut <= content.size(); ++cut) {
    FingerprintCheck check(name);
    check.update(std::string_view(content).substr(0, cut));
    check.update("");
    check.update(std::string_view(content).substr(cut));
    EXPECT_EQ(check.finish(), Scheme::webpack) << "cut at " << cut - own;
  }
}

TEST(Fingerprint, OfWebpackNeedsItsOwnHashToStandWhereItStood) {
  const std::string name = "main.336443e84647ea72fd81.js";
  std::string content = read(samples / "webpack" / name);
  content.replace(content.find("336443e84647ea72fd81"), 20, "336443e84647ea72fd80");
  EXPECT_EQ(verify_fingerprint(name, content), std::nullopt);
}

TEST(Fingerprint, OfAnotherNameProvesNothing) {
  const std::string content = read(samples / "django/app.cbaa207df588.js");
  struct {
    std::string name;
    bool proved;
  } const cases[] = {
      {"other.cbaa207df588.css", true},    // the hash alone counts
      {"app.cbaa207df588", true},          // a name without an extension
      {"app.cbaa207df589.js", false},      // another hash
      {"app.CBAA207DF588.js", false},      // Django writes lower case
      {"app-cbaa207df588.js", false},      // not Django's separator
      {"cbaa207df588.js", false},          // Django never leaves out the name
      {"app.cbaa207df58.js", false},       // too short
      {"app.cbaa207df5880.js", false},     // too long
      {"app.cbaa207df588.js.map", false},  // not before the last extension
      {"app.cbaa207df588.tar.gz", false}, {"app.js", false}, {"", false},
  };
  for (const auto& one : cases) {
    EXPECT_EQ(verify_fingerprint(one.name, content).has_value(), one.proved) << one.name;
  }
}

TEST(Fingerprint, OfNothingIsThatOfTheEmptyFile) {
  EXPECT_EQ(verify_fingerprint("empty.d41d8cd98f00.css", ""), Scheme::django);
  EXPECT_EQ(verify_fingerprint("empty.d41d8cd98f01.css", ""), std::nullopt);
}

TEST(Fingerprint, IsNotSoughtInNamesThatNoSchemeCouldHaveMade) {
  const char* const names[] = {
      "index.html",
      "jquery-3.7.1.min.js",
      "README",
      "app.js",
      "",
      ".",
      "..",
      ".htaccess",
      "a.b.c.d",
      "main-abc.js",
      "photo 1.jpg",
      "name.",
      "über-größe.js",
      "a-b-c.js",
      "12345678",
  };
  for (const char* name : names) {
    EXPECT_FALSE(FingerprintCheck(name).has_candidates()) << name;
    EXPECT_EQ(verify_fingerprint(name, "content"), std::nullopt) << name;
  }
  EXPECT_FALSE(FingerprintCheck("a." + std::string(300, 'a') + "-abcdefgh.js").has_candidates());
}

TEST(Fingerprint, IsNotEarnedByALookAlike) {
  const char* const names[] = {
      "an-old-hope.css",         "arrow-90deg-up.svg", "name-20080206.css",
      "backup.202301011230.tar", "facade12.png",       "app.deadbeef.js",
      "bootstrap.bundle.min.js", "chunk-ABCDEFGH.js",  "main.00000000000000000000.js",
  };
  for (const char* name : names) {
    EXPECT_EQ(verify_fingerprint(name, "content"), std::nullopt) << name;
  }
}

TEST(Fingerprint, IsSpentOnceItHasAnswered) {
  FingerprintCheck check("empty.d41d8cd98f00.css");
  EXPECT_TRUE(check.has_candidates());
  EXPECT_EQ(check.finish(), Scheme::django);
  EXPECT_FALSE(check.has_candidates());
  check.update("more");
  EXPECT_EQ(check.finish(), std::nullopt);
}

TEST(SureFingerprint, IsAPatternThatNothingElseMakes) {
  struct {
    const char* name;
    bool sure;
  } const cases[] = {
      {"app.373693eaaa96.js", true},
      {"app.js.373693eaaa96.map", true},
      {"robots.5839145a19c1", true},
      {"main.336443e84647ea72fd81.js", true},
      {"main.chunk.336443e84647ea72fd81.css", true},
      {"main.336443e84647ea72fd81.js.map", false},  // bears the hash of another file
      {"app.373693eaaa96.js.gz", false},
      {"backup.202301011230.tar", false},  // a time
      {"app.373693EAAA96.js", false},
      {"app-373693eaaa96.js", false},
      {"373693eaaa96.js", false},
      {"app.373693eaaa9.js", false},
      {"app.373693eaaa961.js", false},
      {"336443e84647ea72fd81.js", false},
      {"robots.336443e84647ea72fd81", false},
      {"an-old-hope.css", false},
      {"arrow-90deg-up.svg", false},
      {"name-20080206.css", false},
      {"jquery-3.7.1.min.js", false},
      {"gate-C21WOHqr.png", false},
      {"", false},
  };
  for (const auto& one : cases) {
    EXPECT_EQ(is_surely_fingerprinted(one.name), one.sure) << one.name;
  }
}

TEST(FingerprintSpan, IsWhereTheSchemesPutTheHash) {
  struct {
    std::string_view name;
    std::string_view part;  // empty: none
  } const cases[] = {
      {"app.cbaa207df588.js", "cbaa207df588"},
      {"app.js.df2d90a6c70f.map", "df2d90a6c70f"},
      {"robots.5e0bd1c281a6", "5e0bd1c281a6"},
      {"main.336443e84647ea72fd81.js", "336443e84647ea72fd81"},
      {"407.590fbcac50a20f546e72.js.map", "590fbcac50a20f546e72"},
      {"157faf51eca111c4b9e3.js", "157faf51eca111c4b9e3"},
      {"main.16ac07fa.chunk.js", "16ac07fa"},
      {"gate-df9e2f5b.png", "df9e2f5b"},
      {"door-Bg_kp7D4.png", "Bg_kp7D4"},
      {"door-f0z77n2m.png", "f0z77n2m"},
      {"note82-AZte-BKC.txt", "AZte-BKC"},
      {"note272--TwOy5jW.txt", "-TwOy5jW"},
      {"note191-DamRSSn-.txt", "DamRSSn-"},
      {"vendor-react-dom-Bg_kp7D4.js", "Bg_kp7D4"},
      {"_plugin-vue_export-helper-DlAUqK2U.js", "DlAUqK2U"},
      {"gate-6DRJZVLG.png", "6DRJZVLG"},
      {"wall.76CVFF6E.png", "76CVFF6E"},
      {"chunk-ABCDEFGH.js", "ABCDEFGH"},
      {"gate.da25a41c.png", "da25a41c"},
      {"wall.a71e39d7f802c74bfb850e6412c9bc98.png", "a71e39d7f802c74bfb850e6412c9bc98"},
      {"main.c4c6f97e55669b114034f29cd301d44693acd922e08937f10199ae02b08177bc.css",
       "c4c6f97e55669b114034f29cd301d44693acd922e08937f10199ae02b08177bc"},
      {"main-c4c6f97e55669b114034f29cd301d44693acd922e08937f10199ae02b08177bc.css",
       "c4c6f97e55669b114034f29cd301d44693acd922e08937f10199ae02b08177bc"},
      {"app-20080206.css", "20080206"},
      {"app.1111111a.2222222b.js", "2222222b"},
      {"", {}},
      {".", {}},
      {"app.js", {}},
      {"jquery-3.7.1.min.js", {}},
      {"jquery.validate.js", {}},
      {"date-polyfill.js", {}},
      {"an-old-hope.css", {}},
      {"app.cbaa207.js", {}},
      {"app.CBAA207DF588.js", {}},
      {"app_cbaa207df588.js", {}},
      {"appcbaa207df588.js", {}},
      {"index-bjHyCe6Z", "bjHyCe6Z"},
      {"index-bjHyCe6Z.js.map", {}},
      {"index-bjHyCe6Zz.js", {}},
      {".cbaa207df588.js", {}},
  };
  for (const auto& one : cases) {
    const auto span = fingerprint_span(one.name);
    const auto found = span ? one.name.substr(span->first, span->second) : std::string_view();
    EXPECT_EQ(found, one.part) << one.name;
  }
  EXPECT_EQ(fingerprint_span(std::string(300, 'a') + ".cbaa207df588.js"), std::nullopt);
}

TEST(FingerprintSpan, IsFoundInEveryNameOfAToolsDefaults) {
  const std::set<std::string> of_other_lengths = {
      "rollup/note82-AZte-BKCj4jYaojA_S-bo.txt",
      "rollup/note82.AZte-BKCj4.txt",
  };
  for (const Sample& sample : all_samples()) {
    if (!sample.scheme || of_other_lengths.count(sample.path) > 0) continue;
    EXPECT_TRUE(fingerprint_span(name_in(sample))) << sample.path;
  }
}

TEST(SchemeNames, AreDifferent) {
  std::set<std::string_view> names;
  for (const Scheme scheme : {Scheme::django, Scheme::webpack, Scheme::rollup, Scheme::esbuild,
                              Scheme::parcel, Scheme::hugo}) {
    EXPECT_FALSE(name_of(scheme).empty());
    names.insert(name_of(scheme));
  }
  EXPECT_EQ(names.size(), 6u);
}

}  // namespace
}  // namespace frontis::media
