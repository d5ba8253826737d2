#include "media/mime.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <string>

namespace frontis::media {
namespace {

// A file in a folder of its own, removed with it.
class TypesFile {
 public:
  TypesFile() {
    std::string name = (std::filesystem::temp_directory_path() / "mime-XXXXXX").string();
    EXPECT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  explicit TypesFile(const std::string& text) : TypesFile() {
    std::ofstream(path(), std::ios::binary) << text;
  }
  TypesFile(const TypesFile&) = delete;
  TypesFile& operator=(const TypesFile&) = delete;
  ~TypesFile() { std::filesystem::remove_all(folder_); }
  std::string path() const { return (folder_ / "mime.types").string(); }

 private:
  std::filesystem::path folder_;
};

const std::string no_file = "/nonexistent/mime.types";

TEST(MimeTypes, KnowsTheTypesOfTheWebWithoutAnyFile) {
  const MimeTypes types(no_file);
  struct {
    const char* name;
    const char* type;
  } const cases[] = {
      {"index.html", "text/html; charset=utf-8"},
      {"index.htm", "text/html; charset=utf-8"},
      {"app.css", "text/css; charset=utf-8"},
      {"app.js", "text/javascript; charset=utf-8"},
      {"app.min.js", "text/javascript; charset=utf-8"},
      {"app.mjs", "text/javascript; charset=utf-8"},
      {"app.cjs", "text/javascript; charset=utf-8"},
      {"app.js.map", "application/json"},
      {"data.json", "application/json"},
      {"data.ndjson", "application/x-ndjson"},
      {"data.csv", "text/csv; charset=utf-8"},
      {"data.yaml", "application/yaml"},
      {"data.yml", "application/yaml"},
      {"data.toml", "application/toml"},
      {"app.wasm", "application/wasm"},
      {"site.webmanifest", "application/manifest+json"},
      {"feed.rss", "application/rss+xml; charset=utf-8"},
      {"feed.atom", "application/atom+xml; charset=utf-8"},
      {"sitemap.xml", "application/xml; charset=utf-8"},
      {"page.xhtml", "application/xhtml+xml; charset=utf-8"},
      {"logo.svg", "image/svg+xml; charset=utf-8"},
      {"notes.md", "text/markdown; charset=utf-8"},
      {"robots.txt", "text/plain; charset=utf-8"},
      {"film.vtt", "text/vtt; charset=utf-8"},
      {"film.srt", "application/x-subrip"},
      {"meeting.ics", "text/calendar; charset=utf-8"},
      {"person.vcf", "text/vcard; charset=utf-8"},
      {"favicon.ico", "image/vnd.microsoft.icon"},
      {"photo.JPG", "image/jpeg"},
      {"photo.jpeg", "image/jpeg"},
      {"photo.png", "image/png"},
      {"photo.webp", "image/webp"},
      {"photo.avif", "image/avif"},
      {"photo.jxl", "image/jxl"},
      {"font.woff2", "font/woff2"},
      {"font.woff", "font/woff"},
      {"font.ttf", "font/ttf"},
      {"font.otf", "font/otf"},
      {"film.mp4", "video/mp4"},
      {"film.webm", "video/webm"},
      {"film.m3u8", "application/vnd.apple.mpegurl"},
      {"film0.ts", "video/mp2t"},
      {"song.mp3", "audio/mpeg"},
      {"paper.pdf", "application/pdf"},
      {"book.epub", "application/epub+zip"},
      {"letter.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
      {"letter.odt", "application/vnd.oasis.opendocument.text"},
      {"app.apk", "application/vnd.android.package-archive"},
      {"all.tar", "application/x-tar"},
      {"all.tar.gz", "application/gzip"},
      {"all.br", "application/x-brotli"},
      {"all.zst", "application/zstd"},
      {"all.7z", "application/x-7z-compressed"},
      {"letter.doc", "application/msword"},
      {"robots.5839145a19c1", ""},
      {"file.unknown", ""},
  };
  for (const auto& one : cases) EXPECT_EQ(types.of(one.name), one.type) << one.name;
}

TEST(MimeTypes, FindsTheExtensionOfAName) {
  const MimeTypes types(no_file);
  struct {
    std::string name;
    bool known;
  } const cases[] = {
      {"a.CSS", true},
      {"a.Css", true},
      {"a.b.css", true},
      {"dir.js/a.css", true},
      {".hidden.css", true},
      {"..a.css", true},
      {"über.css", true},
      {"a b.css", true},
      {"README", false},
      {"", false},
      {".", false},
      {"..", false},
      {".css", false},
      {"..css", false},
      {"a.", false},
      {"css", false},
      {"dir.css/a", false},
      {"a.css/", false},
      {"a.css ", false},
      {"a.css~", false},
      {"a.cs", false},
      {"a.csss", false},

      {"a." + std::string(4000, 'x'), false},
      {std::string(4000, 'x') + ".css", true},
  };
  for (const auto& one : cases) EXPECT_EQ(!types.of(one.name).empty(), one.known) << one.name;
}

TEST(MimeTypes, ReadsTheFileForWhatTheTableLacks) {
  const TypesFile file(
      "# A comment.\n"
      "\n"
      "text/x-wall\t\twall  BRICK # more\n"
      "application/x-gate gate\r\n"
      "Application/X-Upper upper\n"
      "application/x-plan+xml plan\n"
      "text/css stylus\n"
      "text/x-first twice\n"
      "text/x-second twice\n"
      "application/x-late late");
  const MimeTypes types(file.path());
  EXPECT_EQ(types.of("a.wall"), "text/x-wall; charset=utf-8");
  EXPECT_EQ(types.of("a.Brick"), "text/x-wall; charset=utf-8");
  EXPECT_EQ(types.of("a.more"), "");
  EXPECT_EQ(types.of("a.gate"), "application/x-gate");
  EXPECT_EQ(types.of("a.upper"), "application/x-upper");
  EXPECT_EQ(types.of("a.plan"), "application/x-plan+xml; charset=utf-8");
  EXPECT_EQ(types.of("a.twice"), "text/x-first; charset=utf-8");
  EXPECT_EQ(types.of("a.late"), "application/x-late");
}

TEST(MimeTypes, KeepsItsOwnTypesWhateverTheFileSays) {
  const TypesFile file("text/vnd.trolltech.linguist ts\napplication/x-rss+xml rss\nx/y JS\n");
  const MimeTypes types(file.path());
  EXPECT_EQ(types.of("a.ts"), "video/mp2t");
  EXPECT_EQ(types.of("a.rss"), "application/rss+xml; charset=utf-8");
  EXPECT_EQ(types.of("a.js"), "text/javascript; charset=utf-8");
}

TEST(MimeTypes, LetsNothingButTypesIntoAHeader) {
  const std::string nul("text/x\0y nul\n", 13);
  const TypesFile file(
      "nonsense one\n"
      "text/ two\n"
      "/plain three\n"
      "text/a/b four\n"
      "text/x;a=b five\n"
      "text/x\x01y six\n"
      "text/x\xff seven\n" +
      nul + "text/" + std::string(200, 'x') + " eight\n" + "text/x " + std::string(100, 'e') +
      " a/b \x01 ok\n");
  const MimeTypes types(file.path());
  for (const char* name : {"one", "two", "three", "four", "five", "six", "seven", "nul", "eight"}) {
    EXPECT_EQ(types.of("a." + std::string(name)), "") << name;
  }
  EXPECT_EQ(types.of("a." + std::string(100, 'e')), "");
  EXPECT_EQ(types.of("a.ok"), "text/x; charset=utf-8");
}

TEST(MimeTypes, StartsWhateverLiesInThePlaceOfTheFile) {
  const TypesFile file;
  ASSERT_EQ(::mkfifo(file.path().c_str(), 0600), 0);
  EXPECT_EQ(MimeTypes(file.path()).of("a.css"), "text/css; charset=utf-8");
  EXPECT_EQ(MimeTypes("/").of("a.css"), "text/css; charset=utf-8");
  EXPECT_EQ(MimeTypes("/dev/zero").of("a.css"), "text/css; charset=utf-8");
  EXPECT_EQ(MimeTypes("").of("a.css"), "text/css; charset=utf-8");

  std::mt19937 random(1);
  std::string noise(100'000, '\0');
  for (char& c : noise) c = static_cast<char>(random());
  const TypesFile noisy(noise + "\napplication/x-gate gate\n");
  EXPECT_EQ(MimeTypes(noisy.path()).of("a.gate"), "application/x-gate");
}

TEST(MimeTypes, ReadsNoMoreThanFourMebibytes) {
  std::string text = "application/x-early early\n#";
  text.append(5 * 1024 * 1024, '#');
  const TypesFile file(text + "\napplication/x-late late\n");
  const MimeTypes types(file.path());
  EXPECT_EQ(types.of("a.early"), "application/x-early");
  EXPECT_EQ(types.of("a.late"), "");
}

}  // namespace
}  // namespace frontis::media
