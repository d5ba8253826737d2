#include "config/load.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "base/descriptor.h"
#include "base/file_bytes.h"
#include "base/result.h"
#include "base/text.h"
#include "config/actions.h"
#include "config/apps.h"
#include "config/listen_entries.h"
#include "config/press_settings.h"
#include "config/proxy_settings.h"
#include "config/reader.h"
#include "config/sites.h"

namespace frontis::config {

namespace {

using std::chrono::milliseconds;

constexpr std::uint16_t default_port = 8080;

// --- limits ---

template <auto member, std::uint64_t low, std::uint64_t high>
void read_size(Reader& reader, const Node& value, Limits& into) {
  using Number = std::remove_reference_t<decltype(into.*member)>;
  if (const auto bytes = reader.size(value, low, high)) into.*member = static_cast<Number>(*bytes);
}

template <auto member, std::uint64_t low, std::uint64_t high>
void read_number(Reader& reader, const Node& value, Limits& into) {
  if (const auto n = reader.number(value, low, high)) {
    into.*member = static_cast<std::uint32_t>(*n);
  }
}

template <auto member, std::int64_t low_ms, std::int64_t high_ms>
void read_duration(Reader& reader, const Node& value, Limits& into) {
  const auto length = reader.duration(value, milliseconds(low_ms), milliseconds(high_ms));
  if (length) into.*member = *length;
}

constexpr std::uint64_t kib = 1024;
constexpr std::uint64_t mib = 1024 * kib;
constexpr std::uint64_t gib = 1024 * mib;
constexpr std::int64_t minute_ms = 60'000;

constexpr Key<Limits> limit_keys[] = {
    {"request_line", read_size<&Limits::request_line, 256, 64 * kib>},
    {"headers", read_size<&Limits::headers, kib, mib>},
    {"header_fields", read_number<&Limits::header_fields, 10, 1000>},
    {"body", read_size<&Limits::body, 0, 1024 * gib>},
    {"head_timeout", read_duration<&Limits::head_timeout, 100, 10 * minute_ms>},
    {"idle_timeout", read_duration<&Limits::idle_timeout, 100, 60 * minute_ms>},
    {"rate_window", read_duration<&Limits::rate_window, 100, 10 * minute_ms>},
    {"min_rate", read_size<&Limits::min_rate, 0, gib>},
    {"connections", read_number<&Limits::connections, 1, 1'000'000>},
    {"connections_per_client", read_number<&Limits::connections_per_client, 0, 1'000'000>},
    {"drain", read_duration<&Limits::drain, 0, 60 * minute_ms>},
    {"hand_over", read_duration<&Limits::hand_over, 0, 24 * 60 * minute_ms>},
    {"hot_cache", read_size<&Limits::hot_cache, 0, 64 * gib>},
};

// --- log ---

// A word or a path. A single word that is neither is not taken for a file of that name.
void read_sink(Reader& reader, const Node& value, std::span<const std::string_view> words,
               std::string_view expected, std::string& into) {
  const std::string* text = reader.text(value, expected);
  if (!text) return;
  if (std::find(words.begin(), words.end(), *text) != words.end()) {
    into = *text;
  } else if (text->find('/') == std::string::npos) {
    reader.fault(value.at, "expected " + std::string(expected) + ", found " + in_quotes(*text) +
                               suggestion(*text, words, false));
  } else if (const auto path = reader.path(value, expected)) {
    into = path->native();
  }
}

void read_access(Reader& reader, const Node& value, LogSettings& into) {
  constexpr std::string_view words[] = {"off", "stdout"};
  read_sink(reader, value, words, "off, stdout or a path such as /var/log/frontis/access.log",
            into.access);
}

void read_log_file(Reader& reader, const Node& value, LogSettings& into) {
  constexpr std::string_view words[] = {"stderr"};
  read_sink(reader, value, words, "stderr or a path such as /var/log/frontis/error.log", into.file);
}

void read_format(Reader& reader, const Node& value, LogSettings& into) {
  constexpr std::string_view words[] = {"combined", "json"};
  constexpr AccessFormat formats[] = {AccessFormat::combined, AccessFormat::json};
  if (const auto index = reader.word(value, words)) into.format = formats[*index];
}

void read_level(Reader& reader, const Node& value, LogSettings& into) {
  constexpr std::string_view words[] = {"debug", "info", "warning", "error", "off"};
  constexpr LogLevel levels[] = {LogLevel::debug, LogLevel::info, LogLevel::warning,
                                 LogLevel::error, LogLevel::off};
  if (const auto index = reader.word(value, words)) into.level = levels[*index];
}

// "1/100": for one in a hundred.
void read_sample(Reader& reader, const Node& value, LogSettings& into) {
  constexpr std::string_view expected = "a share such as 1/100, at least 1/1000000";
  constexpr std::uint64_t most = 1'000'000;
  const std::string* text = reader.text(value, expected);
  if (!text) return;
  const std::string_view written = *text;
  const auto share = written.starts_with("1/") ? parse_decimal(written.substr(2)) : std::nullopt;
  if (!share || *share < 1 || *share > most) return reader.unexpected(value, expected);
  into.sample = static_cast<std::uint32_t>(*share);
}

constexpr Key<LogSettings> log_keys[] = {
    {"access", read_access}, {"format", read_format}, {"level", read_level},
    {"file", read_log_file}, {"sample", read_sample},
};

// --- the top ---

void read_state(Reader& reader, const Node& value, Settings& into) {
  if (auto path = reader.path(value, "the path of a directory")) into.state = std::move(*path);
}

void read_user(Reader& reader, const Node& value, Settings& into) {
  constexpr std::string_view expected = "the name of a user such as www-data";
  constexpr std::size_t longest = 32;
  const std::string* name = reader.text(value, expected);
  if (!name) return;
  const bool is_name = std::all_of(name->begin(), name->end(), [](unsigned char c) {
    return c > 0x20 && c != 0x7f && c != ':' && c != '/';
  });
  if (!is_name || name->size() > longest) return reader.unexpected(value, expected);
  into.user = *name;
}

void read_threads(Reader& reader, const Node& value, Settings& into) {
  if (const auto count = reader.number(value, 0, 256)) into.threads = static_cast<unsigned>(*count);
}

constexpr Key<Settings> top_keys[] = {
    {"listen", [](Reader& r, const Node& v, Settings& s) { read_listen(r, v, s.listen); }},
    {"admin", [](Reader& r, const Node& v, Settings& s) { read_admin(r, v, s.admin); }},
    {"state", read_state},
    {"user", read_user},
    {"threads", read_threads},
    {"log",
     [](Reader& r, const Node& v, Settings& s) { read_keys<LogSettings>(r, v, log_keys, s.log); }},
    {"limits",
     [](Reader& r, const Node& v, Settings& s) { read_keys<Limits>(r, v, limit_keys, s.limits); }},
    {"press", [](Reader& r, const Node& v, Settings& s) { read_press(r, v, s.press); }},
    {"keep", [](Reader& r, const Node& v, Settings& s) { read_keep(r, v, s.keep); }},
    {"keep_size", [](Reader& r, const Node& v, Settings& s) { read_keep_size(r, v, s.keep); }},
    {"trusted_proxies",
     [](Reader& r, const Node& v, Settings& s) { read_trusted_proxies(r, v, s.trusted_proxies); }},
    {"buffers", [](Reader& r, const Node& v, Settings& s) { read_buffers(r, v, s.buffers); }},
    {"response_cache",
     [](Reader& r, const Node& v, Settings& s) { read_response_cache(r, v, s.response_cache); }},
    {"apps", [](Reader& r, const Node& v, Settings& s) { read_apps(r, v, s.apps); }},
    {"sites", [](Reader& r, const Node& v, Settings& s) { read_sites(r, v, s.sites); }},
    {"tls", nullptr, "put a server that speaks TLS in front of it"},
};

// Of the keys that are not lists of things with places of their own.
void note_places(const Reader& reader, const Node& mapping, const std::string& above,
                 Settings& into) {
  for (const Entry& entry : mapping.entries) {
    const Node& value = *entry.value;
    if (above.empty() && (entry.key == "apps" || entry.key == "sites")) continue;
    if (value.kind == Node::Kind::scalar) into.places[above + entry.key] = reader.place(value.at);
    if (above.empty()) note_places(reader, value, entry.key + ".", into);
  }
}

void read_top(Reader& reader, const Node& root, Settings& into) {
  if (root.kind == Node::Kind::nothing) {
    return reader.fault({}, "holds no settings; at least 'sites' is needed");
  }
  read_keys<Settings>(reader, root, top_keys, into);
  note_places(reader, root, "", into);
  check_used_apps(reader, into.apps);
  check_admin(reader, root, into);
  const bool has_sites = std::any_of(root.entries.begin(), root.entries.end(),
                                     [](const Entry& entry) { return entry.key == "sites"; });
  if (root.kind == Node::Kind::mapping && !has_sites) {
    reader.fault({}, "no 'sites': there is nothing to serve");
  }
}

// Bounded, and never from something that could block.
Result<std::string> read_whole(const std::filesystem::path& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  if (!file.is_open()) return fail_errno("cannot be opened", errno);
  struct stat status {};
  if (::fstat(file.number(), &status) != 0) return fail_errno("cannot be examined", errno);
  if (!S_ISREG(status.st_mode)) return fail(ErrorKind::invalid, "is not a regular file");

  std::string text(max_document_bytes + 1, '\0');
  const auto length = read_at(file.number(), text, 0);
  if (!length) return fail_errno("cannot be read", errno);
  text.resize(*length);
  return text;
}

void append_paths(const std::string& prefix, const std::vector<std::string_view>& names,
                  std::vector<std::string>& out) {
  for (const std::string_view name : names) out.push_back(prefix + std::string(name));
}

}  // namespace

Loaded load_file(const std::filesystem::path& path) {
  const Result<std::string> text = read_whole(path);
  if (text) return load_text(*text, path.native());
  return {std::nullopt, {Fault{path.native(), 0, 0, text.error().message}}};
}

Loaded load_text(std::string_view yaml, const std::string& file_name) {
  Faults faults(file_name);
  Settings settings;
  std::error_code error;
  settings.file = std::filesystem::absolute(file_name, error);
  settings.listen.resize(1);
  settings.listen.front().port = default_port;
  settings.listen.front().source = file_name;

  if (const std::shared_ptr<const Node> root = read_document(yaml, faults)) {
    Reader reader(faults, settings.file.parent_path());
    read_top(reader, *root, settings);
  }
  if (!faults.empty()) return {std::nullopt, faults.sorted()};
  return {std::move(settings), {}};
}

std::vector<std::string> key_paths() {
  std::vector<std::string> out;
  append_paths("", names_of<Settings>(top_keys), out);
  append_paths("log.", names_of<LogSettings>(log_keys), out);
  append_paths("limits.", names_of<Limits>(limit_keys), out);
  append_paths("press.", press_keys(), out);
  append_paths("listen.", listen_keys(), out);
  append_paths("buffers.", buffer_keys(), out);
  append_paths("apps.NAME.", app_keys(), out);
  append_paths("sites.HOST./PATH.", action_keys(), out);
  return out;
}

}  // namespace frontis::config
