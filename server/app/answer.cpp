#include "app/answer.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <utility>

#include "base/text.h"
#include "http/compressed_source.h"
#include "http/compressible.h"
#include "http/list.h"
#include "http/negotiation.h"
#include "http/target.h"

namespace frontis::app {

namespace {

constexpr std::uint64_t smallest_compressed = 256;

// A body that somebody holds already, as a source.
class TextSource final : public Source {
 public:
  explicit TextSource(SharedBytes bytes) : bytes_(std::move(bytes)) {}
  Pull pull(std::span<char> into) override {
    const std::size_t length = std::min(into.size(), bytes_.bytes.size());
    if (length == 0) return {State::end};
    std::copy_n(bytes_.bytes.data(), length, into.data());
    bytes_.bytes.remove_prefix(length);
    return {State::data, length};
  }
  void when_ready(std::function<void()>) override {}

 private:
  SharedBytes bytes_;
};

// What the fields say about compressing their body.
struct Hints {
  bool forbids = false;
  bool varies = false;
  std::string_view type = {};
};

Hints hints_in(const http::HeaderBlock& fields) {
  Hints hints;
  fields.for_each([&hints](std::string_view name, std::string_view value) {
    const auto is_this = [name](std::string_view other) {
      return equal_ignoring_case(name, other);
    };
    if (is_this("Content-Type")) {
      if (hints.type.empty()) hints.type = value;
    } else if (is_this("Content-Encoding") || is_this("Content-Range")) {
      hints.forbids = true;
    } else if (is_this("Cache-Control")) {
      hints.forbids = hints.forbids || http::has_member(value, "no-transform");
    } else if (is_this("Vary")) {
      hints.varies = true;
    }
  });
  return hints;
}

// The head of the answer to HEAD is that to GET, whose body would be coded.
bool may_compress(const http::Response& answer, const Hints& hints) {
  if (answer.status < 200 || answer.status == 204 || answer.status == 206 || answer.status == 304) {
    return false;
  }
  const auto length = answer.length ? answer.length : length_of(answer.body);
  if (length && *length < smallest_compressed) return false;
  return !hints.forbids && http::is_compressible(hints.type);
}

http::Coding coding_for(const http::Request& request) {
  std::string scratch;
  const auto field = request.combined(http::FieldName::accept_encoding, scratch);
  // Of equal weights the smallest wins: br's fast level makes less than zstd's, and that than
  // gzip's.
  constexpr std::array<http::Candidate, 4> candidates{{{http::Coding::br, 1},
                                                       {http::Coding::zstd, 2},
                                                       {http::Coding::gzip, 3},
                                                       {http::Coding::identity, 4}}};
  return http::choose_coding(http::coding_weights(field), candidates)
      .value_or(http::Coding::identity);
}

std::string_view token_of(http::Coding coding) {
  const auto row = std::find_if(http::coding_names.begin(), http::coding_names.end(),
                                [coding](const auto& name) { return name.coding == coding; });
  return row->token;
}

// The fields with what compression changes in them.
http::HeaderBlock coded_fields(const http::HeaderBlock& fields, http::Coding coding) {
  http::HeaderBlock out;
  std::string vary;
  fields.for_each([&](std::string_view name, std::string_view value) {
    if (equal_ignoring_case(name, "Vary")) {
      vary.append(vary.empty() ? "" : ", ").append(value);
      return;
    }
    const bool is_strong = equal_ignoring_case(name, "ETag") && !value.starts_with("W/");
    if (is_strong && coding != http::Coding::identity) {
      out.add(name, "W/" + std::string(value));
      return;
    }
    // Ranges would be of bytes that nobody keeps.
    if (equal_ignoring_case(name, "Accept-Ranges") && coding != http::Coding::identity) return;
    out.add(name, value);
  });
  if (!http::has_member(vary, "*") && !http::has_member(vary, "Accept-Encoding")) {
    vary.append(vary.empty() ? "" : ", ").append("Accept-Encoding");
  }
  out.add("Vary", vary);
  if (coding != http::Coding::identity) out.add("Content-Encoding", token_of(coding));
  return out;
}

void compress(http::Response& answer, http::Coding coding) {
  answer.length.reset();
  std::unique_ptr<Source> inner;
  if (auto* source = std::get_if<std::unique_ptr<Source>>(&answer.body)) {
    inner = std::move(*source);
  } else {
    inner = std::make_unique<TextSource>(std::get<SharedBytes>(std::move(answer.body)));
  }
  answer.body = http::compress(std::move(inner), coding);
}

std::string described(const config::App& app, const http::Request& request,
                      const upstream::Failure& failure) {
  return "app '" + app.name + "': " + failure.reason + "; " +
         std::string(http::name_of(request.method)) + " " + printable(request.target());
}

}  // namespace

http::Response dressed(http::Response answer, std::shared_ptr<http::HeaderBlock> fields,
                       const config::AppAction& action, const http::Request& request) {
  if (!action.headers.empty()) {
    http::HeaderBlock own;
    for (const auto& [name, value] : action.headers) own.add(name, value);
    *fields = http::replaced(*fields, own);
  }
  if (const Hints hints = hints_in(*fields); may_compress(answer, hints)) {
    const http::Coding coding = coding_for(request);
    if (coding == http::Coding::identity && !hints.varies) {
      fields->add("Vary", "Accept-Encoding");
    } else {
      *fields = coded_fields(*fields, coding);
    }
    if (coding != http::Coding::identity) compress(answer, coding);
  }
  answer.head = std::move(fields);
  return answer;
}

http::Response dressed(http::Response answer, const config::AppAction& action,
                       const http::Request& request) {
  auto fields = std::make_shared<http::HeaderBlock>();
  if (answer.head) *fields = *answer.head;
  return dressed(std::move(answer), std::move(fields), action, request);
}

http::Response not_modified(http::Response whole) {
  http::HeaderBlock head;
  whole.head->for_each([&head](std::string_view name, std::string_view value) {
    if (!equal_ignoring_case(name, "Content-Encoding")) head.add(name, value);
  });
  http::Response response;
  response.status = 304;
  response.head = std::make_shared<const http::HeaderBlock>(std::move(head));
  return response;
}

std::string internal_path(std::string_view wish) {
  wish = wish.substr(0, wish.find('?'));
  if (!wish.starts_with('/')) return {};
  std::string path;
  if (!http::normalize_path(wish, path)) return {};
  return path.empty() ? std::string(wish) : path;
}

std::string path_of_file(std::string_view file, const std::vector<InternalRoot>& roots) {
  const std::filesystem::path wanted = std::filesystem::path(file).lexically_normal();
  if (!wanted.is_absolute()) return {};
  const InternalRoot* best = nullptr;
  std::string rest;
  for (const InternalRoot& one : roots) {
    const auto relative = wanted.lexically_relative(one.root.lexically_normal());
    if (relative.empty() || *relative.begin() == ".." || relative == ".") continue;
    if (best && best->root.native().size() >= one.root.native().size()) continue;
    best = &one;
    rest = relative.native();
  }
  return best ? best->route + rest : std::string();
}

std::shared_ptr<const http::HeaderBlock> fields_for_file(const http::HeaderBlock& fields) {
  constexpr std::array<std::string_view, 5> the_files_own{"ETag", "Last-Modified", "Accept-Ranges",
                                                          "Content-Encoding", "Vary"};
  http::HeaderBlock out;
  fields.for_each([&](std::string_view name, std::string_view value) {
    const auto is_this = [name](std::string_view other) {
      return equal_ignoring_case(name, other);
    };
    if (std::any_of(the_files_own.begin(), the_files_own.end(), is_this)) return;
    if (is_this("Content-Type") && lower_case(value).starts_with("text/html")) return;
    out.add(name, value);
  });
  if (!out.find("Cache-Control")) out.add("Cache-Control", "private, no-cache");
  return std::make_shared<const http::HeaderBlock>(std::move(out));
}

std::string fault_of_reroute(const upstream::AnswerHead& head, const http::Request& request) {
  const std::string asked = " (asked for " + printable(request.target()) + ")";
  if (!head.accel_redirect.empty()) {
    return "X-Accel-Redirect '" + printable(head.accel_redirect) +
           "' is no path; it names one below a route with 'internal: true'" + asked;
  }
  return "X-Sendfile '" + printable(head.sendfile) +
         "' lies beneath the directory of no route with 'internal: true'; add one to the site, "
         "such as /protected/: {files: DIRECTORY, internal: true}" +
         asked;
}

std::string describe_failure(const config::App& app, const http::Request& request,
                             const upstream::Failure& failure) {
  return described(app, request, failure) + " was answered with " + std::to_string(failure.status);
}

std::string describe_cut(const config::App& app, const http::Request& request,
                         const upstream::Failure& failure) {
  return described(app, request, failure) + " was answered in part, and the connection closed";
}

std::string about(std::string_view request_id, std::string sentence) {
  if (!request_id.empty()) sentence.append(" (request ").append(request_id).append(")");
  return sentence;
}

}  // namespace frontis::app
