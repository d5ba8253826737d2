// What the bytes of a file say of their type. `magic_type` asks libmagic, for names without a
// known extension (press threads only: one cookie a thread). `is_active` is our own look for
// content that a browser might run (HTML, SVG, XML, script), for roots where users upload.
#pragma once

#include <string>
#include <string_view>

namespace frontis::media {

inline constexpr std::size_t magic_bytes = 64 * 1024;  // give it this much of the start, at most

// "image/png", "text/plain; charset=utf-8" (only if the bytes are UTF-8), or
// "application/octet-stream". Text that only looks like CSS, JavaScript, HTML or XML is
// text/plain: a name that does not say so earns no active type.
[[nodiscard]] std::string magic_type(std::string_view start);

enum class Activity { none, html, svg, xml, script };
// By the WHATWG MIME sniffing rules for HTML and XML (leading white space and BOMs skipped,
// UTF-16 too), and a check for <svg anywhere in the first 1 KiB of an XML document.
[[nodiscard]] Activity activity_of(std::string_view start);

}  // namespace frontis::media
