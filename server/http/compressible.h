// Which types of content are worth compressing: for files, whose codings are made ahead, and for
// answers of applications, which are compressed as they stream.
#pragma once

#include <string_view>

namespace frontis::http {

// True for text/*, and JavaScript, JSON, XML, SVG, wasm, fonts that are not compressed, and their
// like. Parameters of `content_type` are ignored.
[[nodiscard]] bool is_compressible(std::string_view content_type);

}  // namespace frontis::http
