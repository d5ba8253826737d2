#include "media/handler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>
#include <thread>
#include <vector>

#include "as_ordinary_user.h"
#include "base/text.h"
#include "files_house.h"

namespace frontis::media {
namespace {

using ::testing::HasSubstr;

class HandlerTest : public ::testing::Test {
 protected:
  std::unique_ptr<FakeExchange> fetch(const std::string& request) { return house_.fetch(request); }

  FilesHouse house_;
};

TEST_F(HandlerTest, AnswersASmallFileAtOnceAndKeepsIt) {
  house_.write("css/a.css", "body {}");
  const auto first = fetch("GET /css/a.css");
  ASSERT_TRUE(first->answer);
  EXPECT_EQ(first->answer->status, 200);
  EXPECT_EQ(first->body(), "body {}");
  EXPECT_EQ(first->field("Content-Type"), "text/css; charset=utf-8");
  EXPECT_EQ(first->answer->max_age, 0);
  EXPECT_EQ(first->notes.variant, "identity");
  EXPECT_EQ(first->notes.cache, "auto");
  const auto asset = house_.cached("css/a.css");
  EXPECT_EQ(fetch("GET /css/a.css")->body(), "body {}");
  EXPECT_EQ(house_.cached("css/a.css"), asset);
  EXPECT_EQ(fetch("HEAD /css/a.css")->answer->status, 200);
}

TEST_F(HandlerTest, PassesOnWhatIsNotThere) {
  house_.write("a.css", "x");
  house_.write("folder/file.txt", "x");
  house_.write("secret.py", "x");
  house_.write(".env", "x");
  for (const char* path : {"/missing.css", "/a.css/", "/folder", "/folder/", "/", "/secret.py",
                           "/.env", "/an-old-hope.css"}) {
    for (const char* method : {"GET ", "HEAD ", "POST ", "OPTIONS "}) {
      EXPECT_TRUE(fetch(std::string(method) + path)->passed()) << method << path;
    }
  }
}

TEST_F(HandlerTest, AMissingFingerprintedNameIsNeverPassedOnNorKept) {
  house_.action.fingerprinted = {"assets/"};
  for (const char* path :
       {"/app.0123456789ab.css", "/app.0123456789abcdef0123.js", "/assets/any.css"}) {
    const auto exchange = fetch(std::string("GET ") + path);
    EXPECT_EQ(exchange->answer->status, 404) << path;
    EXPECT_EQ(exchange->field("Cache-Control"), "no-store");
    EXPECT_EQ(exchange->notes.cache, "no-store");
  }
  EXPECT_TRUE(fetch("GET /assets/")->passed());
}

TEST_F(HandlerTest, OtherMethodsThanGetAreToldWhatIsAllowed) {
  house_.action.headers = {{"Access-Control-Allow-Origin", "*"}};
  house_.write("a.css", "x");
  for (const char* method : {"POST", "PUT", "DELETE", "PATCH"}) {
    const auto exchange = fetch(std::string(method) + " /a.css\r\nContent-Length: 0");
    EXPECT_EQ(exchange->answer->status, 405) << method;
    EXPECT_EQ(exchange->field("Allow"), "GET, HEAD, OPTIONS") << method;
  }
  const auto options = fetch("OPTIONS /a.css");
  EXPECT_EQ(options->answer->status, 204);
  EXPECT_EQ(options->field("Allow"), "GET, HEAD, OPTIONS");
  EXPECT_EQ(options->field("Access-Control-Allow-Origin"), "*");
}

TEST_F(HandlerTest, AFolderIsItsIndex) {
  house_.action.index = {"index.html", "index.txt"};
  house_.write("index.html", "<!doctype html>root");
  house_.write("both/index.txt", "text");
  house_.write("both/index.html", "html");
  house_.write("text/index.txt", "text");
  std::filesystem::create_directories(house_.folder / "root/text/index.html");
  EXPECT_EQ(fetch("GET /")->body(), "<!doctype html>root");
  EXPECT_EQ(fetch("GET /both/")->body(), "html");
  EXPECT_EQ(fetch("GET /text/")->body(), "text");
  EXPECT_EQ(fetch("GET /text/")->field("Content-Type"), "text/plain; charset=utf-8");
}

TEST_F(HandlerTest, AnIndexIsKeptWhileItIsTheFirstChoice) {
  house_.action.index = {"index.html", "index.txt"};
  house_.write("one/index.html", "html");
  house_.write("two/index.txt", "text");
  fetch("GET /one/");
  fetch("GET /two/");
  const auto one = house_.cached("one/");
  house_.age("one/");
  house_.age("two/");
  house_.write("two/index.html", "a better one");
  fetch("GET /one/");
  EXPECT_EQ(house_.cached("one/"), one);
  EXPECT_EQ(fetch("GET /two/")->body(), "a better one");
}

TEST_F(HandlerTest, AFolderWithoutItsSlashIsRedirectedOnThisHost) {
  house_.action.headers = {{"Access-Control-Allow-Origin", "*"}};
  house_.write("folder/index.html", "x");
  house_.write("a b\xC3\xA4/index.html", "x");
  house_.write("evil.example/index.html", "x");
  const std::pair<const char*, const char*> folders[] = {{"/folder", "/folder/"},
                                                         {"/folder?a=b&c", "/folder/?a=b&c"},
                                                         {"/a%20b%C3%A4", "/a%20b%C3%A4/"},
                                                         {"//evil.example", "/evil.example/"},
                                                         {"/x/..//evil.example", "/evil.example/"}};
  for (const auto& [path, location] : folders) {
    const auto exchange = fetch(std::string("GET ") + path);
    EXPECT_EQ(exchange->answer->status, 301) << path;
    EXPECT_EQ(exchange->field("Location"), location);
    EXPECT_EQ(exchange->field("Access-Control-Allow-Origin"), "*");
  }
}

TEST_F(HandlerTest, SeesAReplacedFileAfterASecondAndNotBefore) {
  house_.write("a.css", "older");
  const std::string tag = fetch("GET /a.css")->field("ETag");
  house_.replace("a.css", "newer");
  EXPECT_EQ(fetch("GET /a.css")->body(), "older");
  house_.age("a.css");
  const auto newer = fetch("GET /a.css\r\nIf-None-Match: " + tag);
  EXPECT_EQ(newer->answer->status, 200);
  EXPECT_EQ(newer->body(), "newer");
  EXPECT_NE(newer->field("ETag"), tag);
}

// The times of a file may not show a change that follows at once, so it is read again.
TEST_F(HandlerTest, SeesAFileThatIsRewrittenWithTheSameSizeAndTimes) {
  const auto path = house_.write("a.css", "older");
  fetch("GET /a.css");
  const auto before = house_.cached("a.css");
  house_.cache.find(0, "a.css")->checked -= std::chrono::seconds(2);
  fetch("GET /a.css");
  EXPECT_NE(house_.cached("a.css"), before);
  const auto settled = house_.cached("a.css");
  house_.age("a.css");
  fetch("GET /a.css");
  EXPECT_EQ(house_.cached("a.css"), settled);
}

TEST_F(HandlerTest, AFileThatIsRemovedIsForgotten) {
  const auto path = house_.write("a.css", "x");
  fetch("GET /a.css");
  std::filesystem::remove(path);
  house_.age("a.css");
  EXPECT_TRUE(fetch("GET /a.css")->passed());
  EXPECT_EQ(house_.cached("a.css"), nullptr);
}

TEST_F(HandlerTest, FollowsARootThatIsSwitched) {
  house_.folder.write("one/a.css", "one");
  house_.folder.write("two/a.css", "two");
  house_.folder.link(house_.folder / "one", "current");
  house_.action.root = house_.folder / "current";
  EXPECT_EQ(fetch("GET /a.css")->body(), "one");
  house_.folder.switch_link(house_.folder / "two", "current");
  std::string body;
  for (int tries = 0; tries < 400 && body != "two"; ++tries) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    body = fetch("GET /a.css")->body();
  }
  EXPECT_EQ(body, "two");
}

TEST_F(HandlerTest, JudgesANameAgainWhenTheManifestChanges) {
  house_.write("a-Zz9Yx8Wv.js", "export default 1;");
  EXPECT_EQ(fetch("GET /a-Zz9Yx8Wv.js")->notes.cache, "auto");
  house_.write("staticfiles.json", R"({"paths": {"a.js": "a-Zz9Yx8Wv.js"}, "version": "1.0"})");
  const std::uint64_t before = house_.manifests()->generation();
  for (int tries = 0; tries < 400 && house_.manifests()->generation() == before; ++tries) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    house_.manifests()->refresh();
  }
  house_.age("a-Zz9Yx8Wv.js");
  EXPECT_EQ(fetch("GET /a-Zz9Yx8Wv.js")->notes.cache, "immutable");
}

