#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "commands/acting_user.h"
#include "commands/commands.h"
#include "commands/configuration.h"
#include "commands/explained_answer.h"
#include "commands/explained_request.h"
#include "commands/state_copy.h"
#include "http/dispatch.h"
#include "http/http1.h"
#include "wiring.h"

namespace frontis::commands {

namespace {

struct Options {
  std::string file;
  TypedRequest typed;
};

// An exchange without a connection: it keeps the answer instead of sending it.
class KeptExchange final : public http::Exchange {
 public:
  void respond(http::Response response) override { answer_ = std::move(response); }
  http::Request& request_to_read() { return request_; }
  // None when it is up to an application.
  const std::optional<http::Response>& answer() const { return answer_; }

 private:
  std::optional<http::Response> answer_;
};

void refuse(KeptExchange& exchange, const Error& error) {
  exchange.request_to_read().clear();  // the session answers it like a GET
  exchange.explanation->push_back("the request is refused: " + error.message);
  http::Response answer = http::plain_response(http::status_of(error.kind), error.message);
  answer.close = true;
  exchange.respond(std::move(answer));
}

// The second time everything has been looked at, as after the first request to a server.
void ask(const http::Router& router, const config::Limits& limits, std::string_view head,
         KeptExchange& exchange) {
  http::HeadParser parser(limits);
  const auto length = parser.parse(head, exchange.request_to_read());
  if (!length) return refuse(exchange, length.error());
  if (*length < head.size()) {
    return refuse(exchange, {ErrorKind::bad_request, "the head is not complete"});
  }
  http::Explanation* const explanation = std::exchange(exchange.explanation, nullptr);
  dispatch(router, exchange);
  exchange.explanation = explanation;
  dispatch(router, exchange);
}

void print(const std::string& shown, const KeptExchange& exchange,
           const http::Explanation& explanation) {
  std::printf("%s\n", shown.c_str());
  for (const std::string& line : explanation) std::printf("# %s\n", line.c_str());
  if (!exchange.answer()) return;
  const http::Response& answer = *exchange.answer();
  for (const std::string& line : outcome_lines(exchange.request(), answer)) {
    std::printf("# %s\n", line.c_str());
  }
  std::printf("\n%s# %s\n", head_text(exchange.request(), answer).c_str(),
              body_line(exchange.request(), answer).c_str());
}

int explain(const Options& options) {
  const auto file = find_configuration(options.file);
  if (!file) return found_fault;
  auto settings = read_configuration(*file);
  if (!settings) return found_fault;
  const auto log = Log::silent();
  http::Explanation explanation;
  // The server's eyes and memory; nothing of either is changed.
  const auto acting = ActingUser::become(settings->user);
  if (!acting) explanation.push_back("files are read as ourselves: " + acting.error().message);
  const std::string as_root = note_of_root(
      settings->user, "frontis explain " + options.typed.url + " -c " + settings->file.string());
  if (!as_root.empty()) explanation.push_back(as_root);
  const StateCopy state(settings->state);
  if (!state.fault().empty()) {
    explanation.push_back("what was found out under " + settings->state.string() +
                          " is not known here: " + state.fault());
  }
  const std::filesystem::path made = std::exchange(settings->state, state.folder());
  // Without press threads all work is done before the answer, and nothing is posted to a loop.
  SharedMedia media(*settings, SharedMedia::Press::rests, *log, made);
  const FileRoots roots(*settings, media, *log);
  const Handlers handlers(*settings, media, roots, {},
                          [](const std::function<void()>& work) { work(); });
  const ExplainedRequest request = request_of(options.typed, *settings);
  KeptExchange exchange;
  exchange.explanation = &explanation;
  ask(handlers.router(), settings->limits, request.head, exchange);
  print(request.shown, exchange, explanation);
  return done;
}

}  // namespace

std::function<int()> declare_explain(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  TypedRequest& typed = options->typed;
  app.add_option("URL", typed.url, "http://host/path, or a path of the first site")
      ->required()
      ->check(url_fault);
  app.add_option("-H,--header", typed.headers, "A request header, 'Name: value'; may be repeated")
      ->type_name("HEADER")
      ->check(header_fault)
      ->allow_extra_args(false);
  app.add_option("-X,--method", typed.method, "Method")
      ->type_name("METHOD")
      ->capture_default_str()
      ->check(method_fault);
  declare_configuration(app, options->file);
  return [options] { return explain(*options); };
}

}  // namespace frontis::commands
