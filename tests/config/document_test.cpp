#include "config/document.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/load.h"
#include "malformed.h"

namespace frontis::config {
namespace {

const MalformedCase malformed_cases[] = {
    at_top("a key that is given twice", R"yaml(state: /var/lib/frontis
threads: 2
state: /srv/state
)yaml",
           {"frontis.yaml:3:1: key 'state' is given twice; first at frontis.yaml:1:1"}),
    {"a star without quotes",
     R"yaml(sites:
  *: {/: {respond: 404}}
)yaml",
     {"frontis.yaml:2:3: unknown alias; a text that begins with '*' must stand in quotes: \"*\", "
      "\"*.example.org\""}},
    {"a star and a domain without quotes",
     R"yaml(sites:
  *.example.org:
    /: {respond: 404}
)yaml",
     {"frontis.yaml:2:3: unknown alias; a text that begins with '*' must stand in quotes: \"*\", "
      "\"*.example.org\""}},
    at_top("a listener that begins with a star without quotes", R"yaml(listen: *:80
)yaml",
           {"frontis.yaml:1:9: unknown alias; a text that begins with '*' must stand in quotes: "
            "\"*\", \"*.example.org\""}),
    {"YAML that ends too early",
     R"yaml(sites: {example.org: {/: {respond: 404}}
)yaml",
     {"frontis.yaml:2:1: a '{' is not closed; expected ',' or '}' before this"}},
    {"YAML with a tab for indentation",
     R"yaml(sites:
	example.org: {/: {respond: 404}}
)yaml",
     {"frontis.yaml:2:13: a line cannot be indented with a tab; use spaces"}},
    {"YAML with a line that has lost its colon",
     R"yaml(listen: 8080
sites
)yaml",
     {"frontis.yaml:2:1: expected a mapping of host names, found nothing"}},
    {"YAML with a colon too many",
     R"yaml(listen: 8080: 8081
)yaml",
     {"frontis.yaml:1:13: a ':' is not expected here; check the indentation and the line before, "
      "and put a text that holds ': ' in quotes"}},
    {"YAML with an open quote",
     R"yaml(state: "/var/lib
sites: {}
)yaml",
     {"frontis.yaml:1:8: this quote is not closed"}},
    {"YAML whose indentation goes back halfway",
     R"yaml(sites:
    example.org:
        /: {respond: 404}
      /a: {respond: 404}
)yaml",
     {"frontis.yaml:4:7: expected the next key or item here; check the indentation, or put the "
      "text in quotes"}},
    {"YAML with a tag",
     R"yaml(threads: !!int 4
)yaml",
     {"frontis.yaml:1:10: a tag such as '!!str' has no meaning here; remove it"}},
    {"YAML in two documents",
     R"yaml(sites: {"*": {/: {respond: 404}}}
---
listen: 80
)yaml",
     {"frontis.yaml:2:1: a second document; the file may hold only one"}},
    {"a key that is a mapping",
     R"yaml(sites: {{host}: {/: {respond: 404}}}
)yaml",
     {"frontis.yaml:1:9: a key must be a plain text; is a bracket not closed here?"}},
    {"a key that is missing",
     R"yaml(sites: {"*": {/: {respond: 404}}}
: 5
)yaml",
     {"frontis.yaml:2:1: a key is missing before ':'"}},
    {"a key that is an alias",
     R"yaml(state: &s /srv/state
*s : 5
)yaml",
     {"frontis.yaml:2:1: a key cannot be an alias"}},
    {"an alias of nothing",
     R"yaml(state: *nowhere
)yaml",
     {"frontis.yaml:1:8: unknown alias; a text that begins with '*' must stand in quotes: \"*\", "
      "\"*.example.org\""}},
    {"an alias inside of what it names",
     R"yaml(sites: &s {"*": *s}
)yaml",
     {"frontis.yaml:1:17: this alias stands inside what it is a name for"}},
    {"a merge",
     R"yaml(sites:
  example.org:
    /a/: &a {files: /}
    /b/: {<<: *a, cache: 1h}
)yaml",
     {"frontis.yaml:4:11: merging with '<<' is not supported; write the keys out"}},
    {"the same fault through an alias is told once",
     R"yaml(sites:
  example.org: &routes
    /: {respond: 9}
  example.net: *routes
)yaml",
     {"frontis.yaml:3:18: expected a number from 200 to 599, found '9'"}},
    {"YAML with a list that is not closed",
     R"yaml(listen: [80, 81
sites:
  "*": {/: {respond: 404}}
)yaml",
     {"frontis.yaml:2:6: a '[' is not closed; expected ',' or ']' before this"}},
    {"YAML with a brace that is not closed",
     R"yaml(sites:
  "*":
    /: {files: /, cache: 1h
    /a: {respond: 404}
)yaml",
     {"frontis.yaml:4:7: a '{' is not closed; expected ',' or '}' before this"}},
    at_top("YAML without a space after a colon", R"yaml(listen:8080
)yaml",
           {"frontis.yaml:2:6: a ':' is not expected here; check the indentation and the line "
            "before, and put a text that holds ': ' in quotes"}),
    at_top("YAML with an address that needs quotes", R"yaml(listen: [::1]:443
)yaml",
           {"frontis.yaml:1:14: expected the next key or item here; check the indentation, or put "
            "the text in quotes"}),
    at_top("YAML with a text that needs quotes", R"yaml(user: @www
)yaml",
           {"frontis.yaml:1:7: a text that begins with this character must stand in quotes"}),
    {"YAML with a brace too many",
     R"yaml(sites: {"*": {/: {respond: 404}}}}
)yaml",
     {"frontis.yaml:1:34: this closes nothing that is open"}},
    at_top("YAML with an unknown escape", R"yaml(state: "C:\path"
)yaml",
           {"frontis.yaml:1:13: unknown escape character: p"}),
    at_top("YAML with a key too far to the right", R"yaml(listen: 80
  threads: 2
)yaml",
           {"frontis.yaml:2:10: a ':' is not expected here; check the indentation and the line "
            "before, and put a text that holds ': ' in quotes"}),
    at_top("YAML with a key that has lost its colon", R"yaml(listen: 80
threads
)yaml",
           {"frontis.yaml:3:6: a ':' is not expected here; check the indentation and the line "
            "before, and put a text that holds ': ' in quotes"}),
};