TEST_F(HandlerTest, AQueryThatNamesTheContentEarnsImmutable) {
  const std::string content = "body {}";
  house_.write("a.css", content);
  Digest md5(Digest::Algorithm::md5);
  md5.update(content);
  const std::string digests[] = {to_hex(sha256(content)).substr(0, 8), md5.finish_hex()};
  for (const std::string& digest : digests) {
    const auto exchange = fetch("GET /a.css?v=" + digest);
    EXPECT_EQ(exchange->field("Cache-Control"), "public, max-age=31536000, immutable") << digest;
    EXPECT_EQ(exchange->answer->max_age, 31'536'000);
    EXPECT_EQ(exchange->notes.cache, "immutable");
  }
  EXPECT_EQ(fetch("GET /a.css")->notes.cache, "auto");
  EXPECT_EQ(fetch("GET /a.css?v=abcdef")->notes.cache, "auto");
}

TEST_F(HandlerTest, AQueryEarnsNothingAgainstTheRouteOrABrokenPromise) {
  const std::string content = "body {}";
  const std::string query = "?v=" + to_hex(sha256(content)).substr(0, 8);
  house_.write("app.0123456789ab.css", content);
  EXPECT_EQ(fetch("GET /app.0123456789ab.css" + query)->notes.cache, "refused");
  FilesHouse other;
  other.action.cache = {config::CachePolicy::Kind::seconds, std::chrono::seconds(60)};
  other.write("a.css", content);
  EXPECT_EQ(other.fetch("GET /a.css" + query)->notes.cache, "fixed");
}

