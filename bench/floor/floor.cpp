// The limit of the socket interface: answers each request with epoll, recv and send and nothing
// else. It reads no field, knows no time limit and believes everybody, so no server of the same
// interface can cost less; what a real one costs is told as a multiple of this.
//
//   floor PLACE answer FILE          the bytes of FILE, head and body, for each request
//   floor PLACE once FILE            the same, and the end of the connection
//   floor PLACE sendfile HEAD FILE   the bytes of HEAD, and FILE by sendfile
//   floor PLACE files ROOT           open, fstat, read and close of ROOT + the request's path
//   floor PLACE backend FILE OTHER ASK LENGTH
//                                    asks OTHER with the bytes of ASK, reads LENGTH bytes (0: to
//                                    the end of the connection) and answers with FILE
//
// and, to stand behind servers as the fastest of backends:
//
//   floor PLACE fastcgi FILE         the bytes of FILE, records, for each FastCGI request
//   floor PLACE uwsgi FILE           the bytes of FILE, and the end of the connection
//
// A PLACE is a port on loopback, or the path of a Unix socket. One thread, until it is killed.
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/sendfile.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <string_view>

#include "loop.h"

namespace floor_bench {

namespace {

constexpr std::size_t most_at_once = 64;  // answers to pipelined requests in one send

class Client;

// Answers what a client has asked; a mode of the command line.
class Mode {
 public:
  virtual ~Mode() = default;
  // By what a request ends; empty: all that comes together is one.
  virtual std::string_view end_of_request() const { return "\r\n\r\n"; }
  // `count` requests have come, the last of them in `text`.
  virtual void asked(Loop& loop, Client& client, std::size_t count, std::string_view text) = 0;
  // The client has room for more, or has gone.
  virtual void writable(Loop&, Client&) {}
  virtual void left(Client&) {}
};

class Client final : public Watched {
 public:
  Client(int socket, Mode& mode) : Watched(socket), mode_(mode) {}

  void ready(Loop& loop, std::uint32_t events) override {
    if (events & EPOLLOUT) mode_.writable(loop, *this);
    if (!(events & (EPOLLIN | EPOLLHUP | EPOLLERR)) || has_left_) return;
    const auto got = ::recv(descriptor, loop.room().data(), loop.room().size(), 0);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) return leave(loop);
    const std::string_view text(loop.room().data(), static_cast<std::size_t>(got));
    const std::string_view end = mode_.end_of_request();
    std::size_t count = end.empty() ? 1 : 0;
    for (std::size_t at = 0; !end.empty() && (at = text.find(end, at)) != text.npos;) {
      at += end.size();
      ++count;
    }
    if (count > 0) mode_.asked(loop, *this, count, text);
  }
  void leave(Loop& loop) {
    if (has_left_) return;
    has_left_ = true;
    mode_.left(*this);
    loop.forget(*this);
  }

  std::uint64_t owed = 0;  // bytes of the answers that are to be sent
  std::uint64_t sent = 0;
  bool is_blocked = false;

 private:
  Mode& mode_;
  bool has_left_ = false;
};

// Sends what is owed by `some`, which returns what one call took, until there is no room.
template <typename Some>
void send_owed(Loop& loop, Client& client, Some some) {
  while (client.sent < client.owed) {
    const ssize_t took = some();
    if (took < 0 && errno != EAGAIN) return client.leave(loop);
    if (took < 0) {
      if (!client.is_blocked) loop.watch(client, EPOLLIN | EPOLLOUT, EPOLL_CTL_MOD);
      client.is_blocked = true;
      return;
    }
    client.sent += static_cast<std::uint64_t>(took);
  }
  client.sent = client.owed = 0;
  if (client.is_blocked) loop.watch(client, EPOLLIN, EPOLL_CTL_MOD);
  client.is_blocked = false;
}

// The same bytes for each request.
class FixedAnswer : public Mode {
 public:
  explicit FixedAnswer(const std::string& answer) : size_(answer.size()) {
    if (answer.empty()) give_up("the answer is empty");
    const std::size_t times = size_ < room_size ? most_at_once : 1;
    for (std::size_t i = 0; i < times; ++i) answers_ += answer;
  }
  void asked(Loop& loop, Client& client, std::size_t count, std::string_view) override {
    client.owed += count * size_;
    writable(loop, client);
  }
  void writable(Loop& loop, Client& client) override {
    send_owed(loop, client, [&] {
      const std::uint64_t from = client.sent % size_;
      const auto length =
          std::min<std::uint64_t>(client.owed - client.sent, answers_.size() - from);
      return ::send(client.descriptor, answers_.data() + from, length, 0);
    });
  }

