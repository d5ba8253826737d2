// What a browser's request costs the codec and the decisions that need no file: reading its head,
// weighing codings, conditions, and writing the head of the answer.
#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "browser.h"
#include "cases.h"
#include "http/conditional.h"
#include "http/date_cache.h"
#include "http/http1_head.h"
#include "http/negotiation.h"

namespace frontis::bench {

namespace {

constexpr std::int64_t now = 1'716'000'000;  // seconds since 1970
constexpr std::int64_t modified = 784'111'777;
constexpr std::string_view etag = "\"0123456789abcdef0123456789abcdef-br\"";

// As a connection does: parser and request stay, and have their memory from the last head.
void read_browser_head(Run& run) {
  const config::Limits limits;
  http::HeadParser parser(limits);
  http::Request request;
  const auto read = [&] {
    parser.reset();
    return parser.parse(browser_head, request);
  };
  if (read().value_or(0) != browser_head.size()) return run.give_up("the head is not read");
  run.repeat([&] { benchmark::DoNotOptimize(read()); });
}

void negotiate_coding(Run& run) {
  std::string_view field = "gzip, deflate, br, zstd";
  const std::array<http::Candidate, 4> candidates{{{http::Coding::identity, 31'000},
                                                   {http::Coding::gzip, 8'100},
                                                   {http::Coding::br, 7'000},
                                                   {http::Coding::zstd, 7'600}}};
  const auto choose = [&] {
    benchmark::DoNotOptimize(field);
    return http::choose_coding(http::coding_weights(field), candidates);
  };
  if (choose() != http::Coding::br) return run.give_up("br is not chosen");
  run.repeat([&] { benchmark::DoNotOptimize(choose()); });
}

void evaluate(Run& run, const std::string& line) {
  const ReadRequest request(browser_head_with(line));
  const http::Validators validators{etag, modified};
  const auto answer = [&] { return http::evaluate(request.get(), validators, now); };
  if (answer() != http::Precondition::not_modified) return run.give_up("the answer is not 304");
  run.repeat([&] { benchmark::DoNotOptimize(answer()); });
}

// What a session appends to its buffer, whose capacity it keeps.
void write_file_head(Run& run) {
  http::HeaderBlock fields;
  fields.add("Content-Type", "text/css; charset=utf-8")
      .add("Cache-Control", "public, max-age=31536000, immutable")
      .add("ETag", etag)
      .add("Vary", "Accept-Encoding");
  http::DateCache dates;
  std::string out;
  run.repeat([&] {
    const http::ResponseHead head{
        .date = dates.date(now), .expires = dates.after(now, 31'536'000), .fields = &fields};
    out.clear();
    http::append_head(out, head, {.content_length = 12'345});
    benchmark::DoNotOptimize(out.data());
  });
}

}  // namespace

void add_http_cases(Cases& cases) {
  cases.add("read_browser_head", no_allocation, read_browser_head);
  cases.add("negotiate_coding", no_allocation, negotiate_coding);
  cases.add("evaluate_etag", no_allocation, [](Run& run) {
    evaluate(run, "If-None-Match: \"another\", " + std::string(etag) + "\r\n");
  });
  cases.add("evaluate_date", no_allocation, [](Run& run) {
    evaluate(run, "If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n");
  });
  cases.add("write_file_head", no_allocation, write_file_head);
}

}  // namespace frontis::bench
