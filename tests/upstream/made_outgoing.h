// A request on its way to an application, for tests: owns the head that it is read from, and who
// asked.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>

#include "http/http1.h"
#include "upstream/outgoing.h"

namespace frontis::upstream {

class MadeOutgoing {
 public:
  // In `head` '|' stands for CRLF, and the empty line is added.
  explicit MadeOutgoing(std::string_view head) {
    for (const char c : head) head_.append(c == '|' ? std::string("\r\n") : std::string(1, c));
    head_.append("\r\n\r\n");
    http::HeadParser parser(limits_);
    const Result<std::size_t> length = parser.parse(head_, request_);
    EXPECT_TRUE(length && *length == head_.size())
        << (length ? "incomplete" : length.error().message);
    client.address = "192.0.2.7";
    client.port = 50123;
    client.host = request_.host();
    if (!request_.port().empty()) client.host.append(":").append(request_.port());
    outgoing.path_info = request_.path();
    outgoing.server_address = "127.0.0.1";
    outgoing.server_port = 8080;
  }
  MadeOutgoing(const MadeOutgoing&) = delete;
  MadeOutgoing& operator=(const MadeOutgoing&) = delete;

  MadeOutgoing& set(config::Headers params) {
    params_ = std::move(params);
    outgoing.params = &params_;
    return *this;
  }

 private:
  std::string head_;
  config::Limits limits_;
  http::Request request_;
  config::Headers params_;

 public:
  http::Client client;
  Outgoing outgoing{request_, client, {}, {}, 0, false, nullptr, {}, 0, {}};
};

}  // namespace frontis::upstream
