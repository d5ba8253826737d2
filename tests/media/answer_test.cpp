#include "media/answer.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "../http/make_request.h"

namespace frontis::media {
namespace {

constexpr std::int64_t mtime = 1'204'329'600;  // Sat, 01 Mar 2008 00:00:00 GMT
constexpr std::int64_t now = mtime + 1'000'000;
constexpr std::string_view same_day = "Sat, 01 Mar 2008 00:00:00 GMT";
constexpr std::string_view day_before = "Fri, 29 Feb 2008 00:00:00 GMT";

Identity identity_of(std::uint64_t size) {
  return {1, 2, size, mtime * 1'000'000'000, mtime * 1'000'000'000};
}

std::shared_ptr<const std::string> shared(std::string text) {
  return std::make_shared<const std::string>(std::move(text));
}

// Twenty bytes as they are, ten as gzip.
std::shared_ptr<const Asset> two_variants() {
  Asset asset;
  asset.type = "text/css";
  asset.varies = true;
  asset.caching = decide_caching({});
  Inspection inspection;
  inspection.bytes = shared("0123456789abcdefghij");
  inspection.digest = sha256(*inspection.bytes);
  CodedFile gzip{http::Coding::gzip, Place::root,  "a.css.gz",
                 identity_of(10),    sha256("gz"), shared("GZIPGZIPGZ")};
  return finish_asset(std::move(asset), "a.css", identity_of(20), &inspection, {gzip});
}

std::shared_ptr<const Asset> weak_asset() {
  Asset asset;
  asset.type = "video/mp4";
  asset.caching = decide_caching({});
  return finish_asset(std::move(asset), "a.mp4", identity_of(20), nullptr, {});
}

Decision decided(const Asset& asset, const http::FieldLines& lines,
                 http::Method method = http::Method::get) {
  const http::MadeRequest request(lines, method);
  std::string scratch;
  const auto accepted = request.get().combined(http::FieldName::accept_encoding, scratch);
  return decide(asset, request.get(), http::coding_weights(accepted), nullptr, now, scratch);
}

http::Response answered(const Asset& asset, const http::FieldLines& lines) {
  return respond_with(asset, decided(asset, lines), nullptr);
}

std::string bytes_of(const http::Response& response) {
  if (const auto* bytes = std::get_if<SharedBytes>(&response.body)) {
    return std::string(bytes->bytes);
  }
  return std::holds_alternative<std::monostate>(response.body) ? "(nothing)" : "(not in memory)";
}

std::string ranges_of(const Decision& decision) {
  std::string text;
  for (const http::ByteRange& range : decision.ranges) {
    text += std::to_string(range.first) + "-" + std::to_string(range.last) + " ";
  }
  return text;
}

class AnswerTest : public ::testing::Test {
 protected:
  const std::shared_ptr<const Asset> asset_ = two_variants();
  const std::string plain_ = asset_->variants[0].etag;
  const std::string gzip_ = asset_->variants[1].etag;
  const std::string weak_plain_ = "W/" + plain_;
  const std::string either_ = "\"x\", " + plain_;
};

struct Row {
  http::FieldLines lines;
  int status;
  http::Coding coding = http::Coding::identity;
  std::string ranges = {};
};

TEST_F(AnswerTest, DecidesCodingThenConditionThenRange) {
  const std::vector<Row> rows = {
      {{}, 200},
      {{{"Accept-Encoding", "gzip"}}, 200, http::Coding::gzip},
      {{{"Accept-Encoding", "br"}, {"Accept-Encoding", "gzip"}}, 200, http::Coding::gzip},
      {{{"Accept-Encoding", "gzip;q=0"}}, 200},
      {{{"If-None-Match", plain_}}, 304},
      {{{"If-None-Match", weak_plain_}}, 304},
      {{{"If-None-Match", "*"}}, 304},
      {{{"If-None-Match", either_}}, 304},
      {{{"If-None-Match", gzip_}}, 200},
      {{{"Accept-Encoding", "gzip"}, {"If-None-Match", gzip_}}, 304, http::Coding::gzip},
      {{{"Accept-Encoding", "gzip"}, {"If-None-Match", plain_}}, 200, http::Coding::gzip},
      {{{"If-Modified-Since", same_day}}, 304},
      {{{"If-Modified-Since", day_before}}, 200},
      {{{"If-None-Match", "\"x\""}, {"If-Modified-Since", same_day}}, 200},
      {{{"If-Match", plain_}}, 200},
      {{{"If-Match", weak_plain_}}, 412},
      {{{"If-Match", gzip_}}, 412},
      {{{"If-Match", "*"}}, 200},
      {{{"If-Unmodified-Since", day_before}}, 412},
      {{{"If-Unmodified-Since", same_day}}, 200},
      {{{"If-Match", plain_}, {"If-Unmodified-Since", day_before}}, 200},
      {{{"If-Match", plain_}, {"If-None-Match", plain_}}, 304},
      {{{"Range", "bytes=0-4"}}, 206, http::Coding::identity, "0-4 "},
      {{{"Range", "bytes=-3"}}, 206, http::Coding::identity, "17-19 "},
      {{{"Range", "bytes=15-"}, {"Accept-Encoding", "gzip"}}, 416, http::Coding::gzip},
      {{{"Range", "bytes=5-"}, {"Accept-Encoding", "gzip"}}, 206, http::Coding::gzip, "5-9 "},
      {{{"Range", "bytes=15-"}}, 206, http::Coding::identity, "15-19 "},
      {{{"Range", "bytes=20-"}}, 416},
      {{{"Range", "bytes=0-1,4-5"}}, 206, http::Coding::identity, "0-1 4-5 "},
      {{{"Range", "bytes=0-5,4-8"}}, 200},
      {{{"Range", "bytes=x"}}, 200},
      {{{"Range", "lines=0-4"}}, 200},
      {{{"Range", "bytes=0-4"}, {"If-None-Match", plain_}}, 304},
      {{{"Range", "bytes=0-4"}, {"If-Match", "\"x\""}}, 412},
      {{{"Range", "bytes=0-4"}, {"If-Range", plain_}}, 206, http::Coding::identity, "0-4 "},
      {{{"Range", "bytes=0-4"}, {"If-Range", weak_plain_}}, 200},
      {{{"Range", "bytes=0-4"}, {"If-Range", gzip_}}, 200},
      {{{"Range", "bytes=0-4"}, {"If-Range", gzip_}, {"Accept-Encoding", "gzip"}},
       206,
       http::Coding::gzip,
       "0-4 "},
      {{{"Range", "bytes=0-4"}, {"If-Range", same_day}}, 206, http::Coding::identity, "0-4 "},
      {{{"Range", "bytes=0-4"}, {"If-Range", day_before}}, 200},
      {{{"Range", "bytes=99-"}, {"If-Range", "\"x\""}}, 200},
  };
  for (const Row& row : rows) {
    std::string trace;
    for (const auto& [name, value] : row.lines)
      trace.append(name).append(": ").append(value) += ' ';
    SCOPED_TRACE(trace);
    const Decision decision = decided(*asset_, row.lines);
    EXPECT_EQ(decision.status, row.status);
    ASSERT_NE(decision.variant, nullptr);
    EXPECT_EQ(decision.variant->coding, row.coding);
    EXPECT_EQ(ranges_of(decision), row.ranges);
    EXPECT_EQ(decision.caching, &asset_->caching);
  }
}

TEST_F(AnswerTest, ARangeIsForGetAlone) {
  EXPECT_EQ(decided(*asset_, {{"Range", "bytes=0-4"}}, http::Method::head).status, 200);
  EXPECT_EQ(decided(*asset_, {{"If-None-Match", plain_}}, http::Method::head).status, 304);
}

TEST_F(AnswerTest, AWeakTagServesOnlyWhereWeakWillDo) {
  const auto weak = weak_asset();
  const std::string& tag = weak->identity().etag;
  EXPECT_EQ(decided(*weak, {{"If-None-Match", tag}}).status, 304);
  EXPECT_EQ(decided(*weak, {{"If-Match", tag}}).status, 412);
  EXPECT_EQ(decided(*weak, {{"Range", "bytes=0-4"}}).status, 206);
  EXPECT_EQ(decided(*weak, {{"Range", "bytes=0-4"}, {"If-Range", tag}}).status, 200);
}

TEST_F(AnswerTest, WhatNobodyWantsIs406AndVaries) {
  const Decision decision = decided(*asset_, {{"Accept-Encoding", "br, *;q=0"}});
  EXPECT_EQ(decision.status, 406);
  EXPECT_EQ(decision.variant, nullptr);
  EXPECT_FALSE(decision.needs_content());
  const http::Response response = respond_with(*asset_, decision, nullptr);
  EXPECT_EQ(response.head->find("Vary"), "Accept-Encoding");
  EXPECT_EQ(response.head->find("Cache-Control"), "no-store");
  const auto weak = weak_asset();
  EXPECT_EQ(answered(*weak, {{"Accept-Encoding", "identity;q=0"}}).head->find("Vary"),
            std::nullopt);
}

TEST_F(AnswerTest, TheWholeHasTheReadyHeadAndTheBytesOfItsVariant) {
  const http::Response plain = answered(*asset_, {});
  EXPECT_EQ(plain.status, 200);
  EXPECT_EQ(plain.head, asset_->variants[0].full);
  EXPECT_EQ(plain.max_age, 0);
  EXPECT_EQ(bytes_of(plain), "0123456789abcdefghij");
  const http::Response gzip = answered(*asset_, {{"Accept-Encoding", "gzip"}});
  EXPECT_EQ(gzip.head, asset_->variants[1].full);
  EXPECT_EQ(bytes_of(gzip), "GZIPGZIPGZ");
}

TEST_F(AnswerTest, NotModifiedHasTheReadyHeadAndNoBody) {
  const http::Response response = answered(*asset_, {{"If-None-Match", plain_}});
  EXPECT_EQ(response.status, 304);
  EXPECT_EQ(response.head, asset_->variants[0].not_modified);
  EXPECT_EQ(response.max_age, 0);
  EXPECT_EQ(bytes_of(response), "(nothing)");
}

TEST_F(AnswerTest, APartIsTheWholesHeadWithItsPlace) {
  const http::Response response = answered(*asset_, {{"Range", "bytes=2-4"}});
  EXPECT_EQ(response.status, 206);
  EXPECT_EQ(bytes_of(response), "234");
  EXPECT_EQ(response.head->find("Content-Range"), "bytes 2-4/20");
  asset_->variants[0].full->for_each([&](std::string_view name, std::string_view value) {
    EXPECT_EQ(response.head->find(name), value) << name;
  });
  const http::Response gzip =
      answered(*asset_, {{"Range", "bytes=4-"}, {"Accept-Encoding", "gzip"}});
  EXPECT_EQ(bytes_of(gzip), "GZIPGZ");
  EXPECT_EQ(gzip.head->find("Content-Range"), "bytes 4-9/10");
  EXPECT_EQ(gzip.head->find("Content-Encoding"), "gzip");
  EXPECT_EQ(gzip.head->find("ETag"), gzip_);
}

TEST_F(AnswerTest, SeveralPartsAreMultipartOfKnownLength) {
  const http::Response response = answered(*asset_, {{"Range", "bytes=0-1,18-"}});
  EXPECT_EQ(response.status, 206);
  EXPECT_EQ(response.head->find("Content-Range"), std::nullopt);  // RFC 9110, 15.3.7.2
  const std::string type(*response.head->find("Content-Type"));
  ASSERT_TRUE(type.starts_with("multipart/byteranges; boundary="));
  const std::string boundary = type.substr(type.find('=') + 1);
  const auto& source = std::get<std::unique_ptr<Source>>(response.body);
  std::vector<char> room(4096);
  const Source::Pull pull = source->pull(room);
  const std::string text(room.data(), pull.bytes);
  EXPECT_EQ(response.length, text.size());
  EXPECT_TRUE(text.starts_with("--" + boundary + "\r\nContent-Type: text/css\r\n"));
  EXPECT_NE(text.find("Content-Range: bytes 18-19/20\r\n\r\nij\r\n"), std::string::npos);
  EXPECT_TRUE(text.ends_with("--" + boundary + "--\r\n"));
}

TEST_F(AnswerTest, AnUnsatisfiableRangeSaysTheSizeOfTheVariant) {
  const http::Response response = answered(*asset_, {{"Range", "bytes=20-"}});
  EXPECT_EQ(response.status, 416);
  EXPECT_EQ(response.head->find("Content-Range"), "bytes */20");
  EXPECT_EQ(response.max_age, std::nullopt);
  const http::Response gzip =
      answered(*asset_, {{"Range", "bytes=10-"}, {"Accept-Encoding", "gzip"}});
  EXPECT_EQ(gzip.head->find("Content-Range"), "bytes */10");
}

TEST_F(AnswerTest, AFailedConditionIsPlain) {
  const http::Response response = answered(*asset_, {{"If-Match", "\"x\""}});
  EXPECT_EQ(response.status, 412);
  EXPECT_EQ(response.head->find("Cache-Control"), "no-store");
  EXPECT_EQ(response.max_age, std::nullopt);
}

TEST_F(AnswerTest, WhatTheQueryEarnedIsInEveryHead) {
  const Caching earned = immutable_because("of the query");
  const std::vector<http::FieldLines> requests = {
      {}, {{"If-None-Match", plain_}}, {{"Range", "bytes=0-1"}}, {{"Range", "bytes=0-1,4-5"}}};
  for (const auto& lines : requests) {
    const http::MadeRequest request(lines);
    std::string scratch;
    const Decision decision =
        decide(*asset_, request.get(), http::coding_weights({}), &earned, now, scratch);
    const http::Response response = respond_with(*asset_, decision, nullptr);
    EXPECT_EQ(response.head->find("Cache-Control"), earned.cache_control) << response.status;
    EXPECT_EQ(response.max_age, earned.max_age) << response.status;
    EXPECT_EQ(response.head->find("Vary"), "Accept-Encoding") << response.status;
  }
}

TEST_F(AnswerTest, AFileThatIsNotInMemoryIsSentAsItsSlice) {
  const auto weak = weak_asset();
  const auto file = std::make_shared<const Descriptor>();
  const http::Response whole = respond_with(*weak, decided(*weak, {}), file);
  EXPECT_EQ(std::get<FileSlice>(whole.body).file, file);
  EXPECT_EQ(length_of(whole.body), 20U);
  const http::Response part = respond_with(*weak, decided(*weak, {{"Range", "bytes=5-7"}}), file);
  EXPECT_EQ(std::get<FileSlice>(part.body).offset, 5U);
  EXPECT_EQ(length_of(part.body), 3U);
}

TEST_F(AnswerTest, AnEmptyFileHasNoBodyAndNoParts) {
  Asset asset;
  asset.caching = decide_caching({});
  Inspection inspection;
  inspection.bytes = shared("");
  const auto empty = finish_asset(std::move(asset), "empty", identity_of(0), &inspection, {});
  EXPECT_EQ(answered(*empty, {}).status, 200);
  EXPECT_EQ(length_of(answered(*empty, {}).body), 0U);
  const http::Response response = answered(*empty, {{"Range", "bytes=0-"}});
  EXPECT_EQ(response.status, 416);
  EXPECT_EQ(response.head->find("Content-Range"), "bytes */0");
}

}  // namespace
}  // namespace frontis::media
