// What a browser's request costs the codec: reading its head, and writing the head of the answer.
#include <benchmark/benchmark.h>

#include <cstddef>
#include <string>
#include <string_view>

#include "http/http1.h"
#include "http/http1_head.h"

namespace frontis::http {
namespace {

constexpr std::string_view browser_head =
    "GET /static/css/base.4f5a8c2e9b10.css HTTP/1.1\r\n"
    "Host: www.example.org\r\n"
    "Connection: keep-alive\r\n"
    "sec-ch-ua: \"Chromium\";v=\"124\", \"Not-A.Brand\";v=\"99\"\r\n"
    "sec-ch-ua-mobile: ?0\r\n"
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/124.0.0.0 Safari/537.36\r\n"
    "sec-ch-ua-platform: \"Linux\"\r\n"
    "Accept: text/css,*/*;q=0.1\r\n"
    "Sec-Fetch-Site: same-origin\r\n"
    "Sec-Fetch-Mode: no-cors\r\n"
    "Sec-Fetch-Dest: style\r\n"
    "Referer: https://www.example.org/articles/2024/05/a-title/\r\n"
    "Accept-Encoding: gzip, deflate, br, zstd\r\n"
    "Accept-Language: en-GB,en;q=0.9\r\n"
    "\r\n";

void read_browser_head(benchmark::State& state) {
  const config::Limits limits;
  HeadParser parser(limits);
  Request request;
  for (auto _ : state) {
    parser.reset();
    Result<std::size_t> length = parser.parse(browser_head, request);
    benchmark::DoNotOptimize(length);
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * browser_head.size()));
}
BENCHMARK(read_browser_head);

void write_file_head(benchmark::State& state) {
  HeaderBlock fields;
  fields.add("Content-Type", "text/css; charset=utf-8")
      .add("Cache-Control", "public, max-age=31536000, immutable")
      .add("ETag", "\"0123456789abcdef0123456789abcdef\"")
      .add("Vary", "Accept-Encoding");
  const ResponseHead head{.date = "Sun, 06 Nov 1994 08:49:37 GMT",
                          .expires = "Mon, 06 Nov 1995 08:49:37 GMT",
                          .fields = &fields};
  const HeadFraming framing{.content_length = 12345};
  std::string out;
  for (auto _ : state) {
    out.clear();
    append_head(out, head, framing);
    benchmark::DoNotOptimize(out.data());
  }
}
BENCHMARK(write_file_head);

}  // namespace
}  // namespace frontis::http

BENCHMARK_MAIN();
