// The input is a path, and also an Available-Dictionary. What is said of a path is a String of
// RFC 8941 and a fixed end; its pattern has one star, and matches the path with the fingerprint
// in the star's place. A digest that is read can be written again to the same text.
#include <openssl/evp.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "http/target.h"
#include "media/dictionary.h"

using namespace frontis::media;

namespace {

void require(bool truth) {
  if (!truth) std::abort();
}

// Takes a String with its quotes off `text` (RFC 8941, 4.2.5).
std::string take_string(std::string_view& text) {
  std::string out;
  require(text.starts_with('"'));
  std::size_t i = 1;
  for (; i < text.size() && text[i] != '"'; ++i) {
    require(text[i] >= 0x20 && text[i] < 0x7f);
    if (text[i] == '\\') {
      ++i;
      require(i < text.size() && (text[i] == '"' || text[i] == '\\'));
    }
    out.push_back(text[i]);
  }
  require(i < text.size());
  text.remove_prefix(i + 1);
  return out;
}

void check_pattern(std::string_view pattern, std::string_view url) {
  std::string literals[2];
  std::size_t part = 0;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '*') {
      require(++part == 1);
      continue;
    }
    require(std::string_view("+?:{}()").find(pattern[i]) == std::string_view::npos);
    if (pattern[i] == '\\') require(++i < pattern.size());
    literals[part].push_back(pattern[i]);
  }
  require(part == 1 && literals[0].starts_with('/') && !literals[0].starts_with("//"));
  require(literals[0].size() + literals[1].size() + 8 <= url.size());
  require(url.starts_with(literals[0]) && url.ends_with(literals[1]));
}

void check_path(const std::string& path) {
  const std::string name = logical_name(path);
  const std::string value = use_as_dictionary(path, "text/css");
  if (value.empty()) return;
  require(!name.empty() && value.size() <= 1024);
  std::string_view rest = value;
  require(rest.starts_with("match="));
  rest.remove_prefix(6);
  check_pattern(take_string(rest), frontis::http::encode_path(path));
  require(rest == ", match-dest=(\"style\")");
}

void check_field(std::string_view field) {
  const auto digest = parse_available_dictionary(field);
  if (!digest) return;
  unsigned char text[48];
  EVP_EncodeBlock(text, digest->data(), static_cast<int>(digest->size()));
  const std::string again = ":" + std::string(reinterpret_cast<const char*>(text), 44) + ":";
  require(field.find(again) == field.find_first_not_of(' '));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t length) {
  const std::string input(reinterpret_cast<const char*>(data), length);
  check_path(input);
  check_path("/" + input + ".38d674d0e73a.css");
  check_path("/" + input + "/app-bjHyCe6Z.css");
  check_path("/app.38d674d0e73a" + input);
  check_field(input);
  check_field(":" + input + ":");
  return 0;
}
