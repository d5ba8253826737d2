// What a browser asks for, and the request that a connection makes of it.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "config/settings.h"
#include "http/http1.h"

namespace frontis::bench {

inline constexpr std::string_view css_path = "/static/css/base.4f5a8c2e9b10.css";

inline constexpr std::string_view browser_head =
    "GET /static/css/base.4f5a8c2e9b10.css HTTP/1.1\r\n"
    "Host: www.example.org\r\n"
    "Connection: keep-alive\r\n"
    "sec-ch-ua: \"Chromium\";v=\"124\", \"Not-A.Brand\";v=\"99\"\r\n"
    "sec-ch-ua-mobile: ?0\r\n"
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/124.0.0.0 Safari/537.36\r\n"
    "sec-ch-ua-platform: \"Linux\"\r\n"
    "Accept: text/css,*/*;q=0.1\r\n"
    "Sec-Fetch-Site: same-origin\r\n"
    "Sec-Fetch-Mode: no-cors\r\n"
    "Sec-Fetch-Dest: style\r\n"
    "Referer: https://www.example.org/articles/2024/05/a-title/\r\n"
    "Accept-Encoding: gzip, deflate, br, zstd\r\n"
    "Accept-Language: en-GB,en;q=0.9\r\n"
    "\r\n";

// The same with more fields, each a whole line.
inline std::string browser_head_with(std::string_view lines) {
  std::string head(browser_head.substr(0, browser_head.size() - 2));
  return head.append(lines).append("\r\n");
}

// A request that was read, with all that it views.
class ReadRequest {
 public:
  explicit ReadRequest(std::string head) : head_(std::move(head)) {
    const Result<std::size_t> length = http::HeadParser(limits_).parse(head_, request_);
    is_whole_ = length && *length == head_.size();
  }
  ReadRequest(const ReadRequest&) = delete;
  ReadRequest& operator=(const ReadRequest&) = delete;

  bool is_whole() const { return is_whole_; }
  const http::Request& get() const { return request_; }

 private:
  const config::Limits limits_;
  const std::string head_;
  http::Request request_;
  bool is_whole_ = false;
};

}  // namespace frontis::bench
