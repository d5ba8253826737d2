#include "config/wsgi_app.h"

#include <algorithm>

#include "base/text.h"
#include "config/fault.h"
#include "config/variables.h"

namespace frontis::config {

namespace {

using std::chrono::milliseconds;

constexpr std::uint64_t mib = 1024 * 1024;
constexpr std::uint64_t tib = 1024 * 1024 * mib;
constexpr milliseconds hour{3'600'000};

bool is_identifier(std::string_view text) {
  const auto is_good = [](char c) {
    const char lower = ascii_lower(c);
    return (lower >= 'a' && lower <= 'z') || is_digit(c) || c == '_' ||
           static_cast<unsigned char>(c) >= 0x80;
  };
  return !text.empty() && !is_digit(text.front()) && std::all_of(text.begin(), text.end(), is_good);
}

// Names with dots between them: a module, or an object in one.
bool is_dotted(std::string_view text) {
  while (true) {
    const std::size_t dot = text.find('.');
    if (!is_identifier(text.substr(0, dot))) return false;
    if (dot == text.npos) return true;
    text.remove_prefix(dot + 1);
  }
}

// What Django calls WSGI_APPLICATION has a dot where we have a colon.
tl::unexpected<Error> not_a_colon(std::string_view text, std::size_t dot) {
  const std::string object =
      std::string(text.substr(0, dot)) + ":" + std::string(text.substr(dot + 1));
  return fail(ErrorKind::invalid, "write " + in_quotes(object) +
                                      ", with a colon between module and callable, instead of " +
                                      in_quotes(text));
}

tl::unexpected<Error> not_a_callable(std::string_view text) {
  const std::size_t bracket = text.find('(');
  if (bracket == text.npos) {
    return fail(ErrorKind::invalid,
                "expected a module and its callable such as mysite.wsgi:application, with dots "
                "between the folders as in an import, found " +
                    in_quotes(text));
  }
  return fail(ErrorKind::invalid,
              "expected a function that makes the application when it is called without "
              "arguments, such as mysite:create_app(), found " +
                  in_quotes(text));
}

void read_callable(Reader& reader, const Node& value, WsgiSettings& into) {
  const std::string* text =
      reader.text(value, "a module and its callable such as mysite.wsgi:application");
  if (!text) return;
  Result<std::string> callable = parse_callable(*text);
  if (!callable) return reader.fault(value.at, callable.error().message);
  into.callable = std::move(*callable);
}

void read_directory(Reader& reader, const Node& value, WsgiSettings& into) {
  if (auto directory = reader.directory(value)) into.directory = std::move(*directory);
}

void read_python(Reader& reader, const Node& value, WsgiSettings& into) {
  constexpr std::string_view expected =
      "a Python interpreter such as python3 or venv/bin/python, without options";
  const std::string* text = reader.text(value, expected);
  if (!text) return;
  if (text->find('/') != text->npos) {
    if (const auto path = reader.path(value, expected)) into.python = path->native();
    return;
  }
  const auto is_odd = [](unsigned char c) { return c <= 0x20 || c == 0x7f; };
  constexpr std::size_t longest = 255;
  if (text->size() > longest || std::any_of(text->begin(), text->end(), is_odd)) {
    return reader.unexpected(value, expected);
  }
  into.python = *text;
}

template <auto member, std::uint64_t low, std::uint64_t high>
void read_number(Reader& reader, const Node& value, WsgiSettings& into) {
  if (const auto n = reader.number(value, low, high)) {
    into.*member = static_cast<std::uint32_t>(*n);
  }
}

void read_max_memory(Reader& reader, const Node& value, WsgiSettings& into) {
  constexpr std::uint64_t least = 16 * mib;  // an interpreter alone takes about 10
  if (value.kind == Node::Kind::scalar && value.text == "0") {
    into.max_memory = 0;
  } else if (const auto bytes = reader.size(value, least, tib)) {
    into.max_memory = *bytes;
  }
}

void read_reload_on(Reader& reader, const Node& value, WsgiSettings& into) {
  constexpr std::size_t most = 64;
  into.reload_on.clear();
  reader.each(value, [&](const Node& item) {
    auto path = reader.path(item, "the path of a file");
    if (!path) return;
    if (into.reload_on.size() == most) {
      return reader.fault(item.at, "more than " + std::to_string(most) + " files");
    }
    into.reload_on.push_back(std::move(*path));
  });
}

void read_start_timeout(Reader& reader, const Node& value, WsgiSettings& into) {
  if (const auto time = reader.duration(value, milliseconds(1000), hour)) {
    into.start_timeout = *time;
  }
}

void read_stop_timeout(Reader& reader, const Node& value, WsgiSettings& into) {
  if (const auto time = reader.duration(value, milliseconds(0), hour)) into.stop_timeout = *time;
}

constexpr Key<WsgiSettings> keys[] = {
    {"wsgi", read_callable},
    {"directory", read_directory},
    {"python", read_python},
    {"processes", read_number<&WsgiSettings::processes, 0, 1024>},
    {"threads", read_number<&WsgiSettings::threads, 1, 256>},
    {"env", [](Reader& r, const Node& v, WsgiSettings& s) { read_environment(r, v, s.env); }},
    {"max_requests", read_number<&WsgiSettings::max_requests, 0, 1'000'000'000>},
    {"max_memory", read_max_memory},
    {"reload_on", read_reload_on},
    {"start_timeout", read_start_timeout},
    {"stop_timeout", read_stop_timeout},
};

}  // namespace

Result<std::string> parse_callable(std::string_view text) {
  constexpr std::size_t longest = 1024;
  constexpr std::string_view usual = "application";
  const std::size_t colon = text.find(':');
  const bool has_callable = colon != text.npos;
  const std::string_view module = text.substr(0, colon);
  const std::string_view callable = has_callable ? text.substr(colon + 1) : usual;
  const bool is_called = callable.ends_with("()");
  const std::string_view object = callable.substr(0, callable.size() - (is_called ? 2 : 0));
  if (text.size() > longest || !is_dotted(module) || !is_dotted(object)) {
    return not_a_callable(text);
  }
  const std::size_t dot = module.rfind('.');
  if (!has_callable && dot != text.npos && module.substr(dot + 1) == usual) {
    return not_a_colon(text, dot);
  }
  return std::string(module) + ":" + std::string(callable);
}

bool read_wsgi_key(Reader& reader, const Entry& entry, WsgiSettings& into) {
  return read_key<WsgiSettings>(reader, entry, keys, into);
}

std::vector<std::string_view> wsgi_keys() { return names_of<WsgiSettings>(keys); }

}  // namespace frontis::config
