// What a request costs on a connection that has already served one: the heap is asked a few times,
// however the application is spoken to.
#include <gtest/gtest.h>

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>

#include "../base/allocation_count.h"
#include "made_outgoing.h"
#include "upstream/codecs.h"

namespace frontis::upstream {
namespace {

constexpr std::string_view hello =
    "GET /hello?a=b HTTP/1.1|Host: www.example.org|User-Agent: Mozilla/5.0 (X11; Linux x86_64) "
    "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36|"
    "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8|"
    "Accept-Encoding: gzip, deflate, br, zstd|Accept-Language: en-GB,en;q=0.9|"
    "Cookie: sessionid=0123456789abcdef0123456789abcdef; csrftoken=0123456789abcdef|"
    "Connection: keep-alive|Cache-Control: max-age=0";

struct Case {
  config::Protocol protocol;
  std::string answer;
  std::size_t most_for_request;
  std::size_t most_for_answer;
};

std::string fastcgi_answer(std::string_view output) {
  std::string answer("\1\6\0\1\0", 5);
  answer.push_back(static_cast<char>(output.size()));
  answer.append("\0\0", 2).append(output);
  return answer.append(std::string("\1\3\0\1\0\10\0\0\0\0\0\0\0\0\0\0", 16));
}

std::size_t count_begin(const Codec& codec, const MadeOutgoing& made, std::string& out) {
  out.clear();
  begin_counting();
  const bool has_begun = codec.begin(made.outgoing, out).has_value();
  codec.finish(true, out);
  const std::size_t count = end_counting();
  EXPECT_TRUE(has_begun);
  return count;
}

std::size_t count_answer(Codec& codec, std::string_view answer) {
  begin_counting();
  codec.expect(false);
  bool is_whole = false;
  for (std::size_t used = 0; !is_whole;) {
    const Result<Codec::Step> step = codec.decode(answer.substr(used));
    if (!step || step->event == Codec::Event::none) break;
    used += step->consumed;
    is_whole = step->event == Codec::Event::complete;
  }
  const std::size_t count = end_counting();
  EXPECT_TRUE(is_whole);
  return count;
}

TEST(Codecs, AskTheHeapForLittle) {
  const MadeOutgoing made(hello);
  const std::string fields = "Content-Type: text/plain\r\nX-A: b\r\nContent-Length: 5\r\n\r\nhello";
  const std::string http = "HTTP/1.1 200 OK\r\n" + fields;
  for (const Case& each : std::initializer_list<Case>{
           {config::Protocol::http, http, 1, 2},  // Forwarded; the block of fields and its text
           {config::Protocol::wsgi, fastcgi_answer(fields), 2, 2},  // also the list of variables
           {config::Protocol::uwsgi, http, 2, 2},
           {config::Protocol::scgi, fields, 2, 2},
       }) {
    SCOPED_TRACE(static_cast<int>(each.protocol));
    const std::unique_ptr<Codec> codec = make_codec(each.protocol);
    std::string out;
    count_begin(*codec, made, out);
    EXPECT_LE(count_begin(*codec, made, out), each.most_for_request);
    count_answer(*codec, each.answer);
    EXPECT_LE(count_answer(*codec, each.answer), each.most_for_answer);
  }
}

}  // namespace
}  // namespace frontis::upstream
