#include "http/compressible.h"

#include <gtest/gtest.h>

#include <string>

namespace frontis::http {
namespace {

TEST(Compressible, AreTextAndWhatResemblesIt) {
  struct {
    const char* type;
    bool compressible;
  } const cases[] = {
      {"text/html; charset=utf-8", true},
      {"text/css", true},
      {"TEXT/Plain;charset=UTF-8", true},
      {" text/csv ", true},
      {"text/javascript", true},
      {"application/javascript", true},
      {"application/json", true},
      {"application/json ; x=y", true},
      {"application/manifest+json", true},
      {"application/problem+json", true},
      {"application/xml; charset=utf-8", true},
      {"application/rss+xml", true},
      {"image/svg+xml; charset=utf-8", true},
      {"application/wasm", true},
      {"application/yaml", true},
      {"font/ttf", true},
      {"font/otf", true},
      {"application/vnd.ms-fontobject", true},
      {"application/vnd.apple.mpegurl", true},
      {"image/vnd.microsoft.icon", true},
      {"font/woff2", false},
      {"font/woff", false},
      {"image/png", false},
      {"image/jpeg", false},
      {"image/webp", false},
      {"video/mp4", false},
      {"video/mp2t", false},
      {"audio/mpeg", false},
      {"application/pdf", false},
      {"application/zip", false},
      {"application/gzip", false},
      {"application/zstd", false},
      {"application/epub+zip", false},
      {"application/octet-stream", false},
      {"application/vnd.openxmlformats-officedocument.wordprocessingml.document", false},
      {"application/json5x", false},
      {"text", false},
      {"text/", false},
      {"", false},
      {";", false},
  };
  for (const auto& one : cases) EXPECT_EQ(is_compressible(one.type), one.compressible) << one.type;
  EXPECT_FALSE(is_compressible("application/" + std::string(10'000, 'x') + "+json"));
}

}  // namespace
}  // namespace frontis::http
