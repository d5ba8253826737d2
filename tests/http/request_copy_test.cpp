#include "http/request_copy.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "config/settings.h"
#include "http/http1.h"

namespace frontis::http {
namespace {

TEST(RequestCopy, OutlivesTheRequest) {
  std::unique_ptr<RequestCopy> copy;
  {
    auto head = std::make_unique<std::string>(
        "GET /a%20b/../c?d=e HTTP/1.1\r\nHost: example.org:81\r\nCookie: x\r\nRange: y\r\n\r\n");
    const config::Limits limits;
    HeadParser parser(limits);
    Request request;
    ASSERT_TRUE(parser.parse(*head, request));
    copy = std::make_unique<RequestCopy>(request);
    request.clear();
    head->assign(head->size(), '!');
  }
  const Request& request = copy->request();
  EXPECT_EQ(request.method, Method::get);
  EXPECT_EQ(request.target(), "/a%20b/../c?d=e");
  EXPECT_EQ(request.path(), "/c");
  EXPECT_EQ(request.query(), "d=e");
  EXPECT_EQ(request.host(), "example.org");
  EXPECT_EQ(request.port(), "81");
  EXPECT_EQ(request.find("cookie"), "x");
  EXPECT_EQ(request.find(FieldName::range), "y");
}

}  // namespace
}  // namespace frontis::http
