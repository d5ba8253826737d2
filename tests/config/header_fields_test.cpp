#include "config/header_fields.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/load.h"
#include "malformed.h"

namespace frontis::config {
namespace {

const MalformedCase malformed_cases[] = {
    {"header fields that may not be set",
     R"yaml(sites:
  example.org:
    /:
      files: /
      headers:
        Content-Length: 5
        ETag: '"x"'
        cache-control: no-store
        Content-Type: text/html
        Vary: Cookie
        Expires: 0
        "Bad Name": x
        "": x
)yaml",
     {"frontis.yaml:6:9: 'Content-Length' is written by the server itself",
      "frontis.yaml:7:9: 'ETag' is made from the file itself",
      "frontis.yaml:8:9: 'cache-control' is written by the server; use 'cache' of a files action",
      "frontis.yaml:9:9: 'Content-Type' follows from the file's name; in a respond action use "
      "'type'",
      "frontis.yaml:10:9: 'Vary' follows from the variant that is sent",
      "frontis.yaml:11:9: 'Expires' is always the moment that 'cache' of a files action gives",
      "frontis.yaml:12:9: 'Bad Name' is not a name of a header field",
      "frontis.yaml:13:9: '' is not a name of a header field"}},
    {"header fields with bad values, or twice",
     R"yaml(sites:
  example.org:
    /:
      files: /
      headers:
        X-A: "one\r\nSet-Cookie: two"
        X-B:
        X-C: [1]
        x-a: again
)yaml",
     {"frontis.yaml:6:14: the value of 'X-A' holds a control byte or a line break: "
      "'one\\x0d\\x0aSet-Cookie: two'",
      "frontis.yaml:7:9: expected the value of a header field, found nothing",
      "frontis.yaml:8:14: expected the value of a header field, found a list",
      "frontis.yaml:9:9: header field 'x-a' is given twice; first at frontis.yaml:6:9"}},
    {"header fields that are a list",
     R"yaml(sites:
  example.org:
    /: {respond: 404, headers: [X-A]}
)yaml",
     {"frontis.yaml:3:32: expected a mapping of names and values of header fields, found a list"}},
};

INSTANTIATE_TEST_SUITE_P(HeaderFields, Malformed, testing::ValuesIn(malformed_cases), case_name);

TEST(HeaderFields, MayHaveAnyTokenForAName) {
  for (const char* name : {"X-Frame-Options", "a", "X_1", "!#$%&'*+-.^_`|~"}) {
    EXPECT_EQ(header_name_fault(name), "") << name;
  }
  for (const char* name : {"", "a b", "a:", "é", "a\r\n", "(x)"}) {
    EXPECT_EQ(header_name_fault(name), "is not a name of a header field") << name;
  }
  EXPECT_NE(header_name_fault(std::string(101, 'a')), "");
}

TEST(HeaderFields, OfTheServerAreRefusedInAnyCase) {
  for (const char* name : {"Content-Length", "DATE", "transfer-encoding", "Connection", "etag",
                           "Content-Type", "Content-Encoding", "Content-Range", "Vary",
                           "Cache-Control", "Expires", "Last-Modified", "Location"}) {
    EXPECT_NE(header_name_fault(name), "") << name;
  }
}

TEST(HeaderFields, MayHaveAnyValueWithoutControlBytes) {
  EXPECT_EQ(header_value_fault("max-age=1; \"q\"\tcaf\xc3\xa9"), "");
  EXPECT_EQ(header_value_fault(std::string(4096, 'a')), "");
  EXPECT_NE(header_value_fault(std::string(4097, 'a')), "");
  for (const std::string& value :
       {std::string("a\nb"), std::string("a\0b", 3), std::string("\x7f")}) {
    EXPECT_NE(header_value_fault(value), "") << value;
  }
}

TEST(HeaderFields, KeepTheirOrderAndLoseTheSpaceAround) {
  const Loaded loaded = load_text(
      "sites: {'*': {/: {respond: 200, headers: {X-B: '  b ', X-A: a}}}}", "frontis.yaml");
  ASSERT_TRUE(loaded.settings);
  const auto& respond = std::get<RespondAction>(loaded.settings->sites[0].routes[0].chain[0]);
  EXPECT_THAT(respond.headers,
              testing::ElementsAre(testing::Pair("X-B", "b"), testing::Pair("X-A", "a")));
}

TEST(HeaderFields, AreAtMost64) {
  std::string headers;
  for (int i = 0; i < 65; ++i) headers += "X-" + std::to_string(i) + ": a, ";
  const Loaded loaded =
      load_text("sites: {'*': {/: {respond: 200, headers: {" + headers + "}}}}", "frontis.yaml");
  ASSERT_EQ(loaded.faults.size(), 1U);
  EXPECT_EQ(loaded.faults[0].message, "more than 64 header fields");
}

TEST(MediaType, IsTypeAndSubtypeAndPerhapsParameters) {
  for (const char* type : {"text/html", "text/html; charset=utf-8", "image/svg+xml", "a/b;c"}) {
    EXPECT_TRUE(is_media_type(type)) << type;
  }
  for (const char* type : {"", "html", "/html", "text/", "text/html/x", "te xt/html", "a/b\r\nc"}) {
    EXPECT_FALSE(is_media_type(type)) << type;
  }
}

}  // namespace
}  // namespace frontis::config
