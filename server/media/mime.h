// Content types by file name: a built-in table of web types, then /etc/mime.types. What neither
// knows is left to libmagic (magic.h), which never overrides a known extension.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace frontis::media {

class MimeTypes {
 public:
  // Reads `file` (absent is fine) for the extensions that the built-in table lacks.
  explicit MimeTypes(const std::string& file = "/etc/mime.types");

  // "text/css; charset=utf-8" for "app.CSS"; empty when the extension is unknown or missing.
  // Text types, JavaScript and XML carry the charset; JSON is UTF-8 without saying so.
  std::string_view of(std::string_view file_name) const;

 private:
  // Where the words are in text_, each of which a zero ends.
  struct Row {
    std::uint32_t extension;
    std::uint32_t type;
  };
  void add_line(std::string_view line);
  std::uint32_t add_word(std::string_view word);
  std::string_view word_at(std::uint32_t place) const { return text_.data() + place; }

  // What the built-in table lacks, sorted by extension: a system's file has well over a thousand.
  std::string text_;
  std::vector<Row> rows_;
};

}  // namespace frontis::media
