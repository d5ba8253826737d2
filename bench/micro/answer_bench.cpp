// What the whole answer to a request for a hot file costs, from the head to the last byte: once
// into a buffer, which is our part of it, and once through a session and a pair of sockets, of
// which the kernel does most.
#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "access_recorder.h"
#include "base/clock.h"
#include "browser.h"
#include "cases.h"
#include "config/load.h"
#include "http/date_cache.h"
#include "http/dispatch.h"
#include "http/http1_head.h"
#include "http/session.h"
#include "wiring.h"

namespace frontis::bench {

namespace {

// A folder with the one file that the browser asks for, gone with this.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "frontis-micro-XXXXXX").string();
    if (!::mkdtemp(name.data())) return;
    place_ = name;
    const std::filesystem::path file = place_ / css_path.substr(1);
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << std::string(1'000, 'c');
  }
  ~Folder() {
    std::error_code ignored;
    if (!place_.empty()) std::filesystem::remove_all(place_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  config::Settings settings() const {
    const std::string yaml = "log: {access: /dev/null}\nsites: {\"*\": {/static/: {files: \"" +
                             (place_ / "static").string() + "\"}}}\n";
    return config::load_text(yaml, (place_ / "frontis.yaml").string()).settings.value();
  }

 private:
  std::filesystem::path place_;
};

// The server without a loop: press rests, because nobody waits for it here.
struct House {
  Folder folder;
  config::Settings settings = folder.settings();
  std::unique_ptr<Log> log = Log::silent();
  SharedMedia media{settings, SharedMedia::Press::rests, *log};
  Handlers handlers{settings, media, Handlers::Apps{}, [](const auto& work) { work(); }};
};

// In place of a session: what comes from a handler is written to a buffer.
class BufferedExchange final : public http::Exchange {
 public:
  explicit BufferedExchange(const config::Limits& limits) : parser_(limits) {}

  [[nodiscard]] bool read(std::string_view head) {
    reset();
    parser_.reset();
    return parser_.parse(head, request_).value_or(0) == head.size();
  }
  void respond(http::Response response) override {
    status_ = response.status;
    const std::int64_t now = wall_seconds();
    http::ResponseHead head{response.status, dates_.date(now), {}, response.head.get()};
    if (response.max_age) head.expires = dates_.after(now, *response.max_age);
    out_.clear();
    http::append_head(out_, head, {.content_length = length_of(response.body)});
    if (const auto* body = std::get_if<SharedBytes>(&response.body)) out_.append(body->bytes);
  }
  int status() const { return status_; }

 private:
  http::HeadParser parser_;
  http::DateCache dates_;
  std::string out_;
  int status_ = 0;
};

void answer_hot_file_in_memory(Run& run) {
  House house;
  BufferedExchange exchange(house.settings.limits);
  const auto answer = [&] {
    if (!exchange.read(browser_head)) return 0;
    http::dispatch(house.handlers.router(), exchange);
    return exchange.status();
  };
  if (answer() != 200) return run.give_up("the answer is not 200");
  run.repeat([&] { benchmark::DoNotOptimize(answer()); });
}

// A loop with one session, and its client in the same thread.
class Connection {
 public:
  explicit Connection(House& house)
      : access_(observe::AccessLog::open(house.settings.log, *house.log).value()),
        recorder_(access_->lane()),
        admission_(house.settings.limits),
        sessions_(loop_, timers_, house.settings.limits, house.handlers.router(), &recorder_) {
    std::array<int, 2> ends{-1, -1};
    ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data());
    client_ = Descriptor(ends[1]);
    sessions_.add(net::PlainStream(Descriptor(ends[0])), admission_.admit(net::Address()));
  }

  // The start of the answer; empty when there is none.
  std::string_view ask(std::string_view head) {
    constexpr int patience = 1'000;
    if (::send(client_.number(), head.data(), head.size(), MSG_NOSIGNAL) < 0) return {};
    for (int turns = 0; turns < patience; ++turns) {
      loop_.turn();
      const auto got = ::recv(client_.number(), bytes_.data(), bytes_.size(), 0);
      if (got > 0) return {bytes_.data(), static_cast<std::size_t>(got)};
    }
    return {};
  }

 private:
  net::Loop loop_;
  net::TimerWheel timers_{loop_};
  std::unique_ptr<observe::AccessLog> access_;
  AccessRecorder recorder_;
  net::Admission admission_;
  http::Sessions sessions_;
  Descriptor client_;
  std::array<char, 16 * 1024> bytes_;
};

void answer_hot_file_over_a_socket(Run& run) {
  House house;
  Connection connection(house);
  if (!connection.ask(browser_head).starts_with("HTTP/1.1 200 ")) {
    return run.give_up("the answer is not 200");
  }
  run.repeat([&] { benchmark::DoNotOptimize(connection.ask(browser_head)); });
}

}  // namespace

void add_answer_cases(Cases& cases) {
  cases.add("answer_hot_file_in_memory", no_allocation, answer_hot_file_in_memory);
  cases.add("answer_hot_file_over_a_socket", no_allocation, answer_hot_file_over_a_socket);
}

}  // namespace frontis::bench