TEST_F(HandlerTest, SendsASiblingToWhomeverTakesItAndNotWhenItIsGone) {
  const std::string css(2000, 'c');
  house_.write("a.css", css);
  const auto path = house_.write("a.css.gz", gzip_of(css));
  const auto coded = fetch("GET /a.css\r\nAccept-Encoding: gzip");
  EXPECT_EQ(coded->field("Content-Encoding"), "gzip");
  EXPECT_EQ(coded->body(), gzip_of(css));
  EXPECT_EQ(coded->notes.variant, "gzip");
  EXPECT_EQ(fetch("GET /a.css")->body(), css);
  EXPECT_EQ(fetch("GET /a.css")->field("Vary"), "Accept-Encoding");
  EXPECT_EQ(fetch("GET /a.css\r\nAccept-Encoding: identity;q=0, br")->answer->status, 406);
  std::filesystem::remove(path);
  house_.age("a.css");
  const auto plain = fetch("GET /a.css\r\nAccept-Encoding: gzip");
  EXPECT_EQ(plain->body(), css);
  EXPECT_EQ(plain->field("Vary"), "");
}

TEST_F(HandlerTest, LooksForCodingsOnceAClientTakesAny) {
  const std::string css(2000, 'c');
  house_.write("a.css", css);
  house_.write("a.css.gz", gzip_of(css));
  const auto fetch = [this](const std::string& fields) {
    return house_.fetch_unexplained("GET /a.css" + fields);
  };
  const auto plain = fetch("");
  EXPECT_EQ(plain->body(), css);
  EXPECT_EQ(plain->field("Vary"), "Accept-Encoding") << "there may be some";
  EXPECT_EQ(fetch("\r\nAccept-Encoding: gzip;q=0, identity")->body(), css);
  EXPECT_FALSE(house_.cached("a.css")->sought);
  EXPECT_EQ(fetch("\r\nAccept-Encoding: gzip")->body(), gzip_of(css));
  const auto asset = house_.cached("a.css");
  EXPECT_TRUE(asset->sought);
  EXPECT_EQ(fetch("")->field("ETag"), plain->field("ETag"));
  EXPECT_EQ(house_.cached("a.css"), asset);
}

