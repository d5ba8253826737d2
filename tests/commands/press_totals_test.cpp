#include "commands/press_totals.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace frontis::commands {
namespace {

using http::Coding;
using State = PressedCoding::State;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

PressedFile file_of(std::uint64_t size, PressedCoding gzip, PressedCoding br) {
  PressedFile file;
  file.size = size;
  file.of(Coding::gzip) = gzip;
  file.of(Coding::br) = br;
  return file;
}

TEST(PressedFile, SaysWhatIsMissingAndWhatIsStale) {
  PressedFile file;
  EXPECT_EQ(file.lack(), "");
  file.of(Coding::gzip).state = State::useless;
  file.of(Coding::br).state = State::up_to_date;
  EXPECT_EQ(file.lack(), "");
  file.of(Coding::zstd).state = State::stale;
  EXPECT_EQ(file.lack(), "stale zstd");
  file.of(Coding::gzip).state = State::missing;
  EXPECT_EQ(file.lack(), "missing gzip; stale zstd");
  file.of(Coding::br).state = State::missing;
  EXPECT_EQ(file.lack(), "missing gzip, br; stale zstd");
}

TEST(PressTotals, CountTheFileItselfWhereACodingIsOfNoUse) {
  PressTotals totals;
  totals.add(file_of(1000, {State::built, 300}, {State::up_to_date, 200}));
  totals.add(file_of(100, {State::useless, 0}, {State::missing, 0}));
  totals.add(file_of(10, {State::stale, 0}, {State::up_to_date, 12}));
  const auto& gzip = totals.codings[1];
  const auto& br = totals.codings[2];
  EXPECT_EQ(totals.files, 3U);
  EXPECT_EQ(totals.bytes, 1110U);
  EXPECT_EQ(gzip.bytes, 300U + 100 + 10);
  EXPECT_EQ(br.bytes, 200U + 100 + 10);
  EXPECT_EQ(totals.saved, 800U);
  EXPECT_THAT((std::vector{gzip.built, gzip.up_to_date, gzip.useless, gzip.lacking}),
              ElementsAre(1, 0, 1, 1));
  EXPECT_THAT((std::vector{br.built, br.up_to_date, br.useless, br.lacking}),
              ElementsAre(0, 2, 0, 1));
}

TEST(PressTotals, CountAFileThatFailedAsItIs) {
  PressTotals totals;
  totals.add_failed(70);
  EXPECT_EQ(totals.files, 1U);
  EXPECT_EQ(totals.bytes, 70U);
  EXPECT_EQ(totals.codings[1].bytes, 70U);
  EXPECT_EQ(totals.saved, 0U);
}

TEST(PressTotals, AreWantedForTheCodingsThatAreSet) {
  config::PressSettings settings;
  EXPECT_THAT(wanted_codings(settings), ElementsAre(Coding::gzip, Coding::br, Coding::zstd));
  settings.br = false;
  EXPECT_THAT(wanted_codings(settings), ElementsAre(Coding::gzip, Coding::zstd));
}

PressSummary summary() {
  PressSummary summary;
  summary.codings = {Coding::gzip, Coding::br};
  summary.files = 12'345;
  summary.compressible = 2;
  summary.totals.add(file_of(1'000'000, {State::built, 300'000}, {State::up_to_date, 200'000}));
  summary.totals.add(file_of(1000, {State::useless, 0}, {State::missing, 0}));
  summary.seconds = 1.25;
  return summary;
}

TEST(PressTable, HasARowForEachCodingThatWasWanted) {
  EXPECT_EQ(press_table(summary()),
            "12,345 files, 2 of them compressible, in 1.2 s\n"
            "\n"
            "                     bytes       %      built  up to date  not worth it\n"
            "as it is         1,001,000   100.0\n"
            "gzip               301,000    30.1          1           0             1\n"
            "br                 201,000    20.1          0           1             0\n");
}

TEST(PressTable, OfACheckCountsWhatIsMissing) {
  PressSummary checked = summary();
  checked.checked = true;
  EXPECT_THAT(press_table(checked), HasSubstr("not worth it   missing\n"));
  EXPECT_THAT(press_table(checked),
              HasSubstr("br                 201,000    20.1          0           1             0"
                        "         1\n"));
}

TEST(PressTable, OfNothingDividesByNothing) {
  PressSummary empty;
  empty.codings = {Coding::gzip};
  EXPECT_THAT(press_table(empty), HasSubstr("gzip                     0   100.0"));
}

TEST(PressTable, TellsLongTimesInMinutes) {
  PressSummary slow;
  slow.seconds = 3725;
  EXPECT_THAT(press_table(slow), HasSubstr("in 1:02:05\n"));
}

TEST(PressJson, IsOneObjectWithTheSums) {
  Findings findings;
  findings.add("", "/srv/\xff.css: it leaks");
  PressSummary stopped = summary();
  stopped.stopped = true;
  const std::string text = press_json(stopped, findings);
  EXPECT_THAT(text, Not(HasSubstr("\n")));
  const auto json = nlohmann::json::parse(text);
  EXPECT_EQ(json["files"], 12'345);
  EXPECT_EQ(json["compressible"], 2);
  EXPECT_EQ(json["bytes"], 1'001'000);
  EXPECT_EQ(json["seconds"], 1.25);
  EXPECT_EQ(json["stopped"], true);
  EXPECT_EQ(json["more_faults"], 0);
  EXPECT_EQ(json["faults"].size(), 1U);
  EXPECT_EQ(json["codings"].size(), 2U);
  EXPECT_EQ(
      json["codings"]["gzip"],
      nlohmann::json::parse(R"({"bytes":301000,"built":1,"useless":1,"skipped":0,"missing":0})"));
  EXPECT_EQ(json["codings"]["br"]["skipped"], 1);
}

struct LineRow {
  PressProgress progress;
  std::size_t columns;
  std::string line;
};

TEST(ProgressLine, ShowsBytesInItsBarAndFitsTheTerminal) {
  constexpr std::uint64_t mib = 1024 * 1024;
  const PressProgress middle{3051, 5000, 61 * mib, 100 * mib, 43'200'000, 61};
  const LineRow rows[] = {
      {middle, 75, "[############........]  61 %  3,051/5,000 files  saved 41.2 MiB  00:39 left"},
      {middle, 40, "[######....]  61 %  3,051/5,000 files  s"},
      {middle, 0, ""},
      {{0, 5000, 0, 100, 0, 9}, 58, "[............]   0 %  0/5,000 files  saved 0 B  --:-- left"},
      // Rounded up it would look finished.
      {{4999, 5000, 9999, 10'000, 2048, 100},
       64,
       "[#########.]  99 %  4,999/5,000 files  saved 2.0 KiB  00:00 left"},
      {{2, 2, 50, 50, 1, 1}, 52, "[##########] 100 %  2/2 files  saved 1 B  00:00 left"},
      {{0, 0, 0, 0, 0, 0}, 52, "[##########] 100 %  0/0 files  saved 0 B  --:-- left"},
      // The list was made a while ago, and files grow.
      {{1, 2, 90, 50, 1, 1}, 52, "[#########.]  99 %  1/2 files  saved 1 B  00:00 left"},
      {{1, 2, 1, 3601, 5000000000, 2},
       52,
       "[..........]   0 %  1/2 files  saved 4.7 GiB  2:00:00 left"},
  };
  for (const LineRow& row : rows) {
    const std::string line = progress_line(row.progress, row.columns);
    EXPECT_LE(line.size(), row.columns);
    EXPECT_EQ(line, row.line.substr(0, row.columns)) << row.columns;
  }
}

}  // namespace
}  // namespace frontis::commands
