// The files handler with a state folder: what it answers from what press has kept and made.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>

#include "content.h"
#include "files_house.h"
#include "media/handler.h"

namespace frontis::media {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string hexadecimal(std::size_t size, std::uint32_t seed = 1) {
  Dice dice(seed);
  std::string text(size, '\0');
  for (char& digit : text) digit = "0123456789abcdef"[dice.roll(16)];
  return text;
}

const std::string css = prose(3000);
// Too large for memory, also when it is coded.
const std::string large_css = hexadecimal(150'000);
const std::string immutable = "public, max-age=31536000, immutable";

class HandlerKeptTest : public ::testing::Test {
 protected:
  std::unique_ptr<FakeExchange> fetch(const std::string& request) { return house_.fetch(request); }
  // Has `content` asked for once under the name that Django would give it, and kept; then a
  // deploy takes it away. Gives its name.
  std::string deploy_away(const std::string& content) {
    const std::string name = django_name(content);
    const auto path = house_.write(name, content);
    EXPECT_EQ(fetch("GET /" + name)->body(), content);
    std::filesystem::remove(path);
    house_.age(name);
    return name;
  }
  std::uint64_t kept_served() const { return house_.counters.kept_served; }
  static void expect_404(const FakeExchange& exchange) {
    ASSERT_TRUE(exchange.answer);
    EXPECT_EQ(exchange.answer->status, 404);
    EXPECT_EQ(exchange.field("Cache-Control"), "no-store");
  }

  FilesHouse house_{0, State::folder};
};

TEST_F(HandlerKeptTest, AVersionThatHasGoneIsAnsweredAsBefore) {
  const std::string name = django_name(css);
  house_.write(name, css);
  const auto before = fetch("GET /" + name);
  EXPECT_EQ(before->field("Cache-Control"), immutable);
  deploy_away(css);
  const auto after = fetch("GET /" + name);
  ASSERT_EQ(after->answer->status, 200);
  EXPECT_EQ(after->body(), css);
  for (const char* field : {"ETag", "Last-Modified", "Content-Type", "Cache-Control"}) {
    EXPECT_EQ(after->field(field), before->field(field)) << field;
  }
  EXPECT_THAT(after->explained(), HasSubstr("answered from the version that was kept"));
  EXPECT_EQ(fetch("GET /" + name + "\r\nIf-None-Match: " + before->field("ETag"))->answer->status,
            304);
  EXPECT_EQ(fetch("GET /" + name + "\r\nRange: bytes=0-9")->body(), css.substr(0, 10));
  EXPECT_EQ(fetch("HEAD /" + name)->answer->status, 200);
  EXPECT_EQ(fetch("OPTIONS /" + name)->answer->status, 204);
  EXPECT_EQ(kept_served(), 4U);
}

TEST_F(HandlerKeptTest, ALargeVersionIsSentFromItsCopy) {
  const std::string name = deploy_away(large_css);
  const auto kept = fetch("GET /" + name);
  EXPECT_EQ(kept->body(), large_css);
  EXPECT_TRUE(std::holds_alternative<FileSlice>(kept->answer->body));
  EXPECT_EQ(fetch("GET /" + name)->body(), large_css);
  EXPECT_EQ(kept_served(), 2U);
}

TEST_F(HandlerKeptTest, AnotherLoopAnswersItAsWell) {
  const std::string name = deploy_away(css);
  const auto other = house_.new_handler(1);
  FakeExchange exchange("GET /" + name);
  house_.send(exchange, *other);
  EXPECT_EQ(exchange.body(), css);
  EXPECT_NE(house_.cached(name, 1), nullptr);
}

TEST_F(HandlerKeptTest, OnlyProvedNamesAreKept) {
  const std::pair<const char*, const char*> files[] = {
      {"app.css", "plain name"}, {"app.0123456789ab.css", "does not hold what its name says"}};
  for (const auto& [name, content] : files) {
    const auto path = house_.write(name, content);
    EXPECT_EQ(fetch(std::string("GET /") + name)->body(), content);
    std::filesystem::remove(path);
    house_.age(name);
    EXPECT_NE(fetch(std::string("GET /") + name)->answer->status, 200) << name;
  }
  EXPECT_EQ(kept_served(), 0U);
}

TEST_F(HandlerKeptTest, AListedVersionStaysTrustedWithoutItsManifest) {
  house_.action.fingerprinted = {"assets/"};
  const auto path = house_.write("assets/app.css", css);
  EXPECT_EQ(fetch("GET /assets/app.css")->field("Cache-Control"), immutable);
  std::filesystem::remove(path);
  house_.age("assets/app.css");
  house_.action.fingerprinted.clear();
  const auto kept = fetch("GET /assets/app.css");
  EXPECT_EQ(kept->body(), css);
  EXPECT_EQ(kept->field("Cache-Control"), immutable);
}

TEST_F(HandlerKeptTest, AFileThatComesBackIsAnsweredFromTheRoot) {
  const std::string name = deploy_away(css);
  EXPECT_EQ(fetch("GET /" + name)->body(), css);
  EXPECT_EQ(house_.cached(name)->identity().place, Place::kept);
  house_.write(name, css);
  house_.age(name);
  const auto back = fetch("GET /" + name);
  EXPECT_EQ(back->body(), css);
  EXPECT_EQ(house_.cached(name)->identity().place, Place::root);
  EXPECT_THAT(back->explained(), Not(HasSubstr("was kept")));
  EXPECT_EQ(kept_served(), 1U);
}

TEST_F(HandlerKeptTest, WhatComesBackWithOtherContentIsNotWhatWasKept) {
  const std::string name = deploy_away(css);
  fetch("GET /" + name);
  house_.write(name, "broken promise");
  house_.age(name);
  const auto back = fetch("GET /" + name);
  EXPECT_EQ(back->body(), "broken promise");
  EXPECT_EQ(back->notes.cache, "refused");
}

TEST_F(HandlerKeptTest, APurgedVersionIsGoneWithinASecond) {
  const std::string name = deploy_away(css);
  EXPECT_EQ(fetch("GET /" + name)->body(), css);
  EXPECT_TRUE(house_.services().kept.purge("example.org/" + name));
  house_.age(name);
  expect_404(*fetch("GET /" + name));
  EXPECT_EQ(house_.cached(name), nullptr);
}

TEST_F(HandlerKeptTest, APurgedVersionThatWasNotAskedForAgainIsGone) {
  const std::string name = deploy_away(css);
  EXPECT_TRUE(house_.services().kept.purge("example.org/" + name));
  expect_404(*fetch("GET /" + name));
}

TEST_F(HandlerKeptTest, ADamagedCopyIsNeverSentAndGivenUp) {
  for (const std::string& content : {css, large_css}) {
    const std::string name = deploy_away(content);
    std::string damaged = content;
    damaged[damaged.size() / 2] ^= 1;
    house_.folder.write(FilesHouse::copy_of(content), damaged);
    const auto exchange = fetch("GET /" + name);
    expect_404(*exchange);
    EXPECT_THAT(exchange->explained(), HasSubstr("damaged"));
    EXPECT_FALSE(house_.services().kept.find("example.org/" + name));
    EXPECT_FALSE(std::filesystem::exists(house_.folder / FilesHouse::copy_of(content)));
    EXPECT_EQ(house_.cached(name), nullptr);
    expect_404(*fetch("GET /" + name));
  }
  EXPECT_EQ(kept_served(), 0U);
  EXPECT_THAT(house_.logged(), HasSubstr("did not hold what was copied there"));
}

TEST_F(HandlerKeptTest, ACopyThatIsDamagedLaterIsSeenWithinASecond) {
  const std::string name = deploy_away(large_css);
  EXPECT_EQ(fetch("GET /" + name)->body(), large_css);
  house_.folder.write(FilesHouse::copy_of(large_css), hexadecimal(150'000, 2));
  house_.age(name);
  expect_404(*fetch("GET /" + name));
}

TEST_F(HandlerKeptTest, ACopyThatVanishesIs404AndNotCountedAsServed) {
  const std::string name = deploy_away(large_css);
  EXPECT_EQ(fetch("GET /" + name)->body(), large_css);
  std::filesystem::remove(house_.folder / FilesHouse::copy_of(large_css));
  expect_404(*fetch("GET /" + name));
  EXPECT_EQ(kept_served(), 1U);
}

TEST_F(HandlerKeptTest, ANameThatIsDeniedByNowIsNotAnsweredFromWhatWasKept) {
  house_.action.fingerprinted = {"assets/"};
  house_.action.allow = {"app.key"};
  const auto path = house_.write("assets/app.key", css);
  EXPECT_EQ(fetch("GET /assets/app.key")->body(), css);
  house_.stop_handler();
  house_.cache.erase(0, "assets/app.key");
  house_.action.allow.clear();
  expect_404(*fetch("GET /assets/app.key"));
  std::filesystem::remove(path);
  expect_404(*fetch("GET /assets/app.key"));
}

TEST_F(HandlerKeptTest, AMissLooksAtOnceWhetherTheRootWasSwitched) {
  house_.folder.write("one/a.css", "one");
  house_.folder.write("two/a.css", "two");
  house_.folder.write("two/new.css", "new");
  house_.folder.link(house_.folder / "one", "current");
  house_.action.root = house_.folder / "current";
  EXPECT_EQ(fetch("GET /a.css")->body(), "one");
  house_.cache.find(0, "a.css")->checked -= std::chrono::milliseconds(100);
  house_.folder.switch_link(house_.folder / "two", "current");
  EXPECT_EQ(fetch("GET /new.css")->body(), "new");
  EXPECT_EQ(fetch("GET /a.css")->body(), "two");
}

TEST_F(HandlerKeptTest, TheNewRootComesBeforeWhatWasKept) {
  const std::string name = django_name(css);
  house_.folder.write("one/" + name, css);
  house_.folder.write("two/" + name, css);
  house_.folder.link(house_.folder / "one", "current");
  house_.action.root = house_.folder / "current";
  EXPECT_EQ(fetch("GET /" + name)->body(), css);
  std::filesystem::remove(house_.folder / "one" / name);
  house_.folder.switch_link(house_.folder / "two", "current");
  house_.age(name);
  EXPECT_EQ(fetch("GET /" + name)->body(), css);
  EXPECT_EQ(house_.cached(name)->identity().place, Place::root);
}

TEST_F(HandlerKeptTest, AVariantThatPressMadeIsSentFromTheNextLook) {
  house_.write("a.css", css);
  const auto first = fetch("GET /a.css\r\nAccept-Encoding: br");
  EXPECT_EQ(first->body(), css);
  EXPECT_EQ(first->field("Vary"), "Accept-Encoding");
  EXPECT_THAT(first->explained(), HasSubstr("press has not made all variants yet"));
  house_.age("a.css");
  const auto coded = fetch("GET /a.css\r\nAccept-Encoding: br");
  EXPECT_EQ(coded->field("Content-Encoding"), "br");
  EXPECT_LT(coded->body().size(), css.size());
  EXPECT_EQ(fetch("GET /a.css")->body(), css);
}

TEST_F(HandlerKeptTest, AKeptVersionIsSentInItsVariantsAsWell) {
  const std::string name = deploy_away(css);
  const auto coded = fetch("GET /" + name + "\r\nAccept-Encoding: zstd");
  EXPECT_EQ(coded->field("Content-Encoding"), "zstd");
  EXPECT_EQ(fetch("GET /" + name)->body(), css);
}

TEST_F(HandlerKeptTest, AVariantWhoseFileVanishedFallsBackToTheFile) {
  house_.write("a.css", large_css);
  fetch("GET /a.css");
  house_.age("a.css");
  const std::string request = "GET /a.css\r\nAccept-Encoding: gzip";
  EXPECT_EQ(fetch(request)->field("Content-Encoding"), "gzip");
  ASSERT_TRUE(std::filesystem::remove(house_.folder /
                                      FilesHouse::variant_of(large_css, http::Coding::gzip)));
  const auto plain = fetch(request);
  EXPECT_EQ(plain->field("Content-Encoding"), "");
  EXPECT_EQ(plain->body(), large_css);
  house_.age("a.css");
  EXPECT_EQ(fetch(request)->field("Content-Encoding"), "gzip");  // made again
}

TEST_F(HandlerKeptTest, AKeptVersionThatFallsBackIsCountedOnce) {
  const std::string name = deploy_away(large_css);
  const std::string request = "GET /" + name + "\r\nAccept-Encoding: gzip";
  EXPECT_EQ(fetch(request)->field("Content-Encoding"), "gzip");
  std::filesystem::remove(house_.folder / FilesHouse::variant_of(large_css, http::Coding::gzip));
  EXPECT_EQ(fetch(request)->body(), large_css);
  EXPECT_EQ(kept_served(), 2U);
}

}  // namespace
}  // namespace frontis::media
