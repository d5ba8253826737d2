#include "media/variant_key.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "base/text.h"
#include "media/content_store.h"

namespace frontis::media {
namespace {

using http::Coding;

TEST(VariantKey, IsToldAgainFromTheNameOfItsFile) {
  const Sha256 content = sha256("content");
  std::set<std::string> files;
  for (const VariantKey& key : {
           VariantKey{content, Coding::gzip, {}},
           VariantKey{content, Coding::br, {}},
           VariantKey{content, Coding::zstd, {}},
           VariantKey{content, Coding::dcz, sha256("one")},
           VariantKey{content, Coding::dcz, sha256("another")},
           VariantKey{sha256("other"), Coding::br, {}},
       }) {
    const std::string file = file_of(key);
    EXPECT_TRUE(ContentStore::parse(file).has_value()) << file;
    EXPECT_TRUE(files.insert(file).second) << file;
    EXPECT_EQ(key_of_file(file), key) << file;
  }
}

TEST(VariantKey, HasNoFileForWhatIsNeverKept) {
  const Sha256 content = sha256("content");
  EXPECT_EQ(file_of({content, Coding::identity, {}}), "");
  EXPECT_EQ(file_of({content, Coding::dcz, {}}), "");
  EXPECT_EQ(file_of({content, Coding::br, sha256("one")}), "");
}

TEST(VariantKey, IsNotToldFromOtherNames) {
  const Sha256 content = sha256("content");
  const std::string digest = to_hex(sha256("one"));
  for (const std::string& suffix :
       {std::string(), std::string(".dcz"), std::string(".x.dcz"), "." + digest, digest + ".dcz",
        "." + digest + ".dcz.br", "." + digest + "00.dcz", "." + digest.substr(1) + "g.dcz",
        std::string(".tar")}) {
    EXPECT_FALSE(key_of_file(ContentStore::name_of(content, suffix)).has_value()) << suffix;
  }
  EXPECT_FALSE(key_of_file("").has_value());
  EXPECT_FALSE(key_of_file("app.css.br").has_value());
}

}  // namespace
}  // namespace frontis::media
