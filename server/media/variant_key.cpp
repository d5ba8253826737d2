#include "media/variant_key.h"

#include "base/text.h"
#include "media/content_store.h"

namespace frontis::media {

namespace {

constexpr std::string_view delta_suffix = ".dcz";

std::optional<Sha256> digest_of_hex(std::string_view text) {
  Sha256 digest{};
  if (text.size() != 2 * digest.size()) return std::nullopt;
  for (std::size_t i = 0; i < digest.size(); ++i) {
    const int value = hex_value(text[2 * i]) * 16 + hex_value(text[2 * i + 1]);
    digest[i] = static_cast<unsigned char>(value);
  }
  // Refuses capitals and whatever else is not written as we write it.
  return to_hex(digest) == text ? std::optional(digest) : std::nullopt;
}

}  // namespace

std::string file_of(const VariantKey& key) {
  if (key.dictionary.has_value() != (key.coding == http::Coding::dcz)) return {};
  if (key.dictionary) {
    const std::string suffix = "." + to_hex(*key.dictionary) + std::string(delta_suffix);
    return ContentStore::name_of(key.content, suffix);
  }
  const std::string_view suffix = http::row_of(key.coding).file_suffix;
  return suffix.empty() ? std::string() : ContentStore::name_of(key.content, suffix);
}

std::optional<VariantKey> key_of_file(std::string_view file) {
  const auto named = ContentStore::parse(file);
  if (!named) return std::nullopt;
  for (const http::CodingName& row : http::sibling_codings()) {
    if (named->suffix == row.file_suffix) return VariantKey{named->digest, row.coding, {}};
  }
  std::string_view suffix = named->suffix;
  if (!suffix.starts_with('.') || !suffix.ends_with(delta_suffix)) return std::nullopt;
  suffix.remove_prefix(1);
  if (suffix.size() < delta_suffix.size()) return std::nullopt;
  suffix.remove_suffix(delta_suffix.size());
  const auto dictionary = digest_of_hex(suffix);
  if (!dictionary) return std::nullopt;
  return VariantKey{named->digest, http::Coding::dcz, dictionary};
}

}  // namespace frontis::media
