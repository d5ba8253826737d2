#include "config/press_settings.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "config/load.h"
#include "malformed.h"

namespace frontis::config {
namespace {

const MalformedCase malformed_cases[] = {
    at_top("press threads out of range", R"yaml(press: {threads: 0}
)yaml",
           {"frontis.yaml:1:18: expected a number from 1 to 64, found '0'"}),
    at_top("keys of press that there are not", R"yaml(press:
  levels: 9
  coding: [gzip]
  colour: red
)yaml",
           {"frontis.yaml:2:3: 'levels' is not available in this version: each coding is always "
            "made at its best",
            "frontis.yaml:3:3: unknown key 'coding'; did you mean 'codings'?",
            "frontis.yaml:4:3: unknown key 'colour'; possible here: threads, share, codings, "
            "largest, size, deltas"}),
    at_top("a press that is switched off in a word", R"yaml(press: off
)yaml",
           {"frontis.yaml:1:8: expected a mapping of keys, found 'off'"}),
    at_top("a share of nothing", R"yaml(press: {share: 0%}
)yaml",
           {"frontis.yaml:1:16: expected a share from 1% to 100%, found '0%'"}),
    at_top("a share of more than a core", R"yaml(press: {share: 101}
)yaml",
           {"frontis.yaml:1:16: expected a share from 1% to 100%, found '101'"}),
    at_top("a share in parts of one", R"yaml(press: {share: 0.5}
)yaml",
           {"frontis.yaml:1:16: expected a share from 1% to 100%, found '0.5'"}),
    at_top("a share of nobody knows how much", R"yaml(press: {share: "%"}
)yaml",
           {"frontis.yaml:1:16: expected a share from 1% to 100%, found '%'"}),
    at_top("codings that there are not", R"yaml(press: {codings: [gzip, brotli, zst]}
)yaml",
           {"frontis.yaml:1:25: expected one of gzip, br, zstd, found 'brotli'",
            "frontis.yaml:1:33: expected one of gzip, br, zstd, found 'zst'; did you mean "
            "'zstd'?"}),
    at_top("codings left out", R"yaml(press:
  codings:
  size: 1GiB
)yaml",
           {"frontis.yaml:2:3: expected one of gzip, br, zstd, found nothing"}),
    at_top("sizes of press out of range", R"yaml(press: {largest: 1GiB, size: 10KiB}
)yaml",
           {"frontis.yaml:1:18: expected a size from 1KiB to 256MiB, found '1GiB'",
            "frontis.yaml:1:30: expected a size from 1MiB to 1TiB, found '10KiB'"}),
    at_top("sizes of press that are none", R"yaml(press: {largest: all, size: 2T}
)yaml",
           {"frontis.yaml:1:18: expected a size such as 512, 8KiB or 100MB, found 'all'",
            "frontis.yaml:1:29: expected a size such as 512, 8KiB or 100MB, found '2T'"}),
    at_top("deltas that are neither on nor off", R"yaml(press: {deltas: newest}
)yaml",
           {"frontis.yaml:1:17: expected true or false, found 'newest'"}),
    at_top("a time to keep that is none", R"yaml(keep: for ever
keep_size: 0
)yaml",
           {"frontis.yaml:1:7: expected a duration such as 30d, or 0 to keep nothing, found 'for "
            "ever'",
            "frontis.yaml:2:12: expected a size from 1MiB to 1TiB, found '0'"}),
    at_top("a time to keep without its unit", R"yaml(keep: 30
)yaml",
           {"frontis.yaml:1:7: expected a duration such as 30d, or 0 to keep nothing, found "
            "'30'"}),
    at_top("a time to keep that is too long", R"yaml(keep: 11y
)yaml",
           {"frontis.yaml:1:7: expected a duration of whole seconds, at most 10y, found '11y'"}),
    at_top("a time to keep in parts of a second", R"yaml(keep: 500ms
)yaml",
           {"frontis.yaml:1:7: expected a duration of whole seconds, at most 10y, found "
            "'500ms'"}),
    at_top("a misspelt keep", R"yaml(kep: 30d
)yaml",
           {"frontis.yaml:1:1: unknown key 'kep'; did you mean 'keep'?"}),
};

INSTANTIATE_TEST_SUITE_P(PressSettings, Malformed, testing::ValuesIn(malformed_cases), case_name);

Settings load_top(const std::string& yaml) {
  Loaded loaded = load_text(yaml + "\nsites: {'*': {/: {respond: 404}}}", "frontis.yaml");
  for (const Fault& fault : loaded.faults) ADD_FAILURE() << fault.text();
  return loaded.settings ? std::move(*loaded.settings) : Settings();
}

TEST(PressSettings, TakeEachKey) {
  const PressSettings settings = load_top(R"yaml(
press:
  threads: 64
  share: 25%
  codings: [br]
  largest: 256MiB
  size: 1TiB
  deltas: true
)yaml")
                                     .press;
  PressSettings expected;
  expected.threads = 64;
  expected.share = 25;
  expected.gzip = false;
  expected.zstd = false;
  expected.largest = std::uint64_t{256} << 20;
  expected.size = std::uint64_t{1} << 40;
  expected.deltas = true;
  EXPECT_EQ(settings, expected);
}

TEST(PressSettings, TakeAShareWithAndWithoutItsSign) {
  const std::pair<const char*, unsigned> cases[] = {
      {"1%", 1}, {"100%", 100}, {"1", 1}, {"50", 50}, {"\"50%\"", 50}};
  for (const auto& [written, percent] : cases) {
    EXPECT_EQ(load_top("press: {share: " + std::string(written) + "}").press.share, percent);
  }
}

TEST(PressSettings, TakeTheCodingsThatAreNamedAndNoOthers) {
  const struct {
    std::string written;
    bool gzip, br, zstd;
  } cases[] = {
      {"[gzip, br, zstd]", true, true, true},
      {"[zstd, gzip]", true, false, true},
      {"[br, br]", false, true, false},
      {"zstd", false, false, true},
      {"[]", false, false, false},
  };
  for (const auto& one : cases) {
    const PressSettings press = load_top("press: {codings: " + one.written + "}").press;
    EXPECT_EQ(press.gzip, one.gzip) << one.written;
    EXPECT_EQ(press.br, one.br) << one.written;
    EXPECT_EQ(press.zstd, one.zstd) << one.written;
  }
}

TEST(PressSettings, KeepVersionsForATimeOrNotAtAll) {
  using std::chrono::seconds;
  const std::pair<const char*, seconds> cases[] = {
      {"30d", seconds(2'592'000)},   {"1s", seconds(1)}, {"2000ms", seconds(2)},
      {"10y", seconds(315'360'000)}, {"0", seconds(0)},  {"0s", seconds(0)}};
  for (const auto& [written, time] : cases) {
    EXPECT_EQ(load_top("keep: " + std::string(written)).keep.time, time) << written;
  }
}

TEST(PressSettings, KeepAsManyBytesAsTheyMay) {
  EXPECT_EQ(load_top("keep_size: 1MiB").keep.size, std::uint64_t{1} << 20);
  EXPECT_EQ(load_top("keep_size: 1TiB").keep.size, std::uint64_t{1} << 40);
}

}  // namespace
}  // namespace frontis::config
