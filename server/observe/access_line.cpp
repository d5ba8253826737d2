#include "observe/access_line.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstring>

#include "base/words.h"

namespace frontis::observe {

namespace {

// The most bytes of each field that are written; what is longer ends in the mark.
constexpr std::size_t target_limit = 8 * 1024;
constexpr std::size_t text_limit = 2 * 1024;  // Referer and User-Agent
constexpr std::size_t route_limit = 1024;
constexpr std::size_t name_limit = 256;  // host and site
constexpr std::size_t id_limit = 128;    // of the request
constexpr std::size_t word_limit = 64;   // client, method, protocol, variant, cache
constexpr std::string_view cut_mark = "...";

constexpr std::size_t longest_escape = 6;  // "\u0000"
constexpr std::size_t all_limits =
    target_limit + 2 * text_limit + route_limit + 2 * name_limit + id_limit + 5 * word_limit;
constexpr std::size_t around_fields = 1024;  // keys, punctuation, date, numbers and marks

using ByteSet = std::array<bool, 256>;

constexpr ByteSet printable_ascii_without(std::string_view excluded) {
  ByteSet set{};
  for (unsigned char byte = 0x20; byte < 0x7f; ++byte) {
    set[byte] = excluded.find(static_cast<char>(byte)) == std::string_view::npos;
  }
  return set;
}

// What stands as it is: printable ASCII but for quote, backslash and `third`.
struct Plain {
  unsigned char third;
  ByteSet bytes;
};

constexpr Plain plain_in_quotes{'"', printable_ascii_without("\"\\")};
// Where a space would begin the next field.
constexpr Plain plain_in_word{' ', printable_ascii_without("\"\\ ")};

constexpr unsigned char byte_of(char c) { return static_cast<unsigned char>(c); }

bool is_plain(std::uint64_t word, const Plain& plain) {
  const std::uint64_t others =
      trace_of('"', word) | trace_of('\\', word) | trace_of(plain.third, word);
  return others == 0 && is_printable(word);
}

class Pen {
 public:
  explicit Pen(char* at) : at_(at) {}
  char* at() const { return at_; }

  void put(char c) { *at_++ = c; }
  void put(std::string_view text) {
    std::memcpy(at_, text.data(), text.size());
    at_ += text.size();
  }
  // The bytes at the front of `text` that stand as they are, nearly always all of them; returns how
  // many these were.
  std::size_t put_plain(std::string_view text, const Plain& plain) {
    char* const out = at_;
    std::size_t length = 0;
    for (; text.size() - length >= word_size; length += word_size) {
      const std::uint64_t word = word_at(text.data() + length);
      if (!is_plain(word, plain)) break;
      std::memcpy(out + length, &word, word_size);
    }
    for (; length < text.size() && plain.bytes[byte_of(text[length])]; ++length) {
      out[length] = text[length];
    }
    at_ = out + length;
    return length;
  }
  void number(std::uint64_t value) { at_ = std::to_chars(at_, at_ + 20, value).ptr; }
  void digits(std::uint64_t value, int count) {
    for (int i = count - 1; i >= 0; --i, value /= 10) {
      at_[i] = static_cast<char>('0' + value % 10);
    }
    at_ += count;
  }
  void hex(std::uint32_t value, int count) {
    constexpr std::string_view hex_digits = "0123456789abcdef";
    for (int i = count - 1; i >= 0; --i, value >>= 4) at_[i] = hex_digits[value & 15];
    at_ += count;
  }