 private:
  const std::uint64_t size_;
  std::string answers_;  // one behind another
};

// FastCGI: a request ends with an empty record of its standard input.
class FastcgiAnswer final : public FixedAnswer {
 public:
  using FixedAnswer::FixedAnswer;
  std::string_view end_of_request() const override { return {"\1\5\0\1\0\0\0\0", 8}; }
};

// A connection for each request.
class LastAnswer final : public FixedAnswer {
 public:
  LastAnswer(const std::string& answer, std::string_view end_of_request)
      : FixedAnswer(answer), end_(end_of_request) {}
  std::string_view end_of_request() const override { return end_; }
  void asked(Loop& loop, Client& client, std::size_t count, std::string_view text) override {
    FixedAnswer::asked(loop, client, count, text);
    client.leave(loop);
  }

 private:
  const std::string_view end_;
};

// A head, and a file from the page cache. One request at a time.
class SentFile final : public Mode {
 public:
  SentFile(const char* head, const char* file)
      : head_(contents(head)), file_(::open(file, O_RDONLY | O_CLOEXEC)) {
    struct stat status {};
    if (file_ < 0 || ::fstat(file_, &status) != 0) give_up(std::string("cannot open ") + file);
    size_ = head_.size() + static_cast<std::uint64_t>(status.st_size);
  }
  void asked(Loop& loop, Client& client, std::size_t count, std::string_view) override {
    client.owed += count * size_;
    writable(loop, client);
  }
  void writable(Loop& loop, Client& client) override {
    send_owed(loop, client, [&]() -> ssize_t {
      const std::uint64_t from = client.sent % size_;
      if (from < head_.size()) {
        return ::send(client.descriptor, head_.data() + from, head_.size() - from,
                      MSG_MORE);
      }
      auto place = static_cast<off_t>(from - head_.size());
      return ::sendfile(client.descriptor, file_, &place, size_ - from);
    });
  }

 private:
  const std::string head_;
  const int file_;
  std::uint64_t size_ = 0;
};

// Files that nobody has opened before, of at most 32 KiB.
class ReadFiles final : public Mode {
 public:
  explicit ReadFiles(std::string root) : root_(std::move(root)) {}
  void asked(Loop& loop, Client& client, std::size_t, std::string_view text) override {
    const std::size_t from = text.find(' ') + 1;
    const std::size_t to = text.find(' ', from);
    const std::string path = root_ + std::string(text.substr(from, to - from));
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    struct stat status {};
    if (file < 0 || ::fstat(file, &status) != 0) give_up("cannot open " + path);
    std::array<char, room_size> answer;
    const auto size = static_cast<std::size_t>(status.st_size);
    auto length = static_cast<std::size_t>(std::snprintf(
        answer.data(), answer.size(), "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n", size));
    if (length + size > answer.size()) give_up("too large: " + path);
    length += static_cast<std::size_t>(std::max<ssize_t>(0, ::read(file, &answer[length], size)));
    ::close(file);
    if (::send(client.descriptor, answer.data(), length, 0) < 0) client.leave(loop);
  }

 private:
  const std::string root_;
};

// Asks a backend first.
class AskedBackend final : public FixedAnswer {
 public:
  AskedBackend(const char* answer, const char* place, const char* ask, std::uint64_t length)
      : FixedAnswer(contents(answer)), place_(place), ask_(contents(ask)), length_(length) {}

  void asked(Loop& loop, Client& client, std::size_t, std::string_view) override {
    Backend* backend = nullptr;
    if (idle_.empty()) {
      backend = new Backend(connected(), *this);
      loop.watch(*backend, EPOLLIN);
    } else {
      backend = idle_.back();
      idle_.pop_back();
    }
    backend->client = &client;
    backend->left = length_;
    if (::send(backend->descriptor, ask_.data(), ask_.size(), 0) < 0) {
      give_up("the backend takes no request");
    }
  }
  void left(Client& client) override {
    for (Backend* one : all_) {
      if (one->client == &client) one->client = nullptr;
    }
  }

