#include "media/asset.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/text.h"
#include "http/date.h"

namespace frontis::media {
namespace {

constexpr std::int64_t mtime = 1'204'329'600;  // Sat, 01 Mar 2008 00:00:00 GMT
constexpr std::int64_t second = 1'000'000'000;

Identity identity_of(std::uint64_t size, std::int64_t mtime_ns = mtime * second) {
  return {1, 2, size, mtime_ns, mtime_ns};
}

Inspection inspection_of(std::string content) {
  Inspection inspection;
  inspection.digest = sha256(content);
  inspection.bytes = std::make_shared<const std::string>(std::move(content));
  return inspection;
}

CodedFile coded(http::Coding coding, std::uint64_t size, std::string_view bytes = "coded") {
  const std::string name = "a.css" + std::string(http::row_of(coding).file_suffix);
  return {coding, Place::root, name, identity_of(size), sha256(bytes), nullptr};
}

Asset css() {
  Asset asset;
  asset.type = "text/css; charset=utf-8";
  asset.caching = decide_caching({});
  return asset;
}

using Fields = std::vector<std::string>;

Fields fields_of(const http::HeaderBlock& head) {
  Fields fields;
  head.for_each([&](std::string_view name, std::string_view value) {
    fields.push_back(std::string(name) + ": " + std::string(value));
  });
  return fields;
}

const std::string content = "body { color: red }";
const std::string hash = to_hex(sha256(content)).substr(0, 32);

std::shared_ptr<const Asset> plain_asset() {
  const Inspection inspection = inspection_of(content);
  return finish_asset(css(), "a.css", identity_of(content.size()), &inspection, {});
}

std::shared_ptr<const Asset> coded_asset(Asset asset = css()) {
  const Inspection inspection = inspection_of(content);
  asset.varies = true;
  return finish_asset(std::move(asset), "a.css", identity_of(content.size()), &inspection,
                      {coded(http::Coding::gzip, 12), coded(http::Coding::br, 10)});
}

TEST(AssetTest, ThePlainHeadSaysAllAndNothingOfVariants) {
  const auto asset = plain_asset();
  EXPECT_EQ(fields_of(*asset->identity().full),
            (Fields{"Content-Type: text/css; charset=utf-8", "ETag: \"" + hash + "\"",
                    "Last-Modified: Sat, 01 Mar 2008 00:00:00 GMT", "Accept-Ranges: bytes",
                    "Cache-Control: public, max-age=0, must-revalidate",
                    "X-Content-Type-Options: nosniff"}));
  EXPECT_TRUE(asset->hashed);
  EXPECT_EQ(asset->sha256, to_hex(sha256(content)));
  EXPECT_EQ(asset->last_modified(), mtime);
}

TEST(AssetTest, ANotModifiedHeadLacksOnlyWhatDescribesTheContent) {
  const auto asset = coded_asset();
  for (const Variant& variant : asset->variants) {
    Fields expected;
    for (const std::string& field : fields_of(*variant.full)) {
      const bool describes =
          field.starts_with("Content-Type:") || field.starts_with("Content-Encoding:") ||
          field.starts_with("Last-Modified:") || field.starts_with("Accept-Ranges:");
      if (!describes) expected.push_back(field);
    }
    EXPECT_EQ(fields_of(*variant.not_modified), expected);
  }
}

TEST(AssetTest, EachCodingHasItsOwnStrongTagAndItsEncoding) {
  const auto asset = coded_asset();
  ASSERT_EQ(asset->variants.size(), 3U);
  std::set<std::string> tags;
  for (const Variant& variant : asset->variants) {
    EXPECT_EQ(variant.full->find("ETag"), variant.etag);
    EXPECT_TRUE(variant.etag.starts_with('"')) << variant.etag;
    EXPECT_EQ(variant.full->find("Vary"), "Accept-Encoding");
    tags.insert(variant.etag);
  }
  EXPECT_EQ(tags.size(), 3U);
  EXPECT_NE(asset->variants[1].etag.find("-gz"), std::string::npos);
  EXPECT_EQ(asset->variants[0].full->find("Content-Encoding"), std::nullopt);
  EXPECT_EQ(asset->variants[1].full->find("Content-Encoding"), "gzip");
  EXPECT_EQ(asset->variants[2].full->find("Content-Encoding"), "br");
}

TEST(AssetTest, OtherBytesOfTheSameCodingHaveAnotherTag) {
  const Inspection inspection = inspection_of(content);
  const auto one = finish_asset(css(), "a.css", identity_of(content.size()), &inspection,
                                {coded(http::Coding::gzip, 12, "one")});
  const auto two = finish_asset(css(), "a.css", identity_of(content.size()), &inspection,
                                {coded(http::Coding::gzip, 12, "two")});
  EXPECT_EQ(one->identity().etag, two->identity().etag);
  EXPECT_NE(one->variants[1].etag, two->variants[1].etag);
}

TEST(AssetTest, TheTagIsThatOfTheContentAndNotOfTheFile) {
  const Inspection inspection = inspection_of(content);
  const auto moved = finish_asset(css(), "b.css", {7, 8, content.size(), 9 * second, 10 * second},
                                  &inspection, {});
  EXPECT_EQ(moved->identity().etag, plain_asset()->identity().etag);
}

TEST(AssetTest, UntilTheContentIsKnownTheTagIsWeak) {
  const auto asset = finish_asset(css(), "a.css", identity_of(123), nullptr, {});
  EXPECT_FALSE(asset->hashed);
  EXPECT_TRUE(asset->sha256.empty());
  EXPECT_EQ(asset->identity().etag, "W/\"123-1204329600000000000\"");
  EXPECT_EQ(asset->identity().bytes, nullptr);
}

TEST(AssetTest, VariesOnlyWhereVariantsCanDiffer) {
  EXPECT_EQ(plain_asset()->identity().full->find("Vary"), std::nullopt);
  EXPECT_EQ(plain_asset()->identity().not_modified->find("Vary"), std::nullopt);
  Asset soon = css();
  soon.varies = true;
  const Inspection inspection = inspection_of(content);
  const auto asset =
      finish_asset(std::move(soon), "a.css", identity_of(content.size()), &inspection, {});
  EXPECT_EQ(asset->identity().full->find("Vary"), "Accept-Encoding");
  EXPECT_EQ(asset->identity().not_modified->find("Vary"), "Accept-Encoding");
}

TEST(AssetTest, ActiveContentIsSentIntoASandbox) {
  Asset active = css();
  active.sandboxed = true;
  const auto asset = coded_asset(std::move(active));
  for (const Variant& variant : asset->variants) {
    EXPECT_EQ(variant.full->find("Content-Security-Policy"), "sandbox");
    EXPECT_EQ(variant.not_modified->find("Content-Security-Policy"), "sandbox");
  }
  EXPECT_EQ(plain_asset()->identity().full->find("Content-Security-Policy"), std::nullopt);
}

TEST(AssetTest, TheRoutesOwnFieldsAreInEachHead) {
  Asset extra = css();
  extra.extra = {{"Access-Control-Allow-Origin", "*"}, {"X-Frame-Options", "DENY"}};
  const auto asset = coded_asset(std::move(extra));
  for (const Variant& variant : asset->variants) {
    EXPECT_EQ(variant.full->find("Access-Control-Allow-Origin"), "*");
    EXPECT_EQ(variant.not_modified->find("X-Frame-Options"), "DENY");
  }
}

TEST(AssetTest, AHeadForOneRequestReplacesWhatItIsGiven) {
  const auto asset = plain_asset();
  const Caching earned = immutable_because("of the query");
  HeadOptions options;
  options.caching = &earned;
  options.content_range = "bytes 0-4/19";
  options.type = "multipart/byteranges; boundary=b";
  const auto head = full_head(*asset, asset->identity(), options);
  EXPECT_EQ(head->find("Cache-Control"), "public, max-age=31536000, immutable");
  EXPECT_EQ(head->find("Content-Range"), "bytes 0-4/19");
  EXPECT_EQ(head->find("Content-Type"), "multipart/byteranges; boundary=b");
  EXPECT_EQ(head->find("ETag"), asset->identity().etag);
  EXPECT_EQ(not_modified_head(*asset, asset->identity(), earned)->find("Cache-Control"),
            "public, max-age=31536000, immutable");
}

// RFC 9110, 8.8.2.1
TEST(AssetTest, NeverClaimsToHaveBeenModifiedInTheFuture) {
  const std::int64_t before = wall_seconds();
  const auto asset =
      finish_asset(css(), "a.css", identity_of(5, (before + 86'400) * second), nullptr, {});
  EXPECT_GE(asset->last_modified(), before);
  EXPECT_LE(asset->last_modified(), wall_seconds());
  EXPECT_EQ(asset->identity().full->find("Last-Modified"),
            http::format_date(asset->last_modified()));
}

// To http/conditional a time of 0 is none, so nobody must be told of it.
TEST(AssetTest, AFileWithoutATimeSaysNone) {
  const auto asset = finish_asset(css(), "a.css", identity_of(5, 0), nullptr, {});
  EXPECT_EQ(asset->identity().full->find("Last-Modified"), std::nullopt);
  const auto early = finish_asset(css(), "a.css", identity_of(5, -86'400 * second), nullptr, {});
  EXPECT_EQ(early->identity().full->find("Last-Modified"), "Wed, 31 Dec 1969 00:00:00 GMT");
}

TEST(AssetTest, ChoosesByWeightAndThenBySize) {
  struct Choice {
    std::optional<std::string_view> accept;
    std::optional<http::Coding> coding;
  };
  const std::vector<Choice> choices = {
      {std::nullopt, http::Coding::identity},
      {"", http::Coding::identity},
      {"gzip", http::Coding::gzip},
      {"gzip, br", http::Coding::br},
      {"gzip, br;q=0.5", http::Coding::gzip},
      {"zstd", http::Coding::identity},
      {"gzip;q=0", http::Coding::identity},
      {"zstd, identity;q=0", std::nullopt},
      {"*;q=0", std::nullopt},
      {"*", http::Coding::br},
      {"identity;q=0, *", http::Coding::br},
  };
  const auto asset = coded_asset();
  for (const Choice& choice : choices) {
    const Variant* const variant = asset->choose(http::coding_weights(choice.accept));
    const auto coding = variant ? std::optional(variant->coding) : std::nullopt;
    EXPECT_EQ(coding, choice.coding) << choice.accept.value_or("(none)");
  }
  EXPECT_EQ(plain_asset()->choose(http::coding_weights("identity;q=0")), nullptr);
}

TEST(AssetTest, WeighsAtLeastTheBytesOfItsVariants) {
  const Inspection inspection = inspection_of(std::string(5000, 'x'));
  CodedFile gzip = coded(http::Coding::gzip, 3000);
  gzip.bytes = std::make_shared<const std::string>(3000, 'y');
  const auto asset = finish_asset(css(), "a.css", identity_of(5000), &inspection, {gzip});
  EXPECT_GE(asset->weight(), 8000U);
  EXPECT_GT(finish_asset(css(), "a.css", identity_of(5000), nullptr, {})->weight(), 0U);
}

}  // namespace
}  // namespace frontis::media
