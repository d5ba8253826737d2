#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <nlohmann/json.hpp>

#include "commands/press_crew.h"
#include "commands/press_files.h"
#include "commands/variant_presser.h"
#include "media/index.h"
#include "site_folder.h"

namespace frontis::commands {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string style = [] {
  std::string text;
  for (int i = 0; i < 50; ++i) text += ".rule-" + std::to_string(i * i) + " { color: red }\n";
  return text;
}();

struct UsageRow {
  std::vector<std::string> arguments;
  std::string said;
};

TEST(Press, AnswersBadUsageWithTwoAndSaysWhatWasNotUnderstood) {
  const UsageRow rows[] = {
      {{"press", "--siblings", "--state", "x", "."}, "excludes --siblings"},
      {{"press", "--codings", "gzip,lzma", "."}, "lzma"},
      {{"press", "--threads", "0", "."}, "--threads"},
      {{"press", "--threads", "257", "."}, "--threads"},
      {{"press", "-c"}, "--config"},
      {{"kept"}, "subcommand"},
      {{"kept", "purge"}, "URL"},
      {{"kept", "list", "one"}, "one"},
  };
  for (const UsageRow& row : rows) {
    const Ran ran = run_command(row.arguments);
    EXPECT_EQ(ran.code, bad_usage) << testing::PrintToString(row.arguments);
    EXPECT_THAT(ran.errors, HasSubstr(row.said));
    EXPECT_THAT(ran.out, IsEmpty());
  }
}

TEST(Press, BuildsOnceAndThenFindsAllUpToDate) {
  const SiteFolder folder;
  folder.write("root/app.css", style);
  folder.write("root/photo.jpg", style);
  const std::vector<std::string> arguments{"press", folder / "root", "--state", folder / "state",
                                           "--json"};
  for (const bool is_first : {true, false}) {
    const Ran ran = run_command(arguments);
    ASSERT_EQ(ran.code, done) << ran.errors;
    EXPECT_THAT(ran.errors, IsEmpty());
    const auto json = nlohmann::json::parse(ran.out);
    EXPECT_EQ(json["files"], 2);
    EXPECT_EQ(json["compressible"], 1);
    for (const char* coding : {"gzip", "br", "zstd"}) {
      EXPECT_EQ(json["codings"][coding]["built"], is_first ? 1 : 0);
      EXPECT_EQ(json["codings"][coding]["skipped"], is_first ? 0 : 1);
    }
  }
}

TEST(Press, TakesTheFolderThatItIsGivenInPlaceOfTheConfigurations) {
  const SiteFolder folder;
  folder.write("root/app.css", style);
  const std::string file =
      folder.write("frontis.yaml", "state: one\nsites: {\"*\": {/: {files: root}}}\n");
  EXPECT_EQ(run_command({"press", "-c", file, "--state", folder / "two"}).code, done);
  EXPECT_FALSE(std::filesystem::exists(folder / "one"));
  EXPECT_TRUE(std::filesystem::exists(folder / "two/variants"));
}

// What an index says of a file is no proof: its bytes may have been changed behind our back.
TEST(VariantPresser, LooksAgainWhereTheIndexWasWrong) {
  const SiteFolder folder;
  folder.write("root/app.css", style);
  const auto log = Log::silent();
  config::FilesAction files;
  files.root = folder / "root";
  const media::Library library(files);
  const PressTask task{0, "app.css", *library.identify("app.css")};
  {
    const auto index = media::Index::open(folder / "state", *log);
    ASSERT_TRUE(index);
    media::Inspection wrong;
    wrong.digest = media::sha256("something else");
    (*index)->put_file(task.identity, "app.css", wrong);
  }
  config::Settings settings;
  settings.state = folder / "state";
  const std::atomic<bool> give_up{false};
  const auto presser = VariantPresser::open(settings, {false, false, &give_up}, *log);
  ASSERT_TRUE(presser);
  const auto file = (*presser)->press(library, task);
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(file->of(http::Coding::br).state, PressedCoding::State::built);
  const media::ContentStore store(folder / "state/variants");
  EXPECT_TRUE(store.find(media::ContentStore::name_of(media::sha256(style), ".br")));
}

TEST(VariantPresser, StopsWhenTheStateFolderIsToBlame) {
  const SiteFolder folder;
  folder.write("root/app.css", style);
  folder.write("state/variants", "no folder\n");
  const auto log = Log::silent();
  config::FilesAction files;
  files.root = folder / "root";
  const media::Library library(files);
  config::Settings settings;
  settings.state = folder / "state";
  const std::atomic<bool> give_up{false};
  const auto presser = VariantPresser::open(settings, {false, false, &give_up}, *log);
  ASSERT_TRUE(presser);
  const auto file = (*presser)->press(library, {0, "app.css", *library.identify("app.css")});
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().kind, ErrorKind::exhausted);
  EXPECT_THAT(file.error().message, HasSubstr("/state/variants"));
}

