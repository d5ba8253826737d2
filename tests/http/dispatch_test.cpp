#include "http/dispatch.h"

#include <gtest/gtest.h>

#include <optional>

#include "http/http1.h"

namespace frontis::http {
namespace {

class KeptExchange final : public Exchange {
 public:
  void respond(Response response) override {
    EXPECT_FALSE(answer) << "answered twice";
    answer = std::move(response);
  }
  // Reads `head`, which outlives the exchange.
  void read(std::string_view head) {
    HeadParser parser(limits_);
    const auto length = parser.parse(head, request_);
    ASSERT_TRUE(length) << length.error().message;
    ASSERT_EQ(*length, head.size());
  }
  std::optional<Response> answer;

 private:
  config::Limits limits_;
};

struct Answering final : Handler {
  void handle(Exchange& exchange) override {
    prefix_length = exchange.prefix_length;
    exchange.respond(plain_response(200));
  }
  std::size_t prefix_length = 0;
};

class Dispatch : public testing::Test {
 protected:
  Dispatch() {
    site.names = {"www.example.org"};
    site.routes.push_back({"/static/", {config::RespondAction{}}, ""});
    config::FilesAction internal;
    internal.internal = true;
    site.routes.push_back({"/static/inside/", {config::RespondAction{}, internal}, ""});
    for (const config::Route& route : site.routes) router.add(site, route, {&handler});
    router.seal();
  }

  // The status that `head` gets.
  int answered(const std::string& head, Reach reach = Reach::outside) {
    exchange = std::make_unique<KeptExchange>();
    exchange->explanation = &explanation;
    text = head;
    exchange->read(text);
    dispatch(router, *exchange, reach);
    return exchange->answer ? exchange->answer->status : 0;
  }
  std::optional<std::string_view> field(std::string_view name) {
    return exchange->answer->head->find(name);
  }

  config::Site site;
  Answering handler;
  Router router;
  std::string text;
  Explanation explanation;
  std::unique_ptr<KeptExchange> exchange;
};

TEST_F(Dispatch, GivesARequestToTheHandlerOfItsRoute) {
  EXPECT_EQ(answered("GET /static/a.css HTTP/1.1\r\nHost: www.example.org\r\n\r\n"), 200);
  EXPECT_EQ(handler.prefix_length, 8U);
  EXPECT_EQ(exchange->notes.site, "www.example.org");
  EXPECT_EQ(exchange->notes.route, "/static/");
  EXPECT_EQ(explanation, (Explanation{"site 'www.example.org', route '/static/'"}));
}

TEST_F(Dispatch, Answers404WhereNoSiteOrRouteIs) {
  for (const std::string head :
       {"GET /other HTTP/1.1\r\nHost: www.example.org\r\n\r\n",
        "GET /static/a HTTP/1.1\r\nHost: example.org\r\n\r\n", "GET /static/a HTTP/1.0\r\n\r\n"}) {
    explanation.clear();
    EXPECT_EQ(answered(head), 404) << head;
    ASSERT_EQ(explanation.size(), 1U);
    EXPECT_NE(explanation.front().find("no site or route"), std::string::npos);
  }
}

TEST_F(Dispatch, AnswersOptionsOfTheWholeServerItself) {
  EXPECT_EQ(answered("OPTIONS * HTTP/1.1\r\nHost: www.example.org\r\n\r\n"), 204);
  EXPECT_EQ(field("Allow"), "GET, HEAD, OPTIONS");
}

TEST_F(Dispatch, RefusesToBeATunnelOrAnEcho) {
  for (const std::string head :
       {"CONNECT www.example.org:443 HTTP/1.1\r\nHost: www.example.org:443\r\n\r\n",
        "TRACE /static/a HTTP/1.1\r\nHost: www.example.org\r\n\r\n"}) {
    EXPECT_EQ(answered(head), 405) << head;
    EXPECT_EQ(field("Allow"), "GET, HEAD, OPTIONS");
  }
}

TEST_F(Dispatch, TakesTheHostOfAnAbsoluteTarget) {
  EXPECT_EQ(answered("GET http://www.example.org/static/a HTTP/1.1\r\nHost: other\r\n\r\n"), 200);
}

TEST_F(Dispatch, HidesInternalRoutesFromOutside) {
  const std::string head = "GET /static/inside/a HTTP/1.1\r\nHost: www.example.org\r\n\r\n";
  EXPECT_EQ(answered(head), 404);
  EXPECT_EQ(exchange->notes.route, "");
  EXPECT_NE(explanation.back().find("internal"), std::string::npos);
  EXPECT_EQ(answered(head, Reach::internal), 200);
  EXPECT_EQ(handler.prefix_length, 15U);
  // Whatever form the path has, and whatever route lies above.
  for (const std::string path :
       {"/static//inside/a", "/static/x/../inside/a", "/static/%69nside/a", "/static/inside/"}) {
    EXPECT_EQ(answered("GET " + path + " HTTP/1.1\r\nHost: www.example.org\r\n\r\n"), 404) << path;
  }
  EXPECT_EQ(
      answered("GET /static/other HTTP/1.1\r\nHost: www.example.org\r\n\r\n", Reach::internal), 200)
      << "an application may also name what is open to all";
}

}  // namespace
}  // namespace frontis::http
