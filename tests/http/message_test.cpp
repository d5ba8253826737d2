#include "http/message.h"

#include <gtest/gtest.h>

#include <set>

#include "make_request.h"

namespace frontis::http {
namespace {

std::string text_of(const Body& body) {
  const auto* bytes = std::get_if<SharedBytes>(&body);
  return bytes ? std::string(bytes->bytes) : "";
}

TEST(Method, IsNamedInUpperCaseOnly) {
  for (const Method method : {Method::get, Method::head, Method::post, Method::put, Method::delete_,
                              Method::connect, Method::options, Method::trace, Method::patch}) {
    EXPECT_EQ(method_of(name_of(method)), method) << name_of(method);
  }
  EXPECT_EQ(name_of(Method::delete_), "DELETE");
  for (const std::string_view unknown : {"", "get", "Get", "GETS", "GE", "PROPFIND", " GET"}) {
    EXPECT_EQ(method_of(unknown), std::nullopt) << unknown;
  }
}

TEST(Request, HasNoFieldsBeforeItIsWritten) {
  const Request request;
  EXPECT_EQ(request.find(FieldName::host), std::nullopt);
  EXPECT_EQ(request.find(FieldName::accept), std::nullopt);
  EXPECT_EQ(request.find("x"), std::nullopt);
  EXPECT_EQ(request.host(), "");
  EXPECT_EQ(request.path(), "/");
}

TEST(Request, FindsTheFirstValueOfAField) {
  const MadeRequest made({{"X-One", "1"}, {"Accept", "a"}, {"hOST", "h"}, {"accept", "b"}});
  const Request& request = made.get();
  EXPECT_EQ(request.find(FieldName::accept), "a");
  EXPECT_EQ(request.find(FieldName::host), "h");
  EXPECT_EQ(request.find(FieldName::range), std::nullopt);
  EXPECT_EQ(request.find(FieldName::other), std::nullopt);
}

TEST(Request, FindsAnyFieldByNameInAnyLetterCase) {
  const MadeRequest made({{"X-One", "1"}, {"Host", "h"}, {"x-one", "2"}, {"X-Two", ""}});
  const Request& request = made.get();
  EXPECT_EQ(request.find("x-ONE"), "1");
  EXPECT_EQ(request.find("host"), "h");
  EXPECT_EQ(request.find("X-Two"), "");
  EXPECT_EQ(request.find("X-Three"), std::nullopt);
  EXPECT_EQ(request.find("Range"), std::nullopt);
}

TEST(Request, CombinesTheLinesOfOneFieldInOrder) {
  const MadeRequest made(
      {{"Accept", "a"}, {"If-Match", "x"}, {"X", "-"}, {"Accept", ""}, {"accept", "b, c"}});
  std::string scratch = "from before";
  EXPECT_EQ(made.get().combined(FieldName::accept, scratch), "a, , b, c");
}

TEST(Request, CopiesNothingForAFieldOfOneLine) {
  const MadeRequest made({{"Accept", "a"}, {"If-Match", "x"}, {"Accept-Encoding", "b"}});
  std::string scratch = "untouched";
  EXPECT_EQ(made.get().combined(FieldName::if_match, scratch), "x");
  EXPECT_EQ(made.get().combined(FieldName::range, scratch), std::nullopt);
  EXPECT_EQ(made.get().combined(FieldName::other, scratch), std::nullopt);
  EXPECT_EQ(scratch, "untouched");
}

TEST(Request, StaysTrueWhenItsBytesMove) {
  MadeRequest made({{"Host", "example.org"}, {"X", "y"}});
  const std::string elsewhere = "Hostexample.comXz";
  made.get().move_to(elsewhere.data());
  EXPECT_EQ(made.get().find(FieldName::host), "example.com");
  EXPECT_EQ(made.get().find("X"), "z");
}

TEST(Request, ForgetsEverythingButTheScheme) {
  MadeRequest made({{"Host", "h"}}, Method::post);
  Request& request = made.get();
  request.scheme = "https";
  request.http10 = request.has_query = request.expects_continue = true;
  request.asterisk = request.chunked = true;
  request.keep_alive = false;
  request.content_length = 7;
  request.decoded_path = "/x";
  request.target_span = request.path_span = request.query_span = Span{0, 1};
  request.host_span = request.port_span = Span{0, 1};
  request.clear();
  EXPECT_EQ(request.method, Method::get);
  EXPECT_FALSE(request.http10 || request.has_query || request.expects_continue);
  EXPECT_FALSE(request.asterisk || request.chunked || request.has_body());
  EXPECT_TRUE(request.keep_alive);
  EXPECT_EQ(request.path(), "/");
  EXPECT_EQ(request.target(), "");
  EXPECT_EQ(request.query(), "");
  EXPECT_EQ(request.host(), "");
  EXPECT_EQ(request.port(), "");
  EXPECT_EQ(request.find(FieldName::host), std::nullopt);
  EXPECT_TRUE(request.fields().empty());
  EXPECT_EQ(request.scheme, "https");
}

TEST(PlainResponse, NamesItsStatusInPlainText) {
  const Response response = plain_response(404);
  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(text_of(response.body), "404 Not Found\n");
  EXPECT_EQ(response.head->text(),
            "Cache-Control: no-store\r\nContent-Type: text/plain; charset=utf-8\r\n"
            "X-Content-Type-Options: nosniff\r\n");
  EXPECT_FALSE(response.close);
  EXPECT_EQ(response.max_age, std::nullopt);
}

TEST(PlainResponse, SaysTheDetailWhenThereIsOne) {
  EXPECT_EQ(text_of(plain_response(400, "the host is malformed").body),
            "400 Bad Request: the host is malformed\n");
  EXPECT_EQ(text_of(plain_response(299).body), "299 Unknown\n");
}

TEST(PlainResponse, ForbidsStorageOfErrorsOnly) {
  EXPECT_EQ(plain_response(200).head->find("Cache-Control"), std::nullopt);
  EXPECT_EQ(plain_response(308).head->find("Cache-Control"), std::nullopt);
  EXPECT_EQ(plain_response(400).head->find("Cache-Control"), "no-store");
  EXPECT_EQ(plain_response(503).head->find("Cache-Control"), "no-store");
}

TEST(PlainResponse, HasNoBodyWhereNoneIsAllowed) {
  for (const int status : {100, 103, 204, 304}) {
    const Response response = plain_response(status);
    EXPECT_EQ(length_of(response.body), 0) << status;
    EXPECT_TRUE(response.head->empty()) << status;
  }
}

TEST(MethodNotAllowed, SaysWhatIsAllowed) {
  const Response response = method_not_allowed("GET, HEAD");
  EXPECT_EQ(response.status, 405);
  EXPECT_EQ(response.head->find("Allow"), "GET, HEAD");
  EXPECT_EQ(response.head->find("Cache-Control"), "no-store");
  EXPECT_EQ(text_of(response.body), "405 Method Not Allowed\n");
}

TEST(ReasonPhrase, KnowsTheStatusesThatWeSend) {
  const std::vector<std::pair<int, std::string_view>> cases{
      {100, "Continue"},
      {200, "OK"},
      {206, "Partial Content"},
      {304, "Not Modified"},
      {308, "Permanent Redirect"},
      {400, "Bad Request"},
      {405, "Method Not Allowed"},
      {406, "Not Acceptable"},
      {408, "Request Timeout"},
      {412, "Precondition Failed"},
      {413, "Content Too Large"},
      {414, "URI Too Long"},
      {416, "Range Not Satisfiable"},
      {417, "Expectation Failed"},
      {431, "Request Header Fields Too Large"},
      {500, "Internal Server Error"},
      {501, "Not Implemented"},
      {503, "Service Unavailable"},
      {505, "HTTP Version Not Supported"},
      {0, "Unknown"},
      {299, "Unknown"},
      {-1, "Unknown"},
      {999, "Unknown"},
  };
  for (const auto& [status, phrase] : cases) EXPECT_EQ(reason_phrase(status), phrase) << status;
}

TEST(ReasonPhrase, IsDifferentForEachStatus) {
  std::set<std::string_view> seen;
  for (int status = 100; status < 600; ++status) {
    const std::string_view phrase = reason_phrase(status);
    if (phrase == "Unknown") continue;
    EXPECT_TRUE(seen.insert(phrase).second) << status << " " << phrase;
  }
}

TEST(StatusOf, GivesEachKindOfFailureItsStatus) {
  const std::vector<std::pair<ErrorKind, int>> cases{
      {ErrorKind::bad_request, 400},
      {ErrorKind::uri_too_long, 414},
      {ErrorKind::headers_too_large, 431},
      {ErrorKind::content_too_large, 413},
      {ErrorKind::not_implemented, 501},
      {ErrorKind::version_not_supported, 505},
      {ErrorKind::expectation_failed, 417},
      {ErrorKind::timeout, 408},
      {ErrorKind::not_found, 404},
      {ErrorKind::exhausted, 503},
      {ErrorKind::invalid, 500},
      {ErrorKind::io, 500},
  };
  for (const auto& [kind, status] : cases) {
    EXPECT_EQ(status_of(kind), status);
    EXPECT_NE(reason_phrase(status), "Unknown");
  }
}

}  // namespace
}  // namespace frontis::http
