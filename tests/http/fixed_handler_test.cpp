#include "http/fixed_handler.h"

#include <gtest/gtest.h>

#include <optional>

#include "http/http1.h"

namespace frontis::http {
namespace {

class KeptExchange final : public Exchange {
 public:
  explicit KeptExchange(const std::string& target)
      : text_("GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n") {
    HeadParser parser(limits_);
    const auto length = parser.parse(text_, request_);
    EXPECT_TRUE(length && *length == text_.size()) << target;
  }
  void respond(Response response) override { answer = std::move(response); }
  std::string body() const { return std::string(std::get<SharedBytes>(answer->body).bytes); }

  std::optional<Response> answer;

 private:
  config::Limits limits_;
  std::string text_;
};

TEST(RespondHandler, AnswersWhatIsConfigured) {
  RespondHandler handler({200, "<p>hi", "text/html", {{"X-Name", "value"}}});
  for (int i = 0; i < 2; ++i) {
    KeptExchange exchange("/any");
    handler.handle(exchange);
    EXPECT_EQ(exchange.answer->status, 200);
    EXPECT_EQ(exchange.answer->head->text(),
              "Content-Type: text/html\r\nX-Content-Type-Options: nosniff\r\nX-Name: value\r\n");
    EXPECT_EQ(exchange.body(), "<p>hi");
  }
}

TEST(RespondHandler, HasAPlainPageForAStatusAlone) {
  RespondHandler handler({404, "", "text/html", {}});
  KeptExchange exchange("/any");
  Explanation explanation;
  exchange.explanation = &explanation;
  handler.handle(exchange);
  EXPECT_EQ(exchange.answer->head->find("Content-Type"), "text/plain; charset=utf-8");
  EXPECT_EQ(exchange.answer->head->find("Cache-Control"), "no-store");
  EXPECT_EQ(exchange.body(), "404 Not Found\n");
  EXPECT_EQ(explanation, (Explanation{"the route says: respond 404"}));
}

TEST(RedirectHandler, PutsTheRequestWhereTheUriStands) {
  struct Case {
    std::string to;
    std::string target;
    std::string location;
  };
  const Case cases[] = {
      {"https://b.example/", "/x?y", "https://b.example/"},
      {"https://b.example$uri", "/x?y", "https://b.example/x?y"},
      {"https://b.example/$uri", "/x?y", "https://b.example/x?y"},
      {"https://b.example/old$uri", "/", "https://b.example/old/"},
      {"https://b.example$uri", "/x?", "https://b.example/x?"},
      {"https://b.example$uri", "/%20/%C3%A9/%2e%2e/z", "https://b.example/%20/z"},
      {"$uri", "//evil.example/x", "/evil.example/x"},
      {"/$uri", "//evil.example/x", "/evil.example/x"},
      {"/new", "/old", "/new"},
      {"https://b.example/$uri/x", "/old", "https://b.example/$uri/x"},
  };
  for (const auto& [to, target, location] : cases) {
    RedirectHandler handler({to, 301});
    KeptExchange exchange(target);
    handler.handle(exchange);
    EXPECT_EQ(exchange.answer->status, 301);
    EXPECT_EQ(exchange.answer->head->find("Location"), location) << to << " " << target;
  }
}

TEST(RedirectHandler, KeepsThePathEncodedThatWasEncoded) {
  RedirectHandler handler({"https://b.example$uri", 308});
  for (const std::string target : {"/a%20b", "/%0D%0Aset-cookie:x", "/%3Fa=b"}) {
    KeptExchange exchange(target);
    handler.handle(exchange);
    const std::string location(*exchange.answer->head->find("Location"));
    EXPECT_EQ(location.find_first_of("\r\n ?"), std::string::npos) << location;
  }
}

}  // namespace
}  // namespace frontis::http
