#include "media/mime.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>

#include "base/descriptor.h"
#include "base/text.h"

namespace frontis::media {

namespace {

constexpr std::size_t largest_file = 4 * 1024 * 1024;
constexpr std::size_t longest_extension = 32;
constexpr std::size_t longest_type = 127;  // RFC 6838, 4.2, for each half: far more than is used

struct BuiltIn {
  std::string_view extension;
  std::string_view type;
};

// Sorted by extension. Types are those of the IANA registry where it has one.
constexpr BuiltIn built_in[] = {
    {"3g2", "video/3gpp2"},
    {"3gp", "video/3gpp"},
    {"7z", "application/x-7z-compressed"},
    {"aac", "audio/aac"},
    {"aif", "audio/aiff"},
    {"aiff", "audio/aiff"},
    {"apk", "application/vnd.android.package-archive"},
    {"apng", "image/apng"},
    {"appcache", "text/cache-manifest; charset=utf-8"},
    {"asc", "application/pgp-signature"},
    {"atom", "application/atom+xml; charset=utf-8"},
    {"avi", "video/vnd.avi"},
    {"avif", "image/avif"},
    {"bin", "application/octet-stream"},
    {"bmp", "image/bmp"},
    {"br", "application/x-brotli"},
    {"bz2", "application/x-bzip2"},
    {"cjs", "text/javascript; charset=utf-8"},
    {"crx", "application/x-chrome-extension"},
    {"css", "text/css; charset=utf-8"},
    {"csv", "text/csv; charset=utf-8"},
    {"cur", "image/vnd.microsoft.icon"},
    {"deb", "application/vnd.debian.binary-package"},
    {"diff", "text/plain; charset=utf-8"},
    {"dmg", "application/octet-stream"},
    {"doc", "application/msword"},
    {"docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
    {"dtd", "application/xml-dtd; charset=utf-8"},
    {"eot", "application/vnd.ms-fontobject"},
    {"eps", "application/postscript"},
    {"epub", "application/epub+zip"},
    {"exe", "application/vnd.microsoft.portable-executable"},
    {"flac", "audio/flac"},
    {"flv", "video/x-flv"},
    {"geojson", "application/geo+json"},
    {"gif", "image/gif"},
    {"glb", "model/gltf-binary"},
    {"gltf", "model/gltf+json"},
    {"gpx", "application/gpx+xml; charset=utf-8"},
    {"gz", "application/gzip"},
    {"har", "application/json"},
    {"heic", "image/heic"},
    {"heif", "image/heif"},
    {"htm", "text/html; charset=utf-8"},
    {"html", "text/html; charset=utf-8"},
    {"ico", "image/vnd.microsoft.icon"},
    {"ics", "text/calendar; charset=utf-8"},
    {"iso", "application/octet-stream"},
    {"jar", "application/java-archive"},
    {"jfif", "image/jpeg"},
    {"jp2", "image/jp2"},
    {"jpeg", "image/jpeg"},
    {"jpg", "image/jpeg"},
    {"js", "text/javascript; charset=utf-8"},
    {"json", "application/json"},
    {"jsonl", "application/jsonl"},
    {"jsonld", "application/ld+json"},
    {"jxl", "image/jxl"},
    {"kml", "application/vnd.google-earth.kml+xml; charset=utf-8"},
    {"kmz", "application/vnd.google-earth.kmz"},
    {"log", "text/plain; charset=utf-8"},
    {"m3u", "audio/mpegurl"},
    {"m3u8", "application/vnd.apple.mpegurl"},
    {"m4a", "audio/mp4"},
    {"m4s", "video/iso.segment"},
    {"m4v", "video/mp4"},
    {"map", "application/json"},
    {"markdown", "text/markdown; charset=utf-8"},
    {"mathml", "application/mathml+xml; charset=utf-8"},
    {"md", "text/markdown; charset=utf-8"},
    {"mid", "audio/midi"},
    {"midi", "audio/midi"},
    {"mjs", "text/javascript; charset=utf-8"},
    {"mkv", "video/matroska"},
    {"mov", "video/quicktime"},
    {"mp3", "audio/mpeg"},
    {"mp4", "video/mp4"},
    {"mpd", "application/dash+xml; charset=utf-8"},
    {"mpeg", "video/mpeg"},
    {"mpg", "video/mpeg"},
    {"msi", "application/x-msi"},
    {"ncx", "application/x-dtbncx+xml; charset=utf-8"},
    {"ndjson", "application/x-ndjson"},
    {"obj", "model/obj"},
    {"odg", "application/vnd.oasis.opendocument.graphics"},
    {"odp", "application/vnd.oasis.opendocument.presentation"},
    {"ods", "application/vnd.oasis.opendocument.spreadsheet"},
    {"odt", "application/vnd.oasis.opendocument.text"},
    {"oga", "audio/ogg"},
    {"ogg", "audio/ogg"},
    {"ogv", "video/ogg"},
    {"opf", "application/oebps-package+xml; charset=utf-8"},
    {"opml", "text/x-opml; charset=utf-8"},
    {"opus", "audio/ogg"},
    {"otf", "font/otf"},
    {"patch", "text/plain; charset=utf-8"},
    {"pdf", "application/pdf"},
    {"png", "image/png"},
    {"ppt", "application/vnd.ms-powerpoint"},
    {"pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
    {"ps", "application/postscript"},
    {"psd", "image/vnd.adobe.photoshop"},
    {"rar", "application/vnd.rar"},
    {"rdf", "application/rdf+xml; charset=utf-8"},
    {"rpm", "application/x-rpm"},
    {"rss", "application/rss+xml; charset=utf-8"},
    {"rtf", "application/rtf"},
    {"sh", "application/x-sh"},
    {"sig", "application/pgp-signature"},
    {"sql", "application/sql"},
    {"srt", "application/x-subrip"},
    {"stl", "model/stl"},
    {"svg", "image/svg+xml; charset=utf-8"},
    {"swf", "application/vnd.adobe.flash.movie"},
    {"tar", "application/x-tar"},
    {"text", "text/plain; charset=utf-8"},
    {"tgz", "application/gzip"},
    {"tif", "image/tiff"},
    {"tiff", "image/tiff"},
    {"toml", "application/toml"},
    {"topojson", "application/json"},
    {"torrent", "application/x-bittorrent"},
    {"ts", "video/mp2t"},
    {"tsv", "text/tab-separated-values; charset=utf-8"},
    {"ttc", "font/collection"},
    {"ttf", "font/ttf"},
    {"ttml", "application/ttml+xml; charset=utf-8"},
    {"txt", "text/plain; charset=utf-8"},
    {"usdz", "model/vnd.usdz+zip"},
    {"vcf", "text/vcard; charset=utf-8"},
    {"vtt", "text/vtt; charset=utf-8"},
    {"war", "application/java-archive"},
    {"wasm", "application/wasm"},
    {"wav", "audio/wav"},
    {"weba", "audio/webm"},
    {"webm", "video/webm"},
    {"webmanifest", "application/manifest+json"},
    {"webp", "image/webp"},
    {"whl", "application/zip"},
    {"wmv", "video/x-ms-wmv"},
    {"woff", "font/woff"},
    {"woff2", "font/woff2"},
    {"wsdl", "application/wsdl+xml; charset=utf-8"},
    {"xht", "application/xhtml+xml; charset=utf-8"},
    {"xhtml", "application/xhtml+xml; charset=utf-8"},
    {"xls", "application/vnd.ms-excel"},
    {"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
    {"xml", "application/xml; charset=utf-8"},
    {"xpi", "application/x-xpinstall"},
    {"xsd", "application/xml; charset=utf-8"},
    {"xsl", "application/xslt+xml; charset=utf-8"},
    {"xslt", "application/xslt+xml; charset=utf-8"},
    {"xspf", "application/xspf+xml; charset=utf-8"},
    {"xz", "application/x-xz"},
    {"yaml", "application/yaml"},
    {"yml", "application/yaml"},
    {"zip", "application/zip"},
    {"zst", "application/zstd"},
};
static_assert(std::ranges::is_sorted(built_in, {}, &BuiltIn::extension));

// Text in UTF-8 is what a site of today means, and text/html without a charset is guessed at by
// browsers. XML's types carry it too, because RFC 7303 lets it rule over a missing declaration.
// JSON's and YAML's have no such parameter: they are always UTF-8 (RFC 8259, 8.1; RFC 9512).
bool wants_charset(std::string_view type) {
  return type.starts_with("text/") || type.ends_with("+xml") || type == "application/xml" ||
         type == "application/xml-dtd" || type == "application/javascript" ||
         type == "application/ecmascript";
}

// A lower-case token of RFC 9110 as types and extensions are made of: a file of any content must
// not put anything else into a response header.
bool is_token(std::string_view text, std::size_t longest) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || is_digit(c) ||
           std::string_view("!#$&^_.+-").find(c) != std::string_view::npos;
  };
  return !text.empty() && text.size() <= longest && std::ranges::all_of(text, allowed);
}

bool is_type(std::string_view text) {
  const std::size_t slash = text.find('/');
  return slash != std::string_view::npos && is_token(text.substr(0, slash), longest_type) &&
         is_token(text.substr(slash + 1), longest_type);
}

// All of a regular file, or as much as the bound allows; nothing when it cannot be read.
std::string read(const std::string& path) {
  // A FIFO in its place must not make the start wait for a writer.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  struct stat status {};
  if (!file.is_open() || ::fstat(file.number(), &status) != 0 || !S_ISREG(status.st_mode)) {
    return {};
  }
  std::string text;
  std::array<char, 16 * 1024> block;
  while (text.size() < largest_file) {
    const ssize_t count = ::read(file.number(), block.data(), block.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    text.append(block.data(), static_cast<std::size_t>(count));
  }
  return text;
}

// Cuts the first word off `line`; empty at its end.
std::string_view next_word(std::string_view& line) {
  constexpr std::string_view blanks = " \t\r\v\f";
  const std::size_t start = std::min(line.find_first_not_of(blanks), line.size());
  line.remove_prefix(start);
  const std::string_view word = line.substr(0, line.find_first_of(blanks));
  line.remove_prefix(word.size());
  return word;
}

std::string_view built_in_type(std::string_view extension) {
  const auto* row = std::ranges::lower_bound(built_in, extension, {}, &BuiltIn::extension);
  return row != std::end(built_in) && row->extension == extension ? row->type : std::string_view();
}

// What follows the last dot of the last segment; empty without one, and for ".profile".
std::string_view extension_of(std::string_view name) {
  name = last_segment(name);
  name.remove_prefix(std::min(name.find_first_not_of('.'), name.size()));
  const std::size_t dot = name.rfind('.');
  return dot == std::string_view::npos ? std::string_view() : name.substr(dot + 1);
}

}  // namespace

MimeTypes::MimeTypes(const std::string& file) {
  const std::string text = read(file);
  std::string_view rest = text;
  while (!rest.empty()) {
    std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    add_line(line.substr(0, line.find('#')));
  }
  const auto extension = [this](const Row& row) { return word_at(row.extension); };
  std::ranges::stable_sort(rows_, {}, extension);  // stable: the first that names one has it
  const auto is_same = [&extension](const Row& a, const Row& b) {
    return extension(a) == extension(b);
  };
  rows_.erase(std::unique(rows_.begin(), rows_.end(), is_same), rows_.end());
  rows_.shrink_to_fit();
  text_.shrink_to_fit();
}

std::uint32_t MimeTypes::add_word(std::string_view word) {
  const auto place = static_cast<std::uint32_t>(text_.size());
  text_.append(word).push_back('\0');
  return place;
}

void MimeTypes::add_line(std::string_view line) {
  const std::string type = lower_case(next_word(line));
  if (!is_type(type)) return;
  std::optional<std::uint32_t> place;  // of the type, once an extension needs it
  while (true) {
    const std::string extension = lower_case(next_word(line));
    if (extension.empty()) return;
    if (!is_token(extension, longest_extension) || !built_in_type(extension).empty()) continue;
    if (!place) place = add_word(wants_charset(type) ? type + "; charset=utf-8" : type);
    rows_.push_back({add_word(extension), *place});
  }
}

std::string_view MimeTypes::of(std::string_view file_name) const {
  const std::string_view extension = extension_of(file_name);
  if (extension.empty() || extension.size() > longest_extension) return {};
  std::array<char, longest_extension> lower;
  std::ranges::transform(extension, lower.begin(), ascii_lower);
  const std::string_view key(lower.data(), extension.size());
  const std::string_view type = built_in_type(key);
  if (!type.empty()) return type;
  const auto row = std::ranges::lower_bound(
      rows_, key, {}, [this](const Row& one) { return word_at(one.extension); });
  const bool is_known = row != rows_.end() && word_at(row->extension) == key;
  return is_known ? word_at(row->type) : std::string_view();
}

}  // namespace frontis::media