INSTANTIATE_TEST_SUITE_P(Document, Malformed, testing::ValuesIn(malformed_cases), case_name);

std::vector<std::string> fault_texts(std::string_view text) {
  Faults faults("a.yaml");
  const auto document = read_document(text, faults);
  EXPECT_EQ(document == nullptr, !faults.empty());
  std::vector<std::string> out;
  for (const Fault& fault : faults.sorted()) out.push_back(fault.text());
  return out;
}

std::string repeated(std::string_view part, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += part;
  return out;
}

TEST(Document, KnowsThePlaceOfEachPart) {
  Faults faults("a.yaml");
  const auto root = read_document("a: 1\nb:\n  - x\n  - {c: 'd'}\n", faults);
  ASSERT_TRUE(root && faults.empty());
  ASSERT_EQ(root->entries.size(), 2U);
  EXPECT_EQ(root->entries[0].value->text, "1");
  EXPECT_EQ(root->entries[1].at, (Place{2, 1}));
  const auto& list = *root->entries[1].value;
  ASSERT_EQ(list.items.size(), 2U);
  EXPECT_EQ(list.items[0]->at, (Place{3, 5}));
  EXPECT_EQ(list.items[1]->entries[0].at, (Place{4, 6}));
  EXPECT_EQ(list.items[1]->entries[0].value->text, "d");
}

TEST(Document, MayBeginWithAByteOrderMarkAndHaveDosLineBreaks) {
  Faults faults("a.yaml");
  const auto root = read_document(
      "\xef\xbb\xbf"
      "a: 1\r\nb: 2\r\n",
      faults);
  ASSERT_TRUE(root);
  ASSERT_EQ(root->entries.size(), 2U);
  EXPECT_EQ(root->entries[0].key, "a");
  EXPECT_EQ(root->entries[1].at, (Place{2, 1}));
  EXPECT_EQ(root->entries[1].value->text, "2");
}

