// What a request to an application costs the FastCGI codec: writing it, and decoding its answer.
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "browser.h"
#include "cases.h"
#include "upstream/codecs.h"
#include "upstream/fastcgi_records.h"

namespace frontis::bench {

namespace {

using upstream::Codec;

// A page of `pieces` times 8 KiB, as PHP-FPM and our worker send it: a record for each piece.
std::string answer_of(std::size_t pieces) {
  constexpr std::size_t piece = 8 * 1024;
  const std::string head =
      "Status: 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"
      "X-Frame-Options: DENY\r\nVary: Cookie\r\nContent-Length: " +
      std::to_string(pieces * piece) + "\r\n\r\n";
  std::string answer;
  upstream::append_record_head(upstream::RecordType::standard_output, head.size(), answer);
  answer += head;
  for (std::size_t i = 0; i < pieces; ++i) {
    upstream::append_record_head(upstream::RecordType::standard_output, piece, answer);
    answer.append(piece, 'x');
  }
  constexpr std::size_t end_size = 8;
  upstream::append_record_head(upstream::RecordType::end_request, end_size, answer);
  return answer.append(end_size, '\0');
}

// The bytes of content; none when the answer is not whole.
std::optional<std::size_t> decode(Codec& codec, std::string_view answer) {
  std::size_t content = 0;
  codec.expect(false);
  for (;;) {
    const Result<Codec::Step> step = codec.decode(answer);
    if (!step || step->event == Codec::Event::none) return std::nullopt;
    if (step->event == Codec::Event::complete) return content;
    answer.remove_prefix(step->consumed);
    content += step->content.size();
  }
}

void decode_fastcgi_answer(Run& run, std::size_t pieces) {
  const std::string answer = answer_of(pieces);
  const auto codec = upstream::make_codec(config::Protocol::fastcgi);
  if (!decode(*codec, answer)) return run.give_up("the answer is not whole");
  run.repeat([&] { benchmark::DoNotOptimize(decode(*codec, answer)); });
}

void write_fastcgi_request(Run& run) {
  const ReadRequest request{browser_head_with(
      "Cookie: sessionid=0123456789abcdef0123456789abcdef; csrftoken=0123456789abcdef\r\n")};
  http::Client client;
  client.address = "192.0.2.7";
  client.port = 50'123;
  client.host = "www.example.org";
  upstream::Outgoing outgoing{request.get(), client, {}, request.get().path()};
  outgoing.server_address = "127.0.0.1";
  outgoing.server_port = 8080;
  const auto codec = upstream::make_codec(config::Protocol::fastcgi);
  std::string out;
  if (!codec->begin(outgoing, out)) return run.give_up("the request is not written");
  run.repeat([&] {
    out.clear();
    benchmark::DoNotOptimize(codec->begin(outgoing, out));
    codec->finish(true, out);
  });
}

// The block of fields and its text: they go on to the client when the codec has gone on.
constexpr Allowed fields_of_an_answer{2};
// Forwarded, and the list of variables.
constexpr Allowed variables_of_a_request{2};

}  // namespace

void add_upstream_cases(Cases& cases) {
  cases.add("write_fastcgi_request", variables_of_a_request, write_fastcgi_request);
  cases.add("decode_fastcgi_answer_8k", fields_of_an_answer,
            [](Run& run) { decode_fastcgi_answer(run, 1); });
  cases.add("decode_fastcgi_answer_64k", fields_of_an_answer,
            [](Run& run) { decode_fastcgi_answer(run, 8); });
}

}  // namespace frontis::bench