TEST(PressFiles, AreTheCompressibleOnesLargestFirstAndEachOnce) {
  const SiteFolder folder;
  folder.write("root/a.css", style);
  folder.write("root/deep/b.js", style + style);
  folder.write("root/deep/c.png", style);
  folder.write("root/.hidden.css", style);
  config::Settings settings;
  const auto roots = press_roots(settings, {folder / "root", folder / "root/deep"});
  ASSERT_TRUE(roots);
  Findings findings;
  const PressList list = list_files(
      *roots, [] { return false; }, findings);
  std::vector<std::string> names;
  for (const PressTask& task : list.tasks)
    names.push_back(shown_name((*roots)[task.root], task.file));
  EXPECT_THAT(names,
              ElementsAre((folder / "root/deep/b.js").string(), (folder / "root/a.css").string()));
  EXPECT_EQ(list.files, 3U);
  EXPECT_EQ(list.bytes, 3 * style.size());
  EXPECT_TRUE(findings.empty());
}

TEST(PressFiles, OfARootThatIsNotThereAreAFinding) {
  const SiteFolder folder;
  PressRoot missing;
  missing.files.root = folder / "nowhere";
  Findings findings;
  EXPECT_THAT(list_files(
                  {missing}, [] { return false; }, findings)
                  .tasks,
              IsEmpty());
  ASSERT_EQ(findings.all().size(), 1U);
  EXPECT_THAT(findings.all().front(), HasSubstr("nowhere"));
}

// A presser whose outcome is the file's name.
class Scripted final : public FilePresser {
 public:
  Result<PressedFile> press(const media::Library&, const PressTask& task) override {
    if (task.file == "bad") return fail(ErrorKind::io, "it cannot be read");
    if (task.file == "full") return fail(ErrorKind::exhausted, "the disk is full; make room");
    PressedFile file;
    file.size = task.identity.size;
    file.of(http::Coding::gzip) = {PressedCoding::State::built, file.size / 2};
    return file;
  }
};

struct Crewed {
  PressTotals totals;
  std::string stopped;
  std::vector<std::string> findings;
};

Crewed crewed(const std::vector<std::string>& names, unsigned threads, Interrupts& interrupts) {
  PressRoot root;
  root.files.root = "/srv";
  const std::vector<PressRoot> roots{root};
  PressList list;
  media::Identity identity;
  identity.size = 100;
  for (const std::string& name : names) list.tasks.push_back({0, name, identity});
  Scripted presser;
  std::atomic<bool> give_up{false};
  Findings findings;
  PressCrew crew(roots, list, presser, give_up, findings);
  crew.run(threads, false, interrupts);
  return {crew.totals(), crew.stopped(), findings.all()};
}

TEST(PressCrew, SumsWhatItsThreadsFindAndGoesOnAfterAFault) {
  std::vector<std::string> names(500, "good");
  names[250] = "bad";
  for (const unsigned threads : {1U, 8U}) {
    Interrupts interrupts;
    const Crewed crew = crewed(names, threads, interrupts);
    EXPECT_EQ(crew.totals.files, 500U);
    EXPECT_EQ(crew.totals.codings[1].built, 499U);
    EXPECT_EQ(crew.totals.codings[1].bytes, 499U * 50 + 100);
    EXPECT_THAT(crew.findings, ElementsAre("/srv/bad: it cannot be read"));
    EXPECT_EQ(crew.stopped, "");
  }
}

TEST(PressCrew, StopsWhenGoingOnIsOfNoUse) {
  std::vector<std::string> names(500, "good");
  names[250] = "full";
  Interrupts interrupts;
  const Crewed crew = crewed(names, 1, interrupts);
  EXPECT_EQ(crew.totals.files, 250U);
  EXPECT_EQ(crew.stopped, "the disk is full; make room");
  EXPECT_THAT(crew.findings, IsEmpty());
}

TEST(PressCrew, DoesNothingAfterASignal) {
  for (const int number : {SIGINT, SIGTERM}) {
    Interrupts interrupts;
    EXPECT_FALSE(interrupts.came());
    ::raise(number);
    const Crewed crew = crewed({"good"}, 1, interrupts);
    EXPECT_EQ(crew.totals.files, 0U);
    EXPECT_THAT(crew.stopped, HasSubstr("interrupted"));
  }
}

}  // namespace
}  // namespace frontis::commands