 private:
  struct Backend final : public Watched {
    Backend(int socket, AskedBackend& owner) : Watched(socket), mode(owner) {
      mode.all_.push_back(this);
    }
    ~Backend() override { std::erase(mode.all_, this); }
    void ready(Loop& loop, std::uint32_t) override { mode.said(loop, *this); }
    AskedBackend& mode;
    Client* client = nullptr;
    std::uint64_t left = 0;  // bytes of its answer
  };

  void said(Loop& loop, Backend& backend) {
    const auto got = ::recv(backend.descriptor, loop.room().data(), loop.room().size(), 0);
    if (got < 0 && errno == EAGAIN) return;
    const bool has_ended = got <= 0;
    if (length_ > 0) {
      if (has_ended && backend.left > 0 && backend.client) give_up("the backend has left");
      backend.left -= std::min<std::uint64_t>(backend.left, static_cast<std::uint64_t>(got));
    }
    if (length_ > 0 ? backend.left > 0 : !has_ended) return;
    if (backend.client) FixedAnswer::asked(loop, *backend.client, 1, {});
    backend.client = nullptr;
    if (has_ended) return loop.forget(backend);
    idle_.push_back(&backend);
  }

  int connected() const {
    const Place place(place_);
    const int socket = ::socket(place.family(), SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (::connect(socket, place.address(), place.length()) != 0) {
      give_up("cannot connect to " + place_);
    }
    ::fcntl(socket, F_SETFL, O_NONBLOCK);
    return socket;
  }

  const std::string place_;
  const std::string ask_;
  const std::uint64_t length_;
  std::vector<Backend*> idle_;
  std::vector<Backend*> all_;
};

class Listener final : public Watched {
 public:
  Listener(const Place& place, Mode& mode)
      : Watched(::socket(place.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)),
        mode_(mode) {
    const int on = 1;
    ::setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    // Taken over by what is accepted.
    ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (::bind(descriptor, place.address(), place.length()) != 0 ||
        ::listen(descriptor, 4096) != 0) {
      give_up("cannot listen there");
    }
  }
  void ready(Loop& loop, std::uint32_t) override {
    while (true) {
      const int socket = ::accept4(descriptor, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (socket < 0) return;
      loop.watch(*new Client(socket, mode_), EPOLLIN);
    }
  }

 private:
  Mode& mode_;
};

std::unique_ptr<Mode> mode_of(std::span<char*> words) {
  const std::string_view name = words.empty() ? "" : words[0];
  const std::size_t count = words.size();
  if (name == "answer" && count == 2) return std::make_unique<FixedAnswer>(contents(words[1]));
  if (name == "fastcgi" && count == 2) return std::make_unique<FastcgiAnswer>(contents(words[1]));
  if (name == "uwsgi" && count == 2) {
    return std::make_unique<LastAnswer>(contents(words[1]), std::string_view());
  }
  if (name == "once" && count == 2) {
    return std::make_unique<LastAnswer>(contents(words[1]), "\r\n\r\n");
  }
  if (name == "sendfile" && count == 3) return std::make_unique<SentFile>(words[1], words[2]);
  if (name == "files" && count == 2) return std::make_unique<ReadFiles>(words[1]);
  if (name == "backend" && count == 5) {
    return std::make_unique<AskedBackend>(words[1], words[2], words[3],
                                          std::strtoull(words[4], nullptr, 10));
  }
  give_up("the modes stand at the top of bench/floor/floor.cpp");
}

}  // namespace

}  // namespace floor_bench

int main(int count, char** words) {
  using namespace floor_bench;
  if (count < 3) give_up("usage: floor PLACE MODE...");
  std::signal(SIGPIPE, SIG_IGN);  // sendfile cannot be told
  const auto mode = mode_of(std::span(words, static_cast<std::size_t>(count)).subspan(2));
  Loop loop;
  Listener listener(Place(words[1]), *mode);
  loop.watch(listener, EPOLLIN);
  loop.run();
}
