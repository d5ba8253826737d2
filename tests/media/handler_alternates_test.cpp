// The files handler with modern_images: pictures in a newer type for those who ask for it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <tuple>

#include "files_house.h"
#include "media/handler.h"

namespace frontis::media {
namespace {

using ::testing::HasSubstr;

const std::string takes_avif = "\r\nAccept: image/avif,image/webp,*/*;q=0.8";
const std::string takes_webp = "\r\nAccept: image/webp,*/*;q=0.8";
const std::string takes_any = "\r\nAccept: */*";

class HandlerAlternatesTest : public ::testing::Test {
 protected:
  HandlerAlternatesTest() { house_.action.modern_images = true; }
  std::unique_ptr<FakeExchange> fetch(const std::string& request) { return house_.fetch(request); }
  static std::string key_of(const std::string& file) {
    return Finder::alternate_key({"", file, {}});
  }
  void write_photos(std::size_t size = 1000) {
    house_.write("photo.jpg", std::string(size, 'j'));
    house_.write("photo.jpg.webp", std::string(size * 9 / 10, 'w'));
    house_.write("photo.jpg.avif", std::string(size * 8 / 10, 'a'));
  }

  FilesHouse house_;
};

TEST_F(HandlerAlternatesTest, EachClientGetsTheTypeThatItNames) {
  write_photos();
  const std::tuple<std::string, std::string, char> clients[] = {{takes_avif, "image/avif", 'a'},
                                                                {takes_webp, "image/webp", 'w'},
                                                                {takes_any, "image/jpeg", 'j'},
                                                                {"", "image/jpeg", 'j'}};
  for (int round = 0; round < 2; ++round) {  // as it is loaded, and from the cache
    for (const auto& [accept, type, letter] : clients) {
      const auto exchange = fetch("GET /photo.jpg" + accept);
      EXPECT_EQ(exchange->field("Content-Type"), type);
      EXPECT_EQ(exchange->body().substr(0, 1), std::string(1, letter)) << type;
      EXPECT_EQ(exchange->field("Vary"), "Accept") << type;
    }
  }
}

TEST_F(HandlerAlternatesTest, ARouteWithoutTheOptionSendsWhatWasAskedFor) {
  house_.action.modern_images = false;
  write_photos();
  const auto exchange = fetch("GET /photo.jpg" + takes_avif);
  EXPECT_EQ(exchange->field("Content-Type"), "image/jpeg");
  EXPECT_EQ(exchange->field("Vary"), "");
}

TEST_F(HandlerAlternatesTest, EachTypeHasItsOwnTag) {
  write_photos();
  const std::string avif = fetch("GET /photo.jpg" + takes_avif)->field("ETag");
  const std::string jpeg = fetch("GET /photo.jpg")->field("ETag");
  EXPECT_NE(avif, jpeg);
  const std::string if_avif = "\r\nIf-None-Match: " + avif;
  EXPECT_EQ(fetch("GET /photo.jpg" + takes_avif + if_avif)->answer->status, 304);
  EXPECT_EQ(fetch("GET /photo.jpg" + takes_any + if_avif)->answer->status, 200);
}

TEST_F(HandlerAlternatesTest, AnAlternateIsCachedApartFromTheFileOfItsName) {
  write_photos();
  fetch("GET /photo.jpg" + takes_avif);
  const auto by_accept = house_.cached(key_of("photo.jpg.avif"));
  ASSERT_NE(by_accept, nullptr);
  EXPECT_EQ(house_.cached("photo.jpg.avif"), nullptr);
  const auto by_name = fetch("GET /photo.jpg.avif");
  EXPECT_EQ(by_name->body(), std::string(800, 'a'));
  EXPECT_EQ(by_name->field("Vary"), "");
  EXPECT_EQ(house_.cached(key_of("photo.jpg.avif")), by_accept);
  EXPECT_EQ(house_.cached("photo.jpg")->type, "image/jpeg");
  fetch("GET /photo.jpg" + takes_avif);
  EXPECT_EQ(house_.cached(key_of("photo.jpg.avif")), by_accept);
}

TEST_F(HandlerAlternatesTest, OneThatComesOrGoesIsSeenAfterASecond) {
  house_.write("photo.jpg", std::string(1000, 'j'));
  EXPECT_EQ(fetch("GET /photo.jpg" + takes_avif)->field("Content-Type"), "image/jpeg");
  const auto path = house_.write("photo.avif", std::string(500, 'a'));
  house_.age("photo.jpg");
  EXPECT_EQ(fetch("GET /photo.jpg" + takes_avif)->field("Content-Type"), "image/avif");
  std::filesystem::remove(path);
  house_.age("photo.jpg");
  const auto plain = fetch("GET /photo.jpg" + takes_avif);
  EXPECT_EQ(plain->field("Content-Type"), "image/jpeg");
  EXPECT_EQ(plain->field("Vary"), "");
}

TEST_F(HandlerAlternatesTest, OneThatIsReplacedIsSeenAfterASecond) {
  write_photos();
  fetch("GET /photo.jpg" + takes_avif);
  house_.replace("photo.jpg.avif", std::string(700, 'n'));
  house_.age("photo.jpg");
  house_.age(key_of("photo.jpg.avif"));
  EXPECT_EQ(fetch("GET /photo.jpg" + takes_avif)->body(), std::string(700, 'n'));
}

// Also when it is sent from its file, so that the cache alone cannot answer.
TEST_F(HandlerAlternatesTest, OneThatGoesWithinTheSecondIsDoneWithout) {
  for (const std::size_t size : {std::size_t{1000}, std::size_t{200'000}}) {
    write_photos(size);
    const std::string request = "GET /photo.jpg" + takes_avif;
    EXPECT_EQ(fetch(request)->field("Content-Type"), "image/avif");
    std::filesystem::remove(house_.folder / "root/photo.jpg.avif");
    house_.cache.erase(0, key_of("photo.jpg.avif"));
    EXPECT_EQ(fetch(request)->field("Content-Type"), "image/jpeg") << size;
    house_.cache.erase(0, "photo.jpg");
  }
}

TEST_F(HandlerAlternatesTest, ALargeOneThatGoesWhileItIsCachedIsDoneWithout) {
  write_photos(200'000);
  const std::string request = "GET /photo.jpg" + takes_avif;
  EXPECT_EQ(fetch(request)->field("Content-Type"), "image/avif");
  std::filesystem::remove(house_.folder / "root/photo.jpg.avif");
  EXPECT_EQ(fetch(request)->body().substr(0, 1), "w");
  std::filesystem::remove(house_.folder / "root/photo.jpg.webp");
  const auto plain = fetch(request);
  EXPECT_EQ(plain->answer->status, 200);
  EXPECT_EQ(plain->body(), std::string(200'000, 'j'));
}

TEST_F(HandlerAlternatesTest, ALargeOneThatIsReplacedWhileItIsCachedIsSentAsItIsNow) {
  write_photos(200'000);
  const std::string request = "GET /photo.jpg" + takes_avif;
  EXPECT_EQ(fetch(request)->field("Content-Type"), "image/avif");
  house_.replace("photo.jpg.avif", std::string(150'000, 'n'));
  const auto newer = fetch(request);
  EXPECT_EQ(newer->field("Content-Type"), "image/avif");
  EXPECT_EQ(newer->body(), std::string(150'000, 'n'));
}

TEST_F(HandlerAlternatesTest, SaysWhyAnotherFileWasSent) {
  write_photos();
  EXPECT_THAT(fetch("GET /photo.jpg" + takes_webp)->explained(),
              HasSubstr("Accept names image/webp, and photo.jpg.webp is smaller"));
}

}  // namespace
}  // namespace frontis::media
