// An open-loop load: requests are due at fixed times whether or not the server keeps up, and each
// latency counts from the moment at which its request was due, so a stall is seen by all who
// would have come during it (no coordinated omission). One thread, keep-alive connections on
// loopback, GET only.
//
//   load PORT RATE SECONDS CONNECTIONS PATHS_FILE [HEADER...]
//
// asks for the paths by chance. With 0 for RATE and SECONDS the loop is closed: each path once, in
// order, the next one when a connection is free. Prints one JSON object: requests, errors, bytes,
// the seconds that it took, and p50, p90, p99, p99.9 and max in µs.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <fstream>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::nanoseconds;

struct Options {
  std::uint16_t port = 0;
  double rate = 0;
  double seconds = 0;
  std::size_t connections = 0;
  std::vector<std::string> requests;
};

struct Connection {
  int socket = -1;
  std::string received;      // of the answer that is under way
  std::size_t expected = 0;  // its whole length; 0 while the head is not complete
  Clock::time_point due;
};

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "load: %s\n", why.c_str());
  std::exit(1);
}

Options read_options(int count, char** arguments) {
  if (count < 6) give_up("usage: load PORT RATE SECONDS CONNECTIONS PATHS_FILE [HEADER...]");
  Options options;
  options.port = static_cast<std::uint16_t>(std::atoi(arguments[1]));
  options.rate = std::atof(arguments[2]);
  options.seconds = std::atof(arguments[3]);
  options.connections = static_cast<std::size_t>(std::atoi(arguments[4]));
  std::string fields = " HTTP/1.1\r\nHost: localhost\r\n";
  for (int i = 6; i < count; ++i) fields += std::string(arguments[i]) + "\r\n";
  std::ifstream file(arguments[5]);
  for (std::string path; std::getline(file, path);) {
    options.requests.push_back("GET " + path + fields + "\r\n");
  }
  if (options.requests.empty()) give_up("no paths in " + std::string(arguments[5]));
  const bool is_closed = options.rate == 0 && options.seconds == 0;
  if (!is_closed && (options.rate < 1 || options.seconds <= 0)) {
    give_up("rate and time must be positive, or both 0");
  }
  if (options.connections == 0) give_up("there must be a connection");
  return options;
}

int connect_to(std::uint16_t port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0) {
    give_up("cannot connect to port " + std::to_string(port));
  }
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return socket;
}

// The length of head and body, once the head is complete; 0 before.
std::size_t whole_length(std::string_view received) {
  const std::size_t end = received.find("\r\n\r\n");
  if (end == std::string_view::npos) return 0;
  constexpr std::string_view name = "\r\nContent-Length: ";
  const std::size_t field = received.substr(0, end).find(name);
  if (field == std::string_view::npos) give_up("an answer has no Content-Length");
  return end + 4 + std::strtoull(received.data() + field + name.size(), nullptr, 10);
}

class Load {
 public:
  explicit Load(Options options) : options_(std::move(options)) {
    epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
    connections_.resize(options_.connections);
    for (std::size_t i = 0; i < connections_.size(); ++i) {
      connections_[i].socket = connect_to(options_.port);
      epoll_event event{};
      event.events = EPOLLIN;
      event.data.u64 = i;
      ::epoll_ctl(epoll_, EPOLL_CTL_ADD, connections_[i].socket, &event);
      idle_.push_back(i);
    }
  }

  void run() {
    const auto begin = Clock::now();
    if (options_.rate == 0) {
      run_closed();
    } else {
      run_open(begin);
    }
    took_ = Clock::now() - begin;
  }

  void print() {
    std::sort(latencies_.begin(), latencies_.end());
    std::printf(
        "{\"requests\": %zu, \"errors\": %llu, \"bytes\": %llu, \"seconds\": %.4f, \"p50\": %.1f, "
        "\"p90\": %.1f, \"p99\": %.1f, \"p99.9\": %.1f, \"max\": %.1f}\n",
        latencies_.size(), static_cast<unsigned long long>(errors_),
        static_cast<unsigned long long>(bytes_), std::chrono::duration<double>(took_).count(),
        at(0.5), at(0.9), at(0.99), at(0.999), at(1));
  }

