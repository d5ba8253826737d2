#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "commands/commands.h"
#include "commands/configuration.h"
#include "http/date.h"
#include "http/dispatch.h"
#include "http/http1.h"
#include "http/http1_head.h"
#include "wiring.h"

namespace frontis::commands {

namespace {

struct Options {
  std::string file;
  std::string url;
  std::string method = "GET";
  std::vector<std::string> headers;
};

// An exchange without a connection: it keeps the answer instead of sending it.
class ExplainedExchange final : public http::Exchange {
 public:
  void respond(http::Response response) override { answer = std::move(response); }
  http::Request& request_to_read() { return request_; }

  std::optional<http::Response> answer;
};

// The request as a client would send it. A bare path asks the first site.
std::string as_request(const Options& options, const config::Settings& settings) {
  std::string_view rest = options.url;
  std::string host = settings.sites.empty() ? "localhost" : settings.sites.front().names.front();
  if (host.starts_with('*')) host = host == "*" ? "localhost" : "www" + host.substr(1);
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!rest.starts_with(scheme)) continue;
    rest.remove_prefix(scheme.size());
    const std::size_t end = std::min(rest.find_first_of("/?#"), rest.size());
    host = rest.substr(0, end);
    rest.remove_prefix(end);
  }
  rest = rest.substr(0, rest.find('#'));
  std::string head = options.method + " " + (rest.starts_with('/') ? "" : "/") + std::string(rest) +
                     " HTTP/1.1\r\n";
  bool names_host = false;
  for (const std::string& header : options.headers) {
    names_host =
        names_host || http::field_name(header.substr(0, header.find(':'))) == http::FieldName::host;
    head += header + "\r\n";
  }
  if (!names_host) head += "Host: " + host + "\r\n";
  return head + "\r\n";
}

void print_answer(const http::Response& answer) {
  const std::string date = http::format_date(wall_seconds());
  const std::string expires =
      answer.max_age ? http::format_date(wall_seconds() + *answer.max_age) : "";
  http::HeadFraming framing;
  framing.content_length = length_of(answer.body);
  if (!framing.content_length) framing.content_length = answer.length;
  framing.has_body = answer.status >= 200 && answer.status != 204 && answer.status != 304;
  framing.keep_alive = !answer.close;
  std::string head;
  http::append_head(head, {answer.status, date, expires, answer.head.get()}, framing);
  for (const char c : head) {
    if (c != '\r') std::putchar(c);
  }
}

int explain(const Options& options) {
  const auto file = find_configuration(options.file);
  if (!file) return found_fault;
  const auto settings = read_configuration(*file);
  if (!settings) return found_fault;
  const auto log = Log::silent();
  // Without press threads all work is done before the answer, and nothing is posted to a loop.
  SharedMedia media(*settings, 0, *log);
  const Handlers handlers(*settings, media, [](const std::function<void()>& work) { work(); });
  const std::string head = as_request(options, *settings);
  ExplainedExchange exchange;
  http::HeadParser parser(settings->limits);
  const auto length = parser.parse(head, exchange.request_to_read());
  http::Explanation lines;
  if (!length || *length == 0) {
    const Error error =
        length ? Error{ErrorKind::bad_request, "the head is not complete"} : length.error();
    lines.push_back("the request is refused: " + error.message);
    exchange.answer = http::plain_response(http::status_of(error.kind), error.message);
    exchange.answer->close = true;
  } else {
    exchange.explanation = &lines;
    dispatch(handlers.router(), exchange);
  }
  for (const std::string& line : lines) std::printf("# %s\n", line.c_str());
  std::printf("\n");
  print_answer(*exchange.answer);
  return done;
}

}  // namespace

std::function<int()> declare_explain(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  app.add_option("URL", options->url, "URL, or a path of the first site")->required();
  app.add_option("-H,--header", options->headers, "A request header, 'Name: value'");
  app.add_option("-X,--method", options->method, "Method")->capture_default_str();
  app.add_option("-c,--config", options->file,
                 "Configuration (default: ./frontis.yaml, then /etc/frontis/frontis.yaml)");
  return [options] { return explain(*options); };
}

}  // namespace frontis::commands
