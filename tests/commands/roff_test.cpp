#include "commands/roff.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace frontis::commands {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// What a page holds behind its first lines.
std::string written(void (*write)(Roff& page)) {
  Roff page("X", '1', "1.0");
  const std::size_t begin = page.text().size();
  write(page);
  return page.text().substr(begin);
}

TEST(Roff, BeginsWithItsTitle) {
  EXPECT_THAT(Roff("FRONTIS.YAML", '5', "0.1.0").text(),
              HasSubstr(".TH \"FRONTIS.YAML\" 5 \"\" \"frontis 0.1.0\" Frontis\n"));
}

TEST(Roff, KeepsEachSignThatRoffWouldTakeForItsOwn) {
  EXPECT_EQ(written([](Roff& page) { page.paragraph("a-b\\c 'd' \"e\" ~f ^g"); }),
            ".PP\na\\-b\\ec \\(aqd\\(aq \\(dqe\\(dq \\(tif \\(hag\n");
  EXPECT_EQ(written([](Roff& page) { page.paragraph(".PP is no macro here"); }),
            ".PP\n\\&.PP is no macro here\n");
  EXPECT_EQ(written([](Roff& page) { page.section("A \"B\""); }), ".SH \"A \\(dqB\\(dq\"\n");
}

TEST(Roff, ShowsInBoldWhatStandsBetweenBackticks) {
  EXPECT_EQ(written([](Roff& page) { page.paragraph("set `state`, then `press`"); }),
            ".PP\nset \\fBstate\\fR, then \\fBpress\\fR\n");
  EXPECT_EQ(written([](Roff& page) { page.paragraph("one ` alone"); }),
            ".PP\none \\fB alone\\fR\n");
}

TEST(Roff, PutsNamesThatShareAMeaningTogether) {
  const std::string item = written([](Roff& page) {
    page.item(std::vector<std::string>{"headers: 16KiB", "header_fields: 100"}, "Limits.");
  });
  EXPECT_EQ(item, ".TP\n.B \"headers: 16KiB\"\n.TQ\n.B \"header_fields: 100\"\nLimits.\n");
}

TEST(Roff, LetsProseFlowAndKeepsWhatIsSetInColumns) {
  const std::string prose = written([](Roff& page) {
    page.prose(std::vector<std::string>{"One", "sentence.", "  kept: 1", "two  columns", "More.",
                                        "", "Last."});
  });
  EXPECT_EQ(prose,
            ".PP\nOne sentence.\n.PP\n.EX\n  kept: 1\ntwo  columns\n.EE\n"
            ".PP\nMore.\n.PP\nLast.\n");
}

TEST(Roff, KnowsWhatIsASingleParagraph) {
  using Lines = std::vector<std::string>;
  EXPECT_EQ(single_paragraph(Lines{}), "");
  EXPECT_EQ(single_paragraph(Lines{"One", "two."}), "One two.");
  EXPECT_EQ(single_paragraph(Lines{"One", "", "two."}), std::nullopt);
  EXPECT_EQ(single_paragraph(Lines{"One", "  kept"}), std::nullopt);
}

TEST(Roff, TakesATextApartIntoLines) {
  EXPECT_THAT(lines_of(""), IsEmpty());
  EXPECT_THAT(lines_of("a\n\nb"), ElementsAre("a", "", "b"));
  EXPECT_THAT(lines_of("a\n"), ElementsAre("a"));
}

}  // namespace
}  // namespace frontis::commands
