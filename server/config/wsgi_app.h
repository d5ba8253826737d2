// The keys of an app that frontis starts itself: `wsgi: module:callable` and what stands beside
// it. Nothing outside is looked at but its directory (one stat).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/app_settings.h"
#include "config/reader.h"

namespace frontis::config {

// "mysite.wsgi:application"; a module alone means its `application`. The callable may have dots
// ("site:factory.application"), and end in () when it is a function that makes the application.
// Errors: invalid, saying what was expected.
[[nodiscard]] Result<std::string> parse_callable(std::string_view text);

// False when it is no key of a wsgi app, which is then left to the caller. `wsgi` itself is one.
[[nodiscard]] bool read_wsgi_key(Reader& reader, const Entry& entry, WsgiSettings& into);

// The names of these keys; `wsgi` is the first.
[[nodiscard]] std::vector<std::string_view> wsgi_keys();

}  // namespace frontis::config