 private:
  char* at_;
};

// Three digits always: parsers of the format expect them.
unsigned shown_status(int status) { return static_cast<unsigned>(std::clamp(status, 0, 999)); }

// As nearly all lines of files do.
bool ends_as_usual(const AccessEntry& entry, std::uint32_t weight) {
  return entry.request_id.empty() && weight == 1;
}

// ---- combined

void put_escaped(Pen& pen, std::string_view text, const Plain& plain, std::size_t limit) {
  std::string_view rest = text.substr(0, limit);
  while (true) {
    rest.remove_prefix(pen.put_plain(rest, plain));
    if (rest.empty()) break;
    pen.put("\\x");
    pen.hex(byte_of(rest.front()), 2);
    rest.remove_prefix(1);
  }
  if (text.size() > limit) pen.put(cut_mark);
}

void put_word(Pen& pen, std::string_view text, std::size_t limit) {
  if (text.empty()) return pen.put('-');
  put_escaped(pen, text, plain_in_word, limit);
}

void put_quoted(Pen& pen, std::string_view text, std::size_t limit) {
  if (text.empty()) return pen.put("\"-\"");
  pen.put('"');
  put_escaped(pen, text, plain_in_quotes, limit);
  pen.put('"');
}

void put_request_line(Pen& pen, const AccessEntry& entry) {
  if (entry.method.empty() && entry.target.empty() && entry.protocol.empty()) {
    return pen.put("\"-\"");
  }
  pen.put('"');
  put_word(pen, entry.method, word_limit);
  pen.put(' ');
  put_word(pen, entry.target, target_limit);
  pen.put(' ');
  put_word(pen, entry.protocol, word_limit);
  pen.put('"');
}

void write_combined(Pen& pen, const AccessEntry& entry, std::uint32_t weight,
                    std::string_view date) {
  put_word(pen, entry.client, word_limit);
  pen.put(" - - [");
  pen.put(date);
  pen.put("] ");
  put_request_line(pen, entry);
  pen.put(' ');
  pen.digits(shown_status(entry.status), 3);
  pen.put(' ');
  pen.number(entry.bytes);
  pen.put(' ');
  put_quoted(pen, entry.referer, text_limit);
  pen.put(' ');
  put_quoted(pen, entry.user_agent, text_limit);
  pen.put(' ');
  put_word(pen, entry.variant, word_limit);
  pen.put(' ');
  put_word(pen, entry.cache, word_limit);
  pen.put(' ');
  pen.number(entry.duration_us);
  pen.put(' ');
  put_word(pen, entry.host, name_limit);
  if (ends_as_usual(entry, weight)) return pen.put(" - 1");
  pen.put(' ');
  put_word(pen, entry.request_id, id_limit);
  pen.put(' ');
  pen.number(weight);
}

// ---- json

struct Decoded {
  std::size_t length = 0;  // 0: not valid UTF-8
  char32_t code = 0;
};

// The well-formed sequences of RFC 3629, section 4: no overlong form, no surrogate.
Decoded decode_utf8(std::string_view text) {
  const unsigned char lead = byte_of(text.front());
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < length) return {};
  char32_t code = lead & (0xffU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte_of(text[i]) & 0xc0) != 0x80) return {};
    code = code << 6 | (byte_of(text[i]) & 0x3fU);
  }
  constexpr std::array<char32_t, 5> smallest{0, 0, 0x80, 0x800, 0x10000};
  const bool is_surrogate = code >= 0xd800 && code <= 0xdfff;
  if (code < smallest[length] || is_surrogate || code > 0x10ffff) return {};
  return {length, code};
}

// Valid UTF-8 that some reader would still take for the end of a line or for a command to the
// terminal: the C1 controls, and the two separators of Unicode.
bool is_treacherous(char32_t code) { return code < 0xa0 || code == 0x2028 || code == 0x2029; }

// Writes the character at the front of `rest`, and returns how many bytes it took.
std::size_t put_json_character(Pen& pen, std::string_view rest) {
  const char first = rest.front();
  if (first == '"' || first == '\\') {
    pen.put('\\');
    pen.put(first);
    return 1;
  }
  const bool is_ascii = byte_of(first) < 0x80;
  const Decoded decoded = is_ascii ? Decoded{1, byte_of(first)} : decode_utf8(rest);
  if (decoded.length == 0) {
    pen.put("\xef\xbf\xbd");  // U+FFFD
    return 1;
  }
  if (is_treacherous(decoded.code)) {
    pen.put("\\u");
    pen.hex(decoded.code, 4);
  } else {
    pen.put(rest.substr(0, decoded.length));
  }
  return decoded.length;
}