 private:
  void run_open(Clock::time_point begin) {
    const auto step = nanoseconds(static_cast<std::int64_t>(1e9 / options_.rate));
    const auto total = static_cast<std::int64_t>(options_.rate * options_.seconds);
    latencies_.reserve(static_cast<std::size_t>(total));
    const auto latest = begin + nanoseconds(static_cast<std::int64_t>(options_.seconds * 1e9)) +
                        std::chrono::seconds(20);
    for (std::int64_t due = 0; latencies_.size() + errors_ < static_cast<std::size_t>(total);) {
      const auto now = Clock::now();
      if (now > latest) give_up("the server does not keep up with this rate");
      while (due < total && begin + step * due <= now) waiting_.push_back(begin + step * due++);
      while (!waiting_.empty() && !idle_.empty()) {
        send_one(options_.requests[random_() % options_.requests.size()]);
      }
      wait(due < total ? begin + step * due : latest);
    }
  }

  void run_closed() {
    std::size_t sent = 0;
    while (latencies_.size() + errors_ < options_.requests.size()) {
      while (sent < options_.requests.size() && !idle_.empty()) {
        waiting_.push_back(Clock::now());
        send_one(options_.requests[sent++]);
      }
      const std::size_t before = latencies_.size() + errors_;
      wait(Clock::now() + std::chrono::seconds(20));
      if (latencies_.size() + errors_ == before && idle_.size() == connections_.size()) {
        give_up("the server does not answer");
      }
    }
  }

  double at(double part) const {
    if (latencies_.empty()) return 0;
    const auto last = static_cast<double>(latencies_.size() - 1);
    return static_cast<double>(latencies_[static_cast<std::size_t>(part * last)].count()) / 1000;
  }

  void send_one(const std::string& request) {
    const std::size_t number = idle_.front();
    idle_.pop_front();
    Connection& connection = connections_[number];
    connection.due = waiting_.front();
    waiting_.pop_front();
    const ssize_t sent = ::send(connection.socket, request.data(), request.size(), MSG_NOSIGNAL);
    if (sent != static_cast<ssize_t>(request.size())) give_up("a request could not be sent");
  }

  void wait(Clock::time_point until) {
    const auto left = std::max(nanoseconds(0), nanoseconds(until - Clock::now()));
    timespec time{};
    time.tv_sec = left.count() / 1'000'000'000;
    time.tv_nsec = left.count() % 1'000'000'000;
    epoll_event events[64];
    const int count = ::epoll_pwait2(epoll_, events, 64, &time, nullptr);
    for (int i = 0; i < count; ++i) receive(events[i].data.u64);
  }

  void receive(std::size_t number) {
    Connection& connection = connections_[number];
    char bytes[64 * 1024];
    const ssize_t got = ::recv(connection.socket, bytes, sizeof bytes, 0);
    if (got <= 0) give_up("the server closed a connection");
    bytes_ += static_cast<std::uint64_t>(got);
    connection.received.append(bytes, static_cast<std::size_t>(got));
    if (connection.expected == 0) connection.expected = whole_length(connection.received);
    if (connection.expected == 0 || connection.received.size() < connection.expected) return;
    if (connection.received.starts_with("HTTP/1.1 200")) {
      latencies_.push_back(Clock::now() - connection.due);
    } else {
      ++errors_;
    }
    connection.received.clear();
    connection.expected = 0;
    idle_.push_back(number);
  }

  Options options_;
  int epoll_ = -1;
  std::vector<Connection> connections_;
  std::deque<std::size_t> idle_;
  std::deque<Clock::time_point> waiting_;  // due, and without a connection
  std::vector<nanoseconds> latencies_;
  std::uint64_t errors_ = 0, bytes_ = 0;
  nanoseconds took_{0};
  std::mt19937 random_{1};
};

}  // namespace

int main(int count, char** arguments) {
  ::prctl(PR_SET_TIMERSLACK, 1);
  Load load(read_options(count, arguments));
  load.run();
  load.print();
  return 0;
}
