// The second half of handler_test.cpp: files that press looks at while clients wait, or do not.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "files_house.h"
#include "media/handler.h"

namespace frontis::media {
namespace {

const std::string older(100'000, 'o');
const std::string newer(100'000, 'n');
constexpr std::size_t unawaited = 8 * 1024 * 1024 + 1;

class HandlerWaitingTest : public ::testing::Test {
 protected:
  std::unique_ptr<FakeExchange> fetch(const std::string& request) { return house_.fetch(request); }

  FilesHouse house_{1};
};

TEST_F(HandlerWaitingTest, ALargeFileIsAnsweredOnceItIsKnown) {
  house_.write("a.css", older);
  const auto exchange = fetch("GET /a.css");
  EXPECT_FALSE(exchange->answer);
  house_.turn();
  ASSERT_TRUE(exchange->answer);
  EXPECT_EQ(exchange->body(), older);
  EXPECT_FALSE(exchange->field("ETag").starts_with("W/"));
  EXPECT_TRUE(fetch("GET /a.css")->answer);
}

TEST_F(HandlerWaitingTest, AFileOfUnknownTypeIsAnsweredOnceItIsKnown) {
  house_.write("gif", "GIF89a" + std::string(100, '\1'));
  const auto exchange = fetch("GET /gif");
  EXPECT_FALSE(exchange->answer);
  house_.turn();
  EXPECT_EQ(exchange->field("Content-Type"), "image/gif");
}

TEST_F(HandlerWaitingTest, AllWhoWaitForAFileAreAnsweredByOneLook) {
  house_.write("a.css", older);
  const auto first = fetch("GET /a.css");
  const auto second = fetch("GET /a.css\r\nRange: bytes=0-9");
  const auto third = fetch("HEAD /a.css");
  house_.turn();
  ASSERT_TRUE(first->answer && second->answer && third->answer);
  EXPECT_EQ(first->answer->status, 200);
  EXPECT_EQ(second->answer->status, 206);
  EXPECT_EQ(second->body(), older.substr(0, 10));
  EXPECT_EQ(third->answer->head, first->answer->head);
}

TEST_F(HandlerWaitingTest, AClientThatLeavesIsNotAnswered) {
  house_.write("a.css", older);
  auto leaves = fetch("GET /a.css");
  const auto stays = fetch("GET /a.css");
  auto leaves_too = fetch("GET /a.css");
  leaves.reset();
  leaves_too.reset();
  house_.turn();
  ASSERT_TRUE(stays->answer);
  EXPECT_EQ(stays->body(), older);
}

TEST_F(HandlerWaitingTest, WhenAllHaveLeftTheFileIsKeptForTheNext) {
  house_.write("a.css", older);
  fetch("GET /a.css").reset();
  house_.turn();
  EXPECT_EQ(fetch("GET /a.css")->body(), older);
}

TEST_F(HandlerWaitingTest, WhenTheHandlerIsGoneNothingIsAnswered) {
  house_.write("a.css", older);
  const auto exchange = fetch("GET /a.css");
  house_.press().drain();
  house_.stop_handler();
  house_.turn();
  EXPECT_FALSE(exchange->answer);
}

TEST_F(HandlerWaitingTest, WhoComesAfterAChangeGetsWhatIsThereThen) {
  house_.write("a.css", older);
  Gate gate(house_.press());
  const auto before = fetch("GET /a.css");
  house_.replace("a.css", newer);
  const auto after = fetch("GET /a.css");
  gate.open();
  house_.turn();
  ASSERT_TRUE(before->answer && after->answer);
  EXPECT_EQ(before->body(), older);
  EXPECT_EQ(after->body(), newer);
  EXPECT_EQ(fetch("GET /a.css")->body(), newer);
}

TEST_F(HandlerWaitingTest, AFileThatIsBeingWrittenIsAnsweredWithAWeakTag) {
  const auto path = house_.write("a.css", older);
  Gate gate(house_.press());
  const auto exchange = fetch("GET /a.css");
  std::filesystem::resize_file(path, older.size() + 10);
  gate.open();
  house_.turn();
  ASSERT_TRUE(exchange->answer);
  EXPECT_EQ(exchange->body(), older);
  EXPECT_TRUE(exchange->field("ETag").starts_with("W/"));
  // It is looked at again when the second is over.
  house_.cache.find(0, "a.css")->checked -= std::chrono::seconds(2);
  const auto again = fetch("GET /a.css");
  house_.turn();
  ASSERT_TRUE(again->answer);
  EXPECT_FALSE(again->field("ETag").starts_with("W/"));
}

TEST_F(HandlerWaitingTest, AVeryLargeFileIsNotWaitedForAndHashedBehindIt) {
  house_.write("a.bin", "");
  std::filesystem::resize_file(house_.folder / "root/a.bin", unawaited);
  Gate gate(house_.press());
  const auto early = fetch("GET /a.bin\r\nRange: bytes=0-9");
  ASSERT_TRUE(early->answer);
  EXPECT_EQ(early->answer->status, 206);
  EXPECT_TRUE(early->field("ETag").starts_with("W/"));
  EXPECT_TRUE(fetch("GET /a.bin")->answer);
  gate.open();
  house_.turn();
  const auto later = fetch("GET /a.bin");
  EXPECT_FALSE(later->field("ETag").starts_with("W/"));
  EXPECT_TRUE(house_.cached("a.bin")->hashed);
}

TEST_F(HandlerWaitingTest, ASmallerFileDoesNotWaitForTheLargeOneThatItReplaced) {
  house_.write("a.bin", "");
  std::filesystem::resize_file(house_.folder / "root/a.bin", unawaited);
  Gate gate(house_.press());
  const auto large = fetch("GET /a.bin");
  house_.replace("a.bin", newer);
  house_.age("a.bin");
  const auto small = fetch("GET /a.bin");
  gate.open();
  house_.turn();
  ASSERT_TRUE(small->answer);
  EXPECT_EQ(small->body(), newer);
  EXPECT_EQ(fetch("GET /a.bin")->body(), newer);
}

TEST_F(HandlerWaitingTest, WhenPressTakesNoMoreTheAnswerIsWeakerForASecond) {
  house_.write("a.css", older);
  house_.write("b.bin", "");
  std::filesystem::resize_file(house_.folder / "root/b.bin", unawaited);
  Gate gate(house_.press());
  for (const auto rank : {Press::Urgency::request_waits, Press::Urgency::soon}) {
    while (house_.press().submit(rank, [] {})) continue;
  }
  for (const char* name : {"a.css", "b.bin"}) {
    const auto exchange = fetch(std::string("GET /") + name);
    ASSERT_TRUE(exchange->answer);
    EXPECT_TRUE(exchange->field("ETag").starts_with("W/"));
  }
  gate.open();
  house_.turn();
  for (const char* name : {"a.css", "b.bin"}) {
    house_.cache.find(0, name)->checked -= std::chrono::seconds(2);
    const auto again = fetch(std::string("GET /") + name);
    house_.turn();
    ASSERT_TRUE(again->answer);
    EXPECT_TRUE(house_.cached(name)->hashed) << name;
  }
}

TEST_F(HandlerWaitingTest, ASiblingIsSentOnceItIsProved) {
  const std::string css(2000, 'c');
  house_.write("a.css", css);
  house_.write("a.css.gz", gzip_of(css));
  Gate gate(house_.press());
  const auto early = fetch("GET /a.css\r\nAccept-Encoding: gzip");
  EXPECT_EQ(early->field("Content-Encoding"), "");
  EXPECT_EQ(early->field("Vary"), "Accept-Encoding");
  gate.open();
  house_.turn();
  EXPECT_EQ(fetch("GET /a.css\r\nAccept-Encoding: gzip")->field("Content-Encoding"), "gzip");
}

TEST_F(HandlerWaitingTest, ASiblingOfAnIndexIsSentOnceItIsProved) {
  const std::string page(2000, 'p');
  house_.write("index.html", page);
  house_.write("index.html.gz", gzip_of(page));
  fetch("GET /");
  house_.turn();
  EXPECT_EQ(fetch("GET /\r\nAccept-Encoding: gzip")->field("Content-Encoding"), "gzip");
}

TEST_F(HandlerWaitingTest, AnotherLoopSendsTheSiblingASecondLater) {
  const std::string css(2000, 'c');
  house_.write("a.css", css);
  house_.write("a.css.gz", gzip_of(css));
  const auto other = house_.new_handler(1);
  Gate gate(house_.press());
  fetch("GET /a.css");
  FakeExchange early("GET /a.css\r\nAccept-Encoding: gzip");
  house_.send(early, *other);
  EXPECT_EQ(early.field("Content-Encoding"), "");
  gate.open();
  house_.turn();
  house_.age("a.css", 1);
  FakeExchange later("GET /a.css\r\nAccept-Encoding: gzip");
  house_.send(later, *other);
  EXPECT_EQ(later.field("Content-Encoding"), "gzip");
}

TEST_F(HandlerWaitingTest, WhatOneLoopFoundOutOfALargeFileAnotherKnows) {
  house_.write("film.bin", std::string(9'000'000, 'f'));
  const auto other = house_.new_handler(1);
  EXPECT_TRUE(fetch("HEAD /film.bin")->field("ETag").starts_with("W/"));
  house_.turn();
  FakeExchange first("HEAD /film.bin");
  house_.send(first, *other);
  EXPECT_TRUE(first.field("ETag").starts_with("\"")) << first.field("ETag");
  EXPECT_EQ(fetch("HEAD /film.bin")->field("ETag"), first.field("ETag"));
}

TEST_F(HandlerWaitingTest, AStaleSiblingIsNeverSent) {
  const std::string css(2000, 'c');
  house_.write("a.css", css);
  house_.write("a.css.gz", gzip_of("older"));
  fetch("GET /a.css");
  house_.turn();
  const auto exchange = fetch("GET /a.css\r\nAccept-Encoding: gzip");
  EXPECT_EQ(exchange->body(), css);
  EXPECT_EQ(exchange->field("Vary"), "");
}

}  // namespace
}  // namespace frontis::media