TEST(Document, MayEndInAnyKindOfText) {
  for (const std::string_view text :
       {"a: \"b\"\n", "a: 'it''s'\n", "a: \"q\\\"\"\n", "a: |\n  it's \"\n", "a: &x 'b'\n",
        "a: >\n  'open\n", "\"a\": b\n", "a: it's\n", "a: 'b' # don't\n"}) {
    EXPECT_THAT(fault_texts(text), testing::IsEmpty()) << text;
  }
}

TEST(Document, TellsWhereAQuoteIsOpen) {
  for (const std::string_view text : {"a: \"b\n", "a: 'it''\n", "a: \"b\\\"\n", "a: &x 'b\n\n"}) {
    EXPECT_THAT(fault_texts(text), testing::ElementsAre("a.yaml:1:4: this quote is not closed"))
        << text;
  }
}

TEST(Document, HoldsNoBytesThatAreNotText) {
  using namespace std::string_view_literals;
  const struct {
    std::string_view text;
    std::string fault;
  } cases[] = {
      {"a: \x04"sv, "a.yaml:1:4: the byte '\\x04' cannot stand in a text file in UTF-8"},
      {"a: 1\nb\0: 2"sv, "a.yaml:2:2: the byte '\\x00' cannot stand in a text file in UTF-8"},
      {"\xff\xfe"
       "a\0"sv,
       "a.yaml:1:1: the byte '\xff' cannot stand in a text file in UTF-8"},
      {"a: 1\x7f"sv, "a.yaml:1:5: the byte '\\x7f' cannot stand in a text file in UTF-8"},
  };
  for (const auto& one : cases) {
    EXPECT_THAT(fault_texts(one.text), testing::ElementsAre(one.fault));
  }
}

TEST(Document, NestsNoDeeperThanItsBound) {
  const std::string too_deep = "a.yaml:1:49: nested more than 24 levels deep";
  const std::string not_closed =
      "a.yaml:1:1: a key must be a plain text; is a bracket not closed here?";
  const std::pair<std::string_view, std::string> cases[] = {
      {"- ", too_deep},
      {"a: [", too_deep},
      {"[", not_closed},
      {"{a: ", not_closed},
      {"[a: ", not_closed},
      {"&a [", not_closed},
      {"? ", "a.yaml:1:3: a key must be a plain text; is a bracket not closed here?"},
      {"[?", "a.yaml:1:2: a text that begins with this character must stand in quotes"},
  };
  for (const auto& [opening, fault] : cases) {
    EXPECT_THAT(fault_texts(repeated(opening, 100'000)), testing::ElementsAre(fault)) << opening;
  }
  EXPECT_THAT(fault_texts(repeated("[", 24) + repeated("]", 24)), testing::IsEmpty());
  EXPECT_THAT(fault_texts(repeated("[", 25) + repeated("]", 25)),
              testing::ElementsAre("a.yaml:1:25: nested more than 24 levels deep"));
}

TEST(Document, CountsWhatAliasesRepeat) {
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 20; ++i) {
    const std::string inner = "*a" + std::to_string(i - 1);
    const std::string outer = "a" + std::to_string(i);
    bomb += outer + ": &" + outer + " [" + inner + repeated(", " + inner, 9) + "]\n";
  }
  EXPECT_THAT(fault_texts(bomb),
              testing::ElementsAre("a.yaml:5:45: too large: more than 100000 values, those that "
                                   "aliases repeat included"));
}

TEST(Document, IsBoundedInSize) {
  EXPECT_THAT(fault_texts(std::string(max_document_bytes + 1, '#')),
              testing::ElementsAre("a.yaml: larger than 1048576 bytes"));
  EXPECT_THAT(fault_texts(std::string(max_document_bytes, '#')), testing::IsEmpty());
  const std::vector<std::string> faults = fault_texts("[" + repeated("a,", 200'000) + "]");
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_THAT(faults[0], testing::HasSubstr("too large: more than 100000 values"));
}

}  // namespace
}  // namespace frontis::config
