#include "media/judge.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "files_house.h"

namespace frontis::media {
namespace {

const std::string text_type = "text/plain; charset=utf-8";

Inspection inspection_of(std::string_view content, std::string_view name) {
  Inspection inspection;
  inspection.digest = sha256(content);
  inspection.scheme = verify_fingerprint(name, content);
  return inspection;
}

class JudgeTest : public ::testing::Test {
 protected:
  Judge judge() { return {house_.action, house_.services(), house_.manifests(), "example.org/s/"}; }
  CachingFacts facts(const std::string& file, std::string_view content) {
    const Inspection inspection = inspection_of(content, file.substr(file.rfind('/') + 1));
    return judge().facts_of(file, &inspection);
  }
  void list(const std::string& name) const {
    house_.write("staticfiles.json", R"({"paths": {"a": ")" + name + R"("}, "version": "1.0"})");
  }

  FilesHouse house_;
};

TEST_F(JudgeTest, AUrlIsSiteRouteAndFile) {
  EXPECT_EQ(judge().url_of("css/app.css"), "example.org/s/css/app.css");
  EXPECT_EQ(judge().url_of(""), "example.org/s/");
}

TEST_F(JudgeTest, TheTypeIsThatOfTheNameThenOfTheContent) {
  Inspection gif;
  gif.magic = "image/gif";
  const Inspection unknown;
  struct Case {
    const char* file;
    const Inspection* inspection;
    const char* type;
  };
  const Case cases[] = {{"a/b.css", &gif, "text/css; charset=utf-8"},
                        {"a.css/b", &gif, "image/gif"},
                        {"nameless", nullptr, "application/octet-stream"},
                        {"nameless", &unknown, "application/octet-stream"}};
  for (const Case& one : cases) {
    const auto type = judge().type_of(one.file, one.inspection);
    EXPECT_EQ(type.text, one.type) << one.file;
    EXPECT_FALSE(type.sandboxed) << one.file;
  }
}

TEST_F(JudgeTest, WhatUsersUploadIsNeverRunInTheNameOfTheSite) {
  struct Case {
    const char* file;
    Activity activity;
    std::string type;
    bool sandboxed;
  };
  const Case cases[] = {{"a.html", Activity::none, text_type, true},
                        {"a.js", Activity::none, text_type, true},
                        {"a.xml", Activity::none, text_type, true},
                        {"a.svg", Activity::svg, "image/svg+xml", true},
                        {"a.svg", Activity::none, "image/svg+xml", true},
                        {"a.svg", Activity::html, text_type, true},
                        {"a.png", Activity::svg, text_type, true},
                        {"a.png", Activity::html, text_type, true},
                        {"a.png", Activity::none, "image/png", false}};
  house_.action.uploads = true;
  for (const Case& one : cases) {
    Inspection inspection;
    inspection.activity = one.activity;
    const auto type = judge().type_of(one.file, &inspection);
    EXPECT_EQ(type.text.substr(0, one.type.size()), one.type) << one.file;
    EXPECT_EQ(type.sandboxed, one.sandboxed) << one.file;
  }
  EXPECT_EQ(judge().type_of("a.html", nullptr).text, text_type);
}

TEST_F(JudgeTest, AFingerprintThatFitsIsVerifiedAndNotPinned) {
  house_.action.fingerprinted = {""};
  const std::string name = django_name("body {}");
  const CachingFacts fits = facts("css/" + name, "body {}");
  EXPECT_TRUE(fits.hashed);
  EXPECT_EQ(fits.verified, Scheme::django);
  EXPECT_TRUE(fits.surely_fingerprinted);
  EXPECT_EQ(fits.watched, Watched::no);
  const CachingFacts other = facts("css/" + name, "other");
  EXPECT_FALSE(other.verified);
  EXPECT_EQ(other.watched, Watched::steady);  // the first that was pinned
}

TEST_F(JudgeTest, ADeclaredNameIsWatchedByItsPrefix) {
  house_.action.fingerprinted = {"assets/"};
  EXPECT_EQ(facts("assets/a.css", "one").watched, Watched::steady);
  EXPECT_EQ(facts("assets/a.css", "one").watched, Watched::steady);
  EXPECT_EQ(facts("assets/a.css", "two").watched, Watched::changed);
  EXPECT_EQ(facts("assets2/a.css", "one").watched, Watched::no);
  EXPECT_EQ(facts("a.css", "one").watched, Watched::no);
  EXPECT_FALSE(facts("assets/b.css", "one").listed);
}

TEST_F(JudgeTest, AListedNameIsWatched) {
  list("app-Zz9Yx8Wv.js");
  const CachingFacts listed = facts("app-Zz9Yx8Wv.js", "one");
  EXPECT_TRUE(listed.listed);
  EXPECT_EQ(listed.watched, Watched::steady);
  EXPECT_FALSE(facts("other-Zz9Yx8Wv.js", "one").listed);
}

TEST_F(JudgeTest, ANameThatWasTrustedStaysWatched) {
  const Inspection one = inspection_of("one", "a.css");
  const CachingFacts trusted = judge().facts_of("a.css", &one, true);
  EXPECT_TRUE(trusted.listed);
  EXPECT_EQ(trusted.watched, Watched::steady);
  const Inspection two = inspection_of("two", "a.css");
  EXPECT_EQ(judge().facts_of("a.css", &two, true).watched, Watched::changed);
}

TEST_F(JudgeTest, NothingIsSaidOrPinnedOfContentThatIsNotKnown) {
  house_.action.fingerprinted = {""};
  const CachingFacts unknown = judge().facts_of("app.0123456789ab.css", nullptr);
  EXPECT_FALSE(unknown.hashed);
  EXPECT_TRUE(unknown.surely_fingerprinted);
  EXPECT_EQ(unknown.watched, Watched::no);
  EXPECT_FALSE(judge().is_worth_keeping(unknown));
  EXPECT_EQ(facts("app.0123456789ab.css", "any").watched, Watched::steady);
}

TEST_F(JudgeTest, WhatIsProvedIsWorthKeepingUnlessUsersPutItThere) {
  CachingFacts verified, steady, changed, plain;
  for (CachingFacts* one : {&verified, &steady, &changed, &plain}) one->hashed = true;
  verified.verified = Scheme::hugo;
  steady.watched = Watched::steady;
  changed.watched = Watched::changed;
  CachingFacts unknown = verified;
  unknown.hashed = false;
  EXPECT_TRUE(judge().is_worth_keeping(verified));
  EXPECT_TRUE(judge().is_worth_keeping(steady));
  EXPECT_FALSE(judge().is_worth_keeping(changed));
  EXPECT_FALSE(judge().is_worth_keeping(plain));
  EXPECT_FALSE(judge().is_worth_keeping(unknown));
  house_.action.uploads = true;
  EXPECT_FALSE(judge().is_worth_keeping(verified));
  EXPECT_FALSE(judge().is_worth_keeping(steady));
}

TEST_F(JudgeTest, KnowsWhichNamesCouldBeAndWhichMissingOnesArePromises) {
  house_.action.fingerprinted = {"assets/"};
  list("listed.css");
  struct Case {
    const char* file;
    bool may_be, is;
  };
  const Case cases[] = {{"app.0123456789ab.css", true, true},
                        {"a/app.0123456789ab.css", true, true},
                        {"app-Zz9Yx8Wv.js", true, false},
                        {"assets/a.css", true, true},
                        {"listed.css", true, false},
                        {"assets/", true, false},
                        {"a.css", false, false},
                        {"app.0123456789ab.css/a.css", false, false},
                        {"app.0123456789ab.d/", false, false},
                        {"", false, false}};
  for (const Case& one : cases) {
    EXPECT_EQ(judge().may_be_trusted(one.file), one.may_be) << one.file;
    EXPECT_EQ(judge().is_fingerprinted_name(one.file), one.is) << one.file;
  }
  house_.action.uploads = true;
  EXPECT_FALSE(judge().may_be_trusted("app.0123456789ab.css"));
  EXPECT_TRUE(judge().is_fingerprinted_name("app.0123456789ab.css"));
}

}  // namespace
}  // namespace frontis::media