TEST_F(HandlerTest, ALargeSiblingThatGoesWithinTheSecondIsDoneWithout) {
  std::string noise(250'000, '\0');
  unsigned seed = 1;
  for (char& c : noise) c = "0123456789abcdef"[(seed = seed * 1'103'515'245 + 12'345) >> 28];
  house_.write("a.css", noise);
  const auto path = house_.write("a.css.gz", gzip_of(noise));
  const std::string request = "GET /a.css\r\nAccept-Encoding: gzip";
  EXPECT_EQ(fetch(request)->body(), gzip_of(noise));
  std::filesystem::remove(path);
  const auto plain = fetch(request);
  EXPECT_EQ(plain->field("Content-Encoding"), "");
  EXPECT_EQ(plain->body(), noise);
}

TEST_F(HandlerTest, AFileOnDiskThatIsReplacedWithinTheSecondIsNeverMixedUp) {
  house_.write("a.bin", std::string(100'000, 'o'));
  const auto older = fetch("GET /a.bin");
  house_.replace("a.bin", std::string(90'000, 'n'));
  const auto while_open = fetch("GET /a.bin");  // the first still holds the older file
  EXPECT_EQ(while_open->body(), std::string(90'000, 'n'));
  EXPECT_NE(while_open->field("ETag"), older->field("ETag"));
  EXPECT_EQ(older->body(), std::string(100'000, 'o'));
  FilesHouse other;
  other.write("a.bin", std::string(100'000, 'o'));
  const std::string tag = other.fetch("GET /a.bin")->field("ETag");
  other.replace("a.bin", std::string(90'000, 'n'));
  const auto newer = other.fetch("GET /a.bin");
  EXPECT_EQ(newer->body(), std::string(90'000, 'n'));
  EXPECT_NE(newer->field("ETag"), tag);
}

TEST_F(HandlerTest, AnUnreadableFileIsAsIfItWereNotThere) {
  const auto path = house_.write("a.css", "x");
  ASSERT_EQ(chmod(path.c_str(), 0), 0);
  const AsOrdinaryUser user(house_.folder.path());
  const auto exchange = fetch("GET /a.css");
  EXPECT_TRUE(exchange->passed());
  EXPECT_THAT(exchange->explained(), HasSubstr("not readable"));
}

TEST_F(HandlerTest, OutOfDescriptorsIs503AndSaidInTheLog) {
  house_.write("kept.css", "kept");
  house_.write("other.css", "other");
  fetch("GET /kept.css");
  house_.age("kept.css");
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit none = before;
  none.rlim_cur = static_cast<rlim_t>(Descriptor(dup(STDOUT_FILENO)).number());
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
  const auto kept = fetch("GET /kept.css");
  const auto other = fetch("GET /other.css");
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_EQ(kept->body(), "kept");  // what is in memory needs none
  EXPECT_EQ(other->answer->status, 503);
  EXPECT_EQ(other->field("Cache-Control"), "no-store");
  EXPECT_THAT(house_.logged(), HasSubstr("other.css"));
  EXPECT_EQ(fetch("GET /other.css")->body(), "other");
}

TEST_F(HandlerTest, ExplainsWhatItDecided) {
  const std::string css(2000, 'c');
  house_.write("a.css", css);
  house_.write("a.css.gz", gzip_of("stale"));
  const std::string told = fetch("GET /a.css")->explained();
  EXPECT_THAT(told, HasSubstr("file " + (house_.folder / "root/a.css").string()));
  EXPECT_THAT(told, HasSubstr("a.css.gz is not used"));
  EXPECT_THAT(told, HasSubstr("variant identity, 2000 bytes"));
  EXPECT_THAT(told, HasSubstr("caching 'auto'"));
  EXPECT_THAT(fetch("GET /missing")->explained(), HasSubstr("no file for 'missing'"));
}

}  // namespace
}  // namespace frontis::media