// The start of `text`, at most `limit` bytes, that does not end within a UTF-8 sequence.
std::string_view cut(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return text;
  std::size_t end = limit;
  while (end > limit - 3 && (byte_of(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end);
}

void put_json_string(Pen& pen, std::string_view text, std::size_t limit) {
  if (text.empty() || text == "-") return pen.put("null");
  pen.put('"');
  std::string_view rest = cut(text, limit);
  while (true) {
    rest.remove_prefix(pen.put_plain(rest, plain_in_quotes));
    if (rest.empty()) break;
    rest.remove_prefix(put_json_character(pen, rest));
  }
  if (text.size() > limit) pen.put(cut_mark);
  pen.put('"');
}

void write_json(Pen& pen, const AccessEntry& entry, std::uint32_t weight, std::string_view date,
                std::uint64_t millis) {
  const auto text = [&pen](std::string_view key, std::string_view value, std::size_t limit) {
    pen.put(key);
    put_json_string(pen, value, limit);
  };
  pen.put(R"({"time":")");
  pen.put(date);
  pen.put('.');
  pen.digits(millis, 3);
  text(R"(Z","client":)", entry.client, word_limit);
  text(R"(,"method":)", entry.method, word_limit);
  text(R"(,"target":)", entry.target, target_limit);
  text(R"(,"protocol":)", entry.protocol, word_limit);
  text(R"(,"host":)", entry.host, name_limit);
  pen.put(R"(,"status":)");
  pen.number(shown_status(entry.status));
  pen.put(R"(,"bytes":)");
  pen.number(entry.bytes);
  pen.put(R"(,"duration_us":)");
  pen.number(entry.duration_us);
  text(R"(,"referer":)", entry.referer, text_limit);
  text(R"(,"user_agent":)", entry.user_agent, text_limit);
  text(R"(,"site":)", entry.site, name_limit);
  text(R"(,"route":)", entry.route, route_limit);
  text(R"(,"variant":)", entry.variant, word_limit);
  text(R"(,"cache":)", entry.cache, word_limit);
  pen.put(R"(,"complete":)");
  pen.put(entry.complete ? "true" : "false");
  if (ends_as_usual(entry, weight)) return pen.put(R"(,"request_id":null,"sample":1})");
  text(R"(,"request_id":)", entry.request_id, id_limit);
  pen.put(R"(,"sample":)");
  pen.number(weight);
  pen.put('}');
}

// ---- the date

struct Moment {
  std::chrono::year_month_day date;
  std::chrono::hh_mm_ss<std::chrono::seconds> time;
};

Moment moment_of(std::int64_t second) {
  const std::chrono::sys_seconds point{std::chrono::seconds(second)};
  const auto day = std::chrono::floor<std::chrono::days>(point);
  return {std::chrono::year_month_day(day), std::chrono::hh_mm_ss(point - day)};
}

std::uint64_t year_of(const Moment& moment) {
  return static_cast<std::uint64_t>(static_cast<int>(moment.date.year()));
}

void put_time(Pen& pen, const Moment& moment) {
  pen.digits(static_cast<std::uint64_t>(moment.time.hours().count()), 2);
  pen.put(':');
  pen.digits(static_cast<std::uint64_t>(moment.time.minutes().count()), 2);
  pen.put(':');
  pen.digits(static_cast<std::uint64_t>(moment.time.seconds().count()), 2);
}

// "22/Nov/2026:17:33:31 +0000"
void put_combined_date(Pen& pen, const Moment& moment) {
  constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
  pen.digits(static_cast<unsigned>(moment.date.day()), 2);
  pen.put('/');
  pen.put(months.substr((static_cast<unsigned>(moment.date.month()) - 1) * 3, 3));
  pen.put('/');
  pen.digits(year_of(moment), 4);
  pen.put(':');
  put_time(pen, moment);
  pen.put(" +0000");
}

// "2026-11-22T17:33:31", to which each line adds its milliseconds and the Z.
void put_json_date(Pen& pen, const Moment& moment) {
  pen.digits(year_of(moment), 4);
  pen.put('-');
  pen.digits(static_cast<unsigned>(moment.date.month()), 2);
  pen.put('-');
  pen.digits(static_cast<unsigned>(moment.date.day()), 2);
  pen.put('T');
  put_time(pen, moment);
}

constexpr std::int64_t micros_in_second = 1'000'000;
// The years 1970 to 9999, which is what four digits can show of any clock that is set.
constexpr std::int64_t last_moment_us = 253'402'300'800 * micros_in_second - 1;

}  // namespace

const std::size_t AccessLine::longest = all_limits * longest_escape + around_fields;

void AccessLine::remember_date(std::int64_t second) {
  second_ = second;
  Pen pen(date_.data());
  const Moment moment = moment_of(second);
  if (format_ == config::AccessFormat::json) {
    put_json_date(pen, moment);
  } else {
    put_combined_date(pen, moment);
  }
  date_length_ = static_cast<std::size_t>(pen.at() - date_.data());
}

char* AccessLine::write(const AccessEntry& entry, std::uint32_t weight, char* out) {
  const std::int64_t wall_us = std::clamp<std::int64_t>(entry.wall_us, 0, last_moment_us);
  if (const std::int64_t second = wall_us / micros_in_second; second != second_) {
    remember_date(second);
  }
  Pen pen(out);
  const std::string_view date(date_.data(), date_length_);
  if (format_ == config::AccessFormat::json) {
    const auto millis = static_cast<std::uint64_t>(wall_us % micros_in_second) / 1000;
    write_json(pen, entry, weight, date, millis);
  } else {
    write_combined(pen, entry, weight, date);
  }
  pen.put('\n');
  return pen.at();
}

}  // namespace frontis::observe
