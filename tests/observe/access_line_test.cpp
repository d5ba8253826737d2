#include "observe/access_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>
#include <random>
#include <regex>
#include <string>
#include <vector>

namespace frontis::observe {
namespace {

using config::AccessFormat;
using nlohmann::json;

constexpr std::int64_t afternoon_us = 1'795'368'811'123'456;  // 2026-11-22 17:33:31.123456 UTC

// Exactly as much room as promised, so that the sanitizer sees a byte too many.
std::string line_of(const AccessEntry& entry, AccessFormat format, std::uint32_t weight = 1) {
  const auto room = std::make_unique<char[]>(AccessLine::longest);
  AccessLine line(format);
  return {room.get(), line.write(entry, weight, room.get())};
}

std::string combined(const AccessEntry& entry) { return line_of(entry, AccessFormat::combined); }
json parsed(const AccessEntry& entry) {
  const std::string line = line_of(entry, AccessFormat::json);
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  return json::parse(line);
}

AccessEntry ordinary() {
  AccessEntry entry;
  entry.wall_us = afternoon_us;
  entry.duration_us = 84;
  entry.client = "192.0.2.7";
  entry.method = "GET";
  entry.target = "/static/app.css?v=1";
  entry.protocol = "HTTP/1.1";
  entry.host = "www.example.org";
  entry.referer = "https://www.example.org/";
  entry.user_agent = "Mozilla/5.0 Firefox/140.0";
  entry.site = "www.example.org";
  entry.route = "/static/";
  entry.variant = "br";
  entry.cache = "immutable";
  entry.status = 200;
  entry.bytes = 4711;
  return entry;
}

AccessEntry only_a_client() {
  AccessEntry entry;
  entry.client = "unix:";
  return entry;
}

// ---- combined

struct CombinedRow {
  const char* about;
  void (*change)(AccessEntry&);
  const char* line;
};

const CombinedRow combined_rows[] = {
    {"an ordinary request", [](AccessEntry&) {},
     R"(192.0.2.7 - - [22/Nov/2026:17:33:31 +0000] "GET /static/app.css?v=1 HTTP/1.1" 200 4711 )"
     R"("https://www.example.org/" "Mozilla/5.0 Firefox/140.0" br immutable 84 )"
     "www.example.org - 1\n"},
    {"nothing but a client", [](AccessEntry& e) { e = only_a_client(); },
     R"(unix: - - [01/Jan/1970:00:00:00 +0000] "-" 000 0 "-" "-" - - 0 - - 1)"
     "\n"},
    {"a head that was malformed",
     [](AccessEntry& e) {
       e.method = e.target = e.protocol = e.host = e.referer = e.user_agent = {};
       e.variant = e.cache = "-";
       e.status = 400;
       e.bytes = 16;
     },
     R"(192.0.2.7 - - [22/Nov/2026:17:33:31 +0000] "-" 400 16 "-" "-" - - 84 - - 1)"
     "\n"},
    {"a part of the request line is missing", [](AccessEntry& e) { e.target = {}; },
     R"(192.0.2.7 - - [22/Nov/2026:17:33:31 +0000] "GET - HTTP/1.1" 200 4711 )"
     R"("https://www.example.org/" "Mozilla/5.0 Firefox/140.0" br immutable 84 )"
     "www.example.org - 1\n"},
    {"quotes, backslashes and control bytes",
     [](AccessEntry& e) {
       e.target = "/a\"b\\c";
       e.referer = "\r\n10.0.0.1 - - [x] \"GET / HTTP/1.1\" 200 1";
       e.user_agent = std::string_view("\0\t\x1b[31m\x7f", 8);
     },
     R"(192.0.2.7 - - [22/Nov/2026:17:33:31 +0000] "GET /a\x22b\x5cc HTTP/1.1" 200 4711 )"
     R"("\x0d\x0a10.0.0.1 - - [x] \x22GET / HTTP/1.1\x22 200 1" "\x00\x09\x1b[31m\x7f" )"
     "br immutable 84 www.example.org - 1\n"},
    {"bytes beyond ASCII", [](AccessEntry& e) { e.target = "/caf\xc3\xa9/\xff"; },
     R"(192.0.2.7 - - [22/Nov/2026:17:33:31 +0000] "GET /caf\xc3\xa9/\xff HTTP/1.1" 200 4711 )"
     R"("https://www.example.org/" "Mozilla/5.0 Firefox/140.0" br immutable 84 )"
     "www.example.org - 1\n"},
    {"a space that would begin another field",
     [](AccessEntry& e) {
       e.client = "a b";
       e.host = "c d";
       e.target = "/x HTTP/1.1\" 200 1";
     },
     R"(a\x20b - - [22/Nov/2026:17:33:31 +0000] "GET /x\x20HTTP/1.1\x22\x20200\x201 HTTP/1.1" )"
     R"(200 4711 "https://www.example.org/" "Mozilla/5.0 Firefox/140.0" br immutable 84 )"
     "c\\x20d - 1\n"},
    {"the id of an application's request",
     [](AccessEntry& e) {
       e.referer = e.user_agent = e.variant = e.cache = {};
       e.request_id = "00ff\" 7";
     },
     R"(192.0.2.7 - - [22/Nov/2026:17:33:31 +0000] "GET /static/app.css?v=1 HTTP/1.1" 200 4711 )"
     R"("-" "-" - - 84 www.example.org 00ff\x22\x207 1)"
     "\n"},
    {"the largest numbers",
     [](AccessEntry& e) {
       e.referer = e.user_agent = {};
       e.bytes = UINT64_MAX;
       e.duration_us = UINT32_MAX;
       e.status = 70000;
     },
     R"(192.0.2.7 - - [22/Nov/2026:17:33:31 +0000] "GET /static/app.css?v=1 HTTP/1.1" 999 )"
     R"(18446744073709551615 "-" "-" br immutable 4294967295 www.example.org - 1)"
     "\n"},
};

TEST(AccessLine, WritesCombinedLinesToTheByte) {
  for (const CombinedRow& row : combined_rows) {
    AccessEntry entry = ordinary();
    row.change(entry);
    EXPECT_EQ(combined(entry), row.line) << row.about;
  }
}

struct DateRow {
  std::int64_t wall_us;
  const char* combined;
  const char* json;
};

const DateRow date_rows[] = {
    {0, "[01/Jan/1970:00:00:00 +0000]", "1970-01-01T00:00:00.000Z"},
    {-1, "[01/Jan/1970:00:00:00 +0000]", "1970-01-01T00:00:00.000Z"},
    {INT64_MIN, "[01/Jan/1970:00:00:00 +0000]", "1970-01-01T00:00:00.000Z"},
    {999'999, "[01/Jan/1970:00:00:00 +0000]", "1970-01-01T00:00:00.999Z"},
    {951'782'400'000'000, "[29/Feb/2000:00:00:00 +0000]", "2000-02-29T00:00:00.000Z"},
    {1'735'689'599'001'000, "[31/Dec/2024:23:59:59 +0000]", "2024-12-31T23:59:59.001Z"},
    {afternoon_us, "[22/Nov/2026:17:33:31 +0000]", "2026-11-22T17:33:31.123Z"},
    {INT64_MAX, "[31/Dec/9999:23:59:59 +0000]", "9999-12-31T23:59:59.999Z"},
};

TEST(AccessLine, WritesTheDateInUtcAndOfTheYearsThatFourDigitsCanShow) {
  for (const DateRow& row : date_rows) {
    AccessEntry entry = ordinary();
    entry.wall_us = row.wall_us;
    EXPECT_THAT(combined(entry), testing::HasSubstr(row.combined));
    EXPECT_EQ(parsed(entry)["time"], row.json);
  }
}

TEST(AccessLine, FollowsTheClockFromLineToLineForwardsAndBackwards) {
  const auto room = std::make_unique<char[]>(AccessLine::longest);
  AccessLine line(AccessFormat::json);
  for (const DateRow& row : date_rows) {
    AccessEntry entry = ordinary();
    entry.wall_us = row.wall_us;
    const std::string text(room.get(), line.write(entry, 1, room.get()));
    EXPECT_EQ(json::parse(text)["time"], row.json);
  }
}

std::string of_every_byte() {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all.push_back(static_cast<char>(byte));
  return all;
}

AccessEntry filled_with(std::string_view text) {
  AccessEntry entry;
  entry.client = entry.method = entry.target = entry.protocol = entry.host = text;
  entry.referer = entry.user_agent = entry.site = entry.route = text;
  entry.variant = entry.cache = entry.request_id = text;
  entry.wall_us = INT64_MAX;
  entry.duration_us = UINT32_MAX;
  entry.bytes = UINT64_MAX;
  entry.status = 599;
  entry.complete = false;
  return entry;
}

TEST(AccessLine, KeepsACombinedLineOneLineOfTheSameFieldsWhateverTheBytes) {
  const std::string line = combined(filled_with(of_every_byte()));
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  EXPECT_EQ(std::count(line.begin(), line.end(), '"'), 6);
  for (const char c : line.substr(0, line.size() - 1)) EXPECT_TRUE(c >= 0x20 && c < 0x7f);
  const std::string behind_agent = line.substr(line.rfind('"') + 1);
  EXPECT_EQ(std::count(behind_agent.begin(), behind_agent.end(), ' '), 6);
}

TEST(AccessLine, CutsLongFieldsAndMarksTheCut) {
  const std::string text(100'000, 'x');
  const auto kept = [](std::size_t count) { return std::string(count, 'x') + "..."; };
  const AccessEntry entry = filled_with(text);
  const json object = parsed(entry);
  EXPECT_EQ(object["target"], kept(8192));
  EXPECT_EQ(object["referer"], kept(2048));
  EXPECT_EQ(object["user_agent"], kept(2048));
  EXPECT_EQ(object["route"], kept(1024));
  EXPECT_EQ(object["host"], kept(256));
  EXPECT_EQ(object["request_id"], kept(128));
  EXPECT_EQ(object["client"], kept(64));
  const std::string line = combined(entry);
  EXPECT_THAT(line, testing::HasSubstr(" " + kept(8192) + " "));
  EXPECT_THAT(line, testing::HasSubstr("\"" + kept(2048) + "\" \"" + kept(2048) + "\""));
}

TEST(AccessLine, DoesNotCutAFieldOfExactlyTheLimit) {
  AccessEntry entry = ordinary();
  const std::string target(8192, 't');
  entry.target = target;
  EXPECT_EQ(parsed(entry)["target"], target);
  EXPECT_THAT(combined(entry), testing::HasSubstr(" " + target + " "));
}

TEST(AccessLine, StaysWithinItsLongestWhenEveryByteMustBeEscaped) {
  for (const std::string& piece : {std::string(1, '\x01'), std::string("\xc2\x80"),
                                   std::string("\xe2\x80\xa8"), std::string(1, '\xff')}) {
    std::string text;
    while (text.size() < 20'000) text += piece;
    const AccessEntry entry = filled_with(text);
    for (const AccessFormat format : {AccessFormat::combined, AccessFormat::json}) {
      EXPECT_LE(line_of(entry, format, UINT32_MAX).size(), AccessLine::longest);
    }
  }
}

// ---- json

TEST(AccessLine, WritesAJsonObjectWithEveryKey) {
  const json expected = {{"time", "2026-11-22T17:33:31.123Z"},
                         {"client", "192.0.2.7"},
                         {"method", "GET"},
                         {"target", "/static/app.css?v=1"},
                         {"protocol", "HTTP/1.1"},
                         {"host", "www.example.org"},
                         {"status", 200},
                         {"bytes", 4711},
                         {"duration_us", 84},
                         {"referer", "https://www.example.org/"},
                         {"user_agent", "Mozilla/5.0 Firefox/140.0"},
                         {"site", "www.example.org"},
                         {"route", "/static/"},
                         {"variant", "br"},
                         {"cache", "immutable"},
                         {"complete", true},
                         {"request_id", nullptr},
                         {"sample", 1}};
  EXPECT_EQ(parsed(ordinary()), expected);
}

TEST(AccessLine, WritesNullInJsonForWhatThereIsNoneOf) {
  AccessEntry entry = only_a_client();
  entry.variant = entry.cache = "-";
  entry.complete = false;
  const json object = parsed(entry);
  for (const char* key : {"method", "target", "protocol", "host", "referer", "user_agent", "site",
                          "route", "variant", "cache", "request_id"}) {
    EXPECT_TRUE(object.at(key).is_null()) << key;
  }
  EXPECT_EQ(object["client"], "unix:");
  EXPECT_EQ(object["status"], 0);
  EXPECT_EQ(object["complete"], false);
}

TEST(AccessLine, SaysForHowManyAnswersItStands) {
  const std::string line = line_of(ordinary(), AccessFormat::json, 100);
  EXPECT_EQ(json::parse(line)["sample"], 100);
  EXPECT_EQ(json::parse(line)["request_id"], nullptr);
  EXPECT_THAT(line_of(ordinary(), AccessFormat::combined, 100),
              testing::EndsWith(" www.example.org - 100\n"));
}

TEST(AccessLine, NamesTheRequestOfAnApplication) {
  AccessEntry entry = ordinary();
  entry.request_id = "4bf92f3577b34da6a3ce929d0e0e4736";
  EXPECT_EQ(parsed(entry)["request_id"], "4bf92f3577b34da6a3ce929d0e0e4736");
  EXPECT_EQ(parsed(entry)["sample"], 1);
}

std::string content_of(const std::string& file) {
  std::ifstream in(FRONTIS_SOURCE "/" + file);
  EXPECT_TRUE(in) << file;
  return {std::istreambuf_iterator<char>(in), {}};
}

// All that `pattern` finds between `begin` and the first `end` behind it.
std::vector<std::string> found_in(const std::string& text, const std::string& begin,
                                  const std::string& end, const std::regex& pattern) {
  const std::size_t from = text.find(begin);
  EXPECT_NE(from, text.npos) << begin;
  const std::size_t to = text.find(end, from);
  EXPECT_NE(to, text.npos) << end;
  const std::string part = text.substr(from + begin.size(), to - from - begin.size());
  std::vector<std::string> found;
  for (std::sregex_iterator it(part.begin(), part.end(), pattern), last; it != last; ++it) {
    found.push_back((*it)[1]);
  }
  return found;
}

std::vector<std::string> keys_of_a_line() {
  std::vector<std::string> keys;
  const auto object = nlohmann::ordered_json::parse(line_of(ordinary(), AccessFormat::json));
  for (const auto& [key, value] : object.items()) keys.push_back(key);
  return keys;
}

TEST(AccessLine, HasTheKeysThatAreExplainedInTheirOrder) {
  const std::string text = content_of("conf/README.md");
  // The first cell of each row may name several.
  std::string cells;
  for (const std::string& cell : found_in(text, "| key | what it is |\n|---|---|\n", "\n\n",
                                          std::regex("(?:^|\n)\\|([^|]*)\\|"))) {
    cells += cell + "\n";
  }
  EXPECT_EQ(found_in("<" + cells + ">", "<", ">", std::regex("`([a-z_]+)`")), keys_of_a_line());
}

TEST(AccessLine, HasTheKeysThatTheShownConfigurationNames) {
  EXPECT_EQ(found_in(content_of("conf/frontis.yaml"), "an object with", "README.md",
                     std::regex("([a-z_]+)(?:,|\\.| and)")),
            keys_of_a_line());
}

struct JsonRow {
  const char* about;
  std::string sent;
  std::string read;  // what a JSON parser gives back
};

const std::string replaced = "\xef\xbf\xbd";

const JsonRow json_rows[] = {
    {"quotes and backslashes", "a\"b\\c/", "a\"b\\c/"},
    {"control bytes", std::string("\0\n\r\t\x1f\x7f", 6), std::string("\0\n\r\t\x1f\x7f", 6)},
    {"valid UTF-8 of two, three and four bytes", "\xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\x8d",
     "\xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\x8d"},
    {"the edges of what is valid", "\xed\x9f\xbf\xee\x80\x80\xf4\x8f\xbf\xbf\xef\xbf\xbf",
     "\xed\x9f\xbf\xee\x80\x80\xf4\x8f\xbf\xbf\xef\xbf\xbf"},
    {"a lone continuation byte", "a\x80z", "a" + replaced + "z"},
    {"a lead byte at the end", "a\xe2\x82", "a" + replaced + replaced},
    {"a lead byte before ASCII", "a\xc3z", "a" + replaced + "z"},
    {"an overlong slash", "\xc0\xaf", replaced + replaced},
    {"an overlong form of three bytes", "\xe0\x80\xaf", replaced + replaced + replaced},
    {"an overlong form of four bytes", "\xf0\x80\x80\xaf",
     replaced + replaced + replaced + replaced},
    {"a surrogate", "\xed\xa0\x80", replaced + replaced + replaced},
    {"beyond Unicode", "\xf4\x90\x80\x80", replaced + replaced + replaced + replaced},
    {"bytes that are never valid", "\xf5\xfe\xff", replaced + replaced + replaced},
    {"C1 controls and Unicode's line ends", "\xc2\x85\xc2\x9b\xe2\x80\xa8\xe2\x80\xa9",
     "\xc2\x85\xc2\x9b\xe2\x80\xa8\xe2\x80\xa9"},
};

TEST(AccessLine, WritesJsonThatParsesBackWhateverTheBytes) {
  for (const JsonRow& row : json_rows) {
    AccessEntry entry = ordinary();
    entry.user_agent = row.sent;
    EXPECT_EQ(parsed(entry)["user_agent"], row.read) << row.about;
  }
}

TEST(AccessLine, LeavesNothingInJsonThatATerminalOrALineReaderWouldObey) {
  AccessEntry entry = ordinary();
  entry.user_agent = "\x1b[31m\x7f\xc2\x85\xc2\x9b\xe2\x80\xa8";
  const std::string line = line_of(entry, AccessFormat::json);
  EXPECT_THAT(line, testing::HasSubstr(R"("\u001b[31m\u007f\u0085\u009b\u2028")"));
}

TEST(AccessLine, DoesNotCutJsonWithinACharacter) {
  for (const std::string character : {"\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x90\x8d"}) {
    for (std::size_t shift = 0; shift < 4; ++shift) {
      std::string text(shift, 'x');
      while (text.size() < 3000) text += character;
      AccessEntry entry = ordinary();
      entry.referer = text;
      const std::string read = parsed(entry)["referer"];
      EXPECT_EQ(read.find(replaced), std::string::npos);
      EXPECT_GE(read.size(), 2048U);
      EXPECT_LE(read.size(), 2048U + 3);
    }
  }
}

TEST(AccessLine, WritesOneWellFormedLineForRandomBytes) {
  std::mt19937 random(7);
  for (int round = 0; round < 2000; ++round) {
    std::string text(random() % 300, '\0');
    for (char& c : text) c = static_cast<char>(round % 2 ? random() : 0x80 | random() % 0x78);
    const AccessEntry entry = filled_with(text);
    EXPECT_EQ(parsed(entry).size(), 18U);
    const std::string line = combined(entry);
    EXPECT_EQ(line.find('\n'), line.size() - 1);
    EXPECT_EQ(std::count(line.begin(), line.end(), '"'), 6);
  }
}

}  // namespace
}  // namespace frontis::observe
