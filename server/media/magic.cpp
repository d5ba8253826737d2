#include "media/magic.h"

#include <magic.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/text.h"

namespace frontis::media {

namespace {

constexpr std::string_view unknown_type = "application/octet-stream";

// Loading the database costs milliseconds, and a cookie may be used by one thread at a time: so
// each press thread keeps one for as long as it lives. One that could not be loaded stays null.
class Cookie {
 public:
  Cookie() : cookie_(magic_open(MAGIC_MIME_TYPE)) {
    if (cookie_ != nullptr && magic_load(cookie_, nullptr) != 0) close();
  }
  ~Cookie() { close(); }
  Cookie(const Cookie&) = delete;
  Cookie& operator=(const Cookie&) = delete;

  std::string_view type_of(std::string_view bytes) const {
    if (cookie_ == nullptr) return unknown_type;
    const char* type = magic_buffer(cookie_, bytes.data(), bytes.size());
    return type == nullptr ? unknown_type : std::string_view(type);
  }

 private:
  void close() {
    if (cookie_ != nullptr) magic_close(cookie_);
    cookie_ = nullptr;
  }

  magic_t cookie_;
};

// One type and subtype of plain characters: libmagic has been seen to run two answers together.
bool is_media_type(std::string_view type) {
  const auto plain = [](char c) {
    const char lower = ascii_lower(c);
    return (lower >= 'a' && lower <= 'z') || is_digit(c) || c == '/' || c == '-' || c == '+' ||
           c == '.' || c == '_';
  };
  const std::size_t slash = type.find('/');
  return slash != std::string_view::npos && slash != 0 && slash + 1 < type.size() &&
         type.size() <= 100 && std::count(type.begin(), type.end(), '/') == 1 &&
         std::all_of(type.begin(), type.end(), plain);
}

// Text of any kind, and what a browser would run or take apart, under whatever name.
bool is_text_or_active(std::string_view type) {
  constexpr std::string_view families[] = {"text/", "message/", "multipart/", "application/xml",
                                           "application/x-xml"};
  for (const std::string_view family : families) {
    if (type.starts_with(family)) return true;
  }
  return type.ends_with("+xml") || type.ends_with("/javascript") ||
         type.ends_with("/x-javascript") || type.ends_with("/ecmascript") ||
         type.ends_with("/xhtml") || type.ends_with("php");
}

// The length of the UTF-8 sequence that `lead` begins and the range of its second byte (Unicode,
// table 3-7); 0 when no sequence begins so.
struct Lead {
  std::size_t length = 0;
  unsigned char low = 0x80;
  unsigned char high = 0xbf;
};

Lead lead_of(unsigned char lead) {
  if (lead < 0x80) return {1};
  if (lead < 0xc2) return {};
  if (lead < 0xe0) return {2};
  if (lead == 0xe0) return {3, 0xa0, 0xbf};
  if (lead == 0xed) return {3, 0x80, 0x9f};
  if (lead < 0xf0) return {3};
  if (lead == 0xf0) return {4, 0x90, 0xbf};
  if (lead < 0xf4) return {4};
  if (lead == 0xf4) return {4, 0x80, 0x8f};
  return {};
}

bool is_utf8(std::string_view text, bool may_be_cut) {
  for (std::size_t at = 0; at < text.size();) {
    const Lead lead = lead_of(static_cast<unsigned char>(text[at]));
    if (lead.length == 0) return false;
    const std::string_view sequence = text.substr(at, lead.length);
    for (std::size_t i = 1; i < sequence.size(); ++i) {
      const auto byte = static_cast<unsigned char>(sequence[i]);
      const bool is_second = i == 1;
      if (byte < (is_second ? lead.low : 0x80) || byte > (is_second ? lead.high : 0xbf)) {
        return false;
      }
    }
    if (sequence.size() < lead.length) return may_be_cut;
    at += lead.length;
  }
  return true;
}

constexpr bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r';
}

std::string_view skip_blanks(std::string_view text) {
  const auto* first = std::find_if_not(text.begin(), text.end(), is_blank);
  return text.substr(static_cast<std::size_t>(first - text.begin()));
}

bool starts_with_ignoring_case(std::string_view text, std::string_view start) {
  return equal_ignoring_case(text.substr(0, start.size()), start);
}

// Every second byte of UTF-16, in which markup is ASCII; other characters become '?'.
std::string narrow(std::string_view wide, bool is_big_endian) {
  std::string text;
  text.reserve(wide.size() / 2);
  for (std::size_t at = 0; at + 1 < wide.size(); at += 2) {
    const char low = wide[is_big_endian ? at + 1 : at];
    const char high = wide[is_big_endian ? at : at + 1];
    text.push_back(high == '\0' ? low : '?');
  }
  return text;
}

// Browsers heed a byte order mark; XML is also recognised as UTF-16 without one.
std::string as_ascii(std::string_view start) {
  using namespace std::string_view_literals;
  if (start.starts_with("\xef\xbb\xbf"sv)) return std::string(start.substr(3));
  if (start.starts_with("\xfe\xff"sv)) return narrow(start.substr(2), true);
  if (start.starts_with("\xff\xfe"sv)) return narrow(start.substr(2), false);
  if (start.starts_with("\0<\0"sv)) return narrow(start, true);
  if (start.size() >= 4 && start[0] == '<' && start[1] == '\0' && start[3] == '\0') {
    return narrow(start, false);
  }
  return std::string(start);
}

// Tags that the MIME sniffing rules take for the beginning of HTML.
bool begins_html(std::string_view text) {
  constexpr std::string_view tags[] = {
      "<!doctype html", "<html",   "<head",  "<script", "<iframe", "<h1",   "<div", "<font",
      "<table",         "<a",      "<style", "<title",  "<b",      "<body", "<br",  "<p",
      "<img",           "<object", "<embed", "<form"};
  return std::any_of(std::begin(tags), std::end(tags), [text](std::string_view tag) {
    if (!starts_with_ignoring_case(text, tag) || text.size() == tag.size()) return false;
    const char after = text[tag.size()];
    return is_blank(after) || after == '>' || after == '/';
  });
}

// An element of that name, with or without a namespace prefix.
bool mentions_svg(std::string_view text) {
  const std::string lower = lower_case(text.substr(0, 1024));
  return lower.find("<svg") != std::string::npos || lower.find(":svg") != std::string::npos;
}

bool begins_xml(std::string_view text) {
  if (starts_with_ignoring_case(text, "<?xml")) return true;
  if (starts_with_ignoring_case(text, "<!doctype")) return true;
  if (starts_with_ignoring_case(text, "<svg")) return true;
  return text.starts_with('<') && text.substr(0, 1024).find("xmlns") != std::string_view::npos;
}

// How scripts tend to begin. A guess, in which a wrong yes only makes text of text.
bool begins_script(std::string_view text) {
  constexpr std::string_view openings[] = {
      "'use strict'", "\"use strict\"", "(function", ";(function",  "!function", "+function",
      "function ",    "function(",      "(()",       ";(()",        "(async",    "async function",
      "var ",         "let ",           "const ",    "import ",     "import{",   "import\"",
      "export ",      "class ",         "window.",   "window[",     "document.", "self.",
      "globalThis.",  "alert(",         "eval(",     "fetch(",      "location.", "location=",
      "navigator.",   "importScripts(", "console.",  "setTimeout(", "$(",        "jQuery(",
      "webpackJsonp"};
  return std::any_of(std::begin(openings), std::end(openings),
                     [text](std::string_view opening) { return text.starts_with(opening); });
}

// Drops blanks and comments between `open` and `close`; one without an end drops everything.
std::string_view skip_comments(std::string_view text, std::string_view open,
                               std::string_view close) {
  text = skip_blanks(text);
  while (text.starts_with(open)) {
    const std::size_t end = text.find(close, open.size());
    if (end == std::string_view::npos) return {};
    text = skip_blanks(text.substr(end + close.size()));
  }
  return text;
}

std::string_view skip_script_comments(std::string_view text) {
  for (;;) {
    const std::size_t before = text.size();
    text = skip_comments(text, "/*", "*/");
    text = skip_comments(text, "//", "\n");
    if (text.size() == before) return text;
  }
}

}  // namespace

std::string magic_type(std::string_view start) {
  constexpr std::string_view utf8_text = "text/plain; charset=utf-8";
  const bool may_be_cut = start.size() >= magic_bytes;
  start = start.substr(0, magic_bytes);
  if (start.empty()) return std::string(utf8_text);
  thread_local const Cookie cookie;
  const std::string_view type = cookie.type_of(start);
  if (!is_media_type(type)) return std::string(unknown_type);
  if (!is_text_or_active(type)) return std::string(type);
  return is_utf8(start, may_be_cut) ? std::string(utf8_text) : "text/plain";
}

Activity activity_of(std::string_view start) {
  const std::string ascii = as_ascii(start.substr(0, magic_bytes));
  const std::string_view text = skip_blanks(ascii);
  // A comment alone means HTML to a browser, but before <svg> it is the drawing program's.
  const std::string_view beyond = skip_comments(text, "<!--", "-->");
  if (begins_html(beyond)) return Activity::html;
  if (begins_xml(beyond)) return mentions_svg(beyond) ? Activity::svg : Activity::xml;
  if (text.starts_with("<!--")) return Activity::html;
  return begins_script(skip_script_comments(text)) ? Activity::script : Activity::none;
}

}  // namespace frontis::media
