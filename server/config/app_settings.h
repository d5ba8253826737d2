// What the configuration says about applications: where they listen or how they are started, and
// how long and how often they may be asked. Plain values, a part of Settings (settings.h).
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace frontis::config {

using Headers = std::vector<std::pair<std::string, std::string>>;

// Where something else listens: an address and port, or the path of a Unix socket.
struct Backend {
  std::string host;  // a name or a literal; empty for a Unix socket
  std::uint16_t port = 0;
  std::filesystem::path unix_path;
  std::string source;  // the place of it, for errors: "frontis.yaml:3:9"

  bool is_unix() const { return !unix_path.empty(); }
  std::string text() const;  // "127.0.0.1:8000", "[::1]:8000", "unix:/run/x.sock"
  friend bool operator==(const Backend& a, const Backend& b) {
    return a.host == b.host && a.port == b.port && a.unix_path == b.unix_path;
  }
};

enum class Protocol { http, uwsgi, fastcgi, scgi, wsgi };

// As the configuration writes them, in the order of Protocol.
inline constexpr std::array<std::string_view, 5> protocol_names{"http", "uwsgi", "fastcgi", "scgi",
                                                                "wsgi"};
[[nodiscard]] std::string_view name_of(Protocol protocol);

// Processes that frontis starts and watches: the keys beside `wsgi: module:callable`.
struct WsgiSettings {
  std::string callable;             // "mysite.wsgi:application"
  std::filesystem::path directory;  // where it runs and imports from; absolute
  std::string python = "python3";   // an interpreter: a name in PATH, or a path (a virtualenv's)
  unsigned processes = 0;           // 0 = one per core
  unsigned threads = 1;             // of each process
  std::vector<std::pair<std::string, std::string>> env;  // beside our own environment
  std::uint32_t max_requests = 0;                        // then a process is replaced; 0 = never
  std::uint64_t max_memory = 0;  // bytes of RSS, beyond which a process is replaced; 0 = never
  std::vector<std::filesystem::path> reload_on;     // files whose touch replaces all processes
  std::chrono::milliseconds start_timeout{60'000};  // for the import of the application
  std::chrono::milliseconds stop_timeout{30'000};  // for the request in flight, before it is killed

  friend bool operator==(const WsgiSettings&, const WsgiSettings&) = default;
};

// An application: how it is reached, and how long and how often. Each number of connections is
// that of the whole server, not of a thread.
struct App {
  std::string name;
  Protocol protocol = Protocol::http;
  std::vector<Backend> addresses;  // empty for wsgi
  WsgiSettings wsgi;
  Headers params;  // CGI variables (HTTP: request fields) added to each request, or replacing ours
  std::uint32_t max_connections = 64;  // to each address; wsgi: `threads` of each process
  std::uint32_t queue = 1024;          // requests that wait for a place; more are 503
  std::chrono::milliseconds queue_timeout{30'000};    // in that queue -> 503
  std::chrono::milliseconds wait{10'000};             // for an app that is not there -> 502
  std::chrono::milliseconds connect_timeout{3'000};   // -> 504
  std::chrono::milliseconds answer_timeout{60'000};   // to the first byte of the answer -> 504
  std::chrono::milliseconds between_timeout{60'000};  // between bytes, each way
  // Of a connection that waits in the pool; 0 = none does. Of fastcgi 5 s by default: each process
  // of php-fpm serves one connection, so that one which waits keeps it from all other servers.
  std::chrono::milliseconds idle_timeout{30'000};
  std::string source;  // see Backend

  bool is_ours() const { return protocol == Protocol::wsgi; }  // frontis runs its processes

 private:
  auto values() const {
    return std::tie(name, protocol, addresses, wsgi, params, max_connections, queue, queue_timeout,
                    wait, connect_timeout, answer_timeout, between_timeout, idle_timeout);
  }

 public:
  // Wherever in the file they stand.
  friend bool operator==(const App& a, const App& b) { return a.values() == b.values(); }
};

// What holds bodies on their way between clients and applications. Beyond its memory a body goes
// to an unnamed file.
struct BufferSettings {
  std::uint32_t memory = 64 * 1024;            // bytes, of each body
  std::uint64_t file = 1024ULL * 1024 * 1024;  // bytes of an answer that wait on disk
  std::filesystem::path folder = "/var/tmp";   // of the unnamed files
};

// Addresses by prefix: "10.0.0.0/8", "2001:db8::/32", "unix:".
struct Network {
  std::array<unsigned char, 16> address{};  // IPv4 as ::ffff:a.b.c.d
  unsigned prefix_bits = 0;                 // of the 128
  bool unix_socket = false;                 // every client on a Unix socket
};

}  // namespace frontis::config
