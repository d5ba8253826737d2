// Content types by file name: a built-in table of web types, then /etc/mime.types. What neither
// knows is left to libmagic (magic.h), which never overrides a known extension.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace frontis::media {

class MimeTypes {
 public:
  // Reads `file` (absent is fine) for the extensions that the built-in table lacks.
  explicit MimeTypes(const std::string& file = "/etc/mime.types");

  // "text/css; charset=utf-8" for "app.CSS"; empty when the extension is unknown or missing.
  // Text types, JavaScript and XML carry the charset; JSON is UTF-8 without saying so.
  std::string_view of(std::string_view file_name) const;

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  void add_line(std::string_view line);

  // What the built-in table lacks.
  std::unordered_map<std::string, std::string, Hash, std::equal_to<>> by_extension_;
};

}  // namespace frontis::media
