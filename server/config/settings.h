// What the configuration says, as plain values: filled by `load`, read by everyone, changed by
// nobody. Every limit has its default here; conf/frontis.yaml shows the key of each.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "config/app_settings.h"

namespace frontis::config {

// Where to listen: an address and port, or the path of a Unix socket.
struct Listen {
  std::string address;  // "" = every IPv4 and IPv6 address; else a literal such as 127.0.0.1 or ::1
  std::uint16_t port = 0;
  std::filesystem::path unix_path;  // not empty: a Unix socket, and the two above mean nothing
  bool proxy_protocol = false;      // each connection begins with a PROXY header (v1 or v2)
  std::string source;               // the place of it, for errors: "frontis.yaml:3:9"

  bool is_unix() const { return !unix_path.empty(); }
  // Nobody reaches it from another machine: a Unix socket, 127.0.0.0/8 or ::1.
  bool is_local() const;
  std::string text() const;  // "127.0.0.1:8080", "[::1]:8080", "*:8080", "unix:/run/x.sock"
  friend bool operator==(const Listen& a, const Listen& b) {
    return a.address == b.address && a.port == b.port && a.unix_path == b.unix_path;
  }
};

// What is to be said of an `admin` that is not local.
[[nodiscard]] std::string public_admin(const Listen& admin);

struct Limits {
  std::uint32_t request_line = 8 * 1024;           // bytes -> 414
  std::uint32_t headers = 16 * 1024;               // bytes of all fields -> 431
  std::uint32_t header_fields = 100;               // -> 431
  std::uint64_t body = 100ULL * 1024 * 1024;       // bytes -> 413
  std::chrono::milliseconds head_timeout{10'000};  // first byte of a head to its last
  std::chrono::milliseconds idle_timeout{30'000};  // keep-alive without a request
  std::chrono::milliseconds rate_window{10'000};   // the span over which min_rate is judged
  std::uint32_t min_rate = 1024;                   // bytes/s of a body or a reader; 0 = no minimum
  std::uint32_t connections = 10'000;              // of the whole process
  std::uint32_t connections_per_client = 256;      // per address; 0 = no limit
  std::chrono::milliseconds drain{30'000};         // a stop waits so long for what is in flight
  std::chrono::milliseconds hand_over{3'600'000};  // and so long does an upgrade
  std::uint64_t hot_cache = 64ULL * 1024 * 1024;   // bytes of file content kept ready, per thread

  friend bool operator==(const Limits&, const Limits&) = default;
};

enum class LogLevel { debug, info, warning, error, off };
enum class AccessFormat { combined, json };

struct LogSettings {
  std::string access = "off";  // "off", "stdout" or a path
  AccessFormat format = AccessFormat::combined;
  LogLevel level = LogLevel::info;
  std::string file = "stderr";  // or a path
  std::uint32_t sample = 1;     // of so many routine answers of files, one has a line

  friend bool operator==(const LogSettings&, const LogSettings&) = default;
};

// What is made of files ahead of time.
struct PressSettings {
  unsigned threads = 1;                      // that compress, at idle priority
  unsigned share = 100;                      // percent of a core's time that each of them may use
  bool gzip = true, br = true, zstd = true;  // press.codings
  std::uint64_t largest = 32ULL * 1024 * 1024;     // bytes; larger files stay as they are
  std::uint64_t size = 2ULL * 1024 * 1024 * 1024;  // bytes of all variants under `state`
  bool deltas = false;  // RFC 9842: send what changed since a version that the client has

  friend bool operator==(const PressSettings&, const PressSettings&) = default;
};

// Versions of fingerprinted files that stay answerable after they have gone.
struct KeepSettings {
  std::chrono::seconds time{30LL * 86'400};    // since it was last seen; 0 = nothing is kept
  std::uint64_t size = 1024ULL * 1024 * 1024;  // bytes of all kept versions under `state`

  friend bool operator==(const KeepSettings&, const KeepSettings&) = default;
};

// How long the answer for a file may be kept: the `cache` key of a files route.
struct CachePolicy {
  enum class Kind { automatic, seconds, immutable, none };
  Kind kind = Kind::automatic;
  std::chrono::seconds max_age{0};  // for `seconds`
};

// Serve files of a directory. The route's prefix is stripped before the root is searched.
struct FilesAction {
  std::filesystem::path root;  // absolute
  CachePolicy cache;
  std::vector<std::string> fingerprinted;  // prefixes relative to the root, "assets/"; "" = all
  std::vector<std::string> index{"index.html"};
  std::vector<std::filesystem::path> links;  // absolute directories that links may lead to
  std::vector<std::string> allow;            // names (or globs) that the deny list would refuse
  bool uploads = false;                      // users put files here: active content is defused
  bool internal = false;  // the route is reached by X-Accel-Redirect and X-Sendfile only; else 404
  bool modern_images = false;  // photo.jpg may be answered by photo.jpg.avif or .webp (Accept)
  Headers headers;             // added to each answer of this action
};

struct RespondAction {
  int status = 404;
  std::string body;  // empty: a short plain page
  std::string type = "text/plain; charset=utf-8";
  Headers headers;
};

struct RedirectAction {
  // Absolute URL or path. A trailing "$uri" is replaced by path and query of the request, which
  // begin with '/': what stands before it does not end in one.
  std::string to;
  int status = 308;
};

// Give the request to an application of `apps`. Never passes.
struct AppAction {
  std::string app;      // its name in Settings::apps
  bool mount = false;   // the route's prefix goes to SCRIPT_NAME, PATH_INFO begins behind it
  bool stream = false;  // neither the request's body nor the answer is buffered
  std::chrono::seconds cache_responses{0};  // keep shared answers, these so long; 0 = none
  Headers headers;                          // added to each answer of this action
};

// Answer with the value of a memcached key, if there is one.
struct MemcachedAction {
  Backend server;
  // The key: "$uri" is replaced by path and query of the request as they came, "$path" by the
  // decoded path, "$host" by the host in lower case.
  std::string key;
  std::string type;  // media type of the answer; empty: that of the path's extension
  std::chrono::milliseconds timeout{200};  // for connecting, and for each wait
  Headers headers;
};

using Action = std::variant<FilesAction, RespondAction, RedirectAction, AppAction, MemcachedAction>;

struct Route {
  std::string path;           // "/static/" (prefix on a segment boundary) or "/robots.txt" (exact)
  std::vector<Action> chain;  // tried in turn; never empty
  std::string source;         // "frontis.yaml:12:5"

  bool is_prefix() const { return path.back() == '/'; }
  bool is_internal() const;  // one of its files actions says so
};

struct Site {
  std::vector<std::string> names;  // lower case; exact, "*.example.org" or "*"
  std::vector<Route> routes;
  std::string source;
};

struct Settings {
  std::filesystem::path file;   // that this was read from, absolute; empty for `frontis run`
  std::vector<Listen> listen;   // never empty when it comes from `load`
  std::vector<Listen> admin;    // where figures are shown, to those who run this; empty: nowhere
  std::filesystem::path state;  // empty: nothing is kept on disk
  std::string user;             // to become after the sockets are bound; empty = stay
  unsigned threads = 0;         // 0 = one per core
  PressSettings press;
  KeepSettings keep;
  LogSettings log;
  Limits limits;
  BufferSettings buffers;
  // Whose X-Forwarded-* and Forwarded fields are believed; nobody's when empty.
  std::vector<Network> trusted_proxies;
  std::uint64_t response_cache = 64ULL * 1024 * 1024;  // bytes of kept answers (cache_responses)
  std::vector<App> apps;
  std::vector<Site> sites;
  // Where the file says what the keys above `apps` are: "frontis.yaml:3:7" of "user", "log.access".
  std::map<std::string, std::string, std::less<>> places;

  // For findings about a key: its place, or the name of the file where that does not say it.
  std::string place_of(std::string_view key) const;
};

}  // namespace frontis::config
