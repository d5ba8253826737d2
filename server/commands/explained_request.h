// The request of `frontis explain`, from what was typed to the bytes that a client would send.
// Also requests that the server refuses can be typed; only what could not be one request is
// refused here.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/settings.h"

namespace frontis::commands {

struct TypedRequest {
  std::string url;  // http://host/path, https://host/path, /path (of the first site) or *
  std::string method = "GET";
  std::vector<std::string> headers;  // "Name: value"
};

// What to say of `typed`, which is no URL.
[[nodiscard]] std::string no_url(std::string_view typed);

// What is wrong with it, for the one who typed it; empty where nothing is.
[[nodiscard]] std::string url_fault(const std::string& url);
[[nodiscard]] std::string method_fault(const std::string& method);
[[nodiscard]] std::string header_fault(const std::string& header);

struct ExplainedRequest {
  std::string shown;  // "GET http://www.example.org/app.css"
  std::string head;   // as sent, with the empty line that ends it
};

[[nodiscard]] ExplainedRequest request_of(const TypedRequest& typed,
                                          const config::Settings& settings);

}  // namespace frontis::commands
