// A request as text becomes the view that the server reads, with the bytes that it views.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "config/settings.h"
#include "http/headers.h"
#include "http/http1.h"

namespace frontis::app {

class Asked {
 public:
  // `fields`: "Name: value\r\n" each.
  explicit Asked(std::string_view line = "GET / HTTP/1.1", std::string_view fields = {}) {
    head_.append(line).append("\r\nHost: example.org\r\n").append(fields).append("\r\n");
    static const config::Limits limits;
    http::HeadParser parser(limits);
    EXPECT_TRUE(parser.parse(head_, request_).has_value()) << head_;
  }
  Asked(const Asked&) = delete;
  Asked& operator=(const Asked&) = delete;

  const http::Request& get() const { return request_; }

 private:
  std::string head_;
  http::Request request_;
};

// The fields of an answer, from "Name: value\r\n" each.
inline http::HeaderBlock fields_of(std::string_view text) {
  http::HeaderBlock fields;
  while (!text.empty()) {
    const std::size_t colon = text.find(": ");
    const std::size_t end = text.find("\r\n");
    fields.add(text.substr(0, colon), text.substr(colon + 2, end - colon - 2));
    text.remove_prefix(end + 2);
  }
  return fields;
}

}  // namespace frontis::app
