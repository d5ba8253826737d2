// What is claimed of every codec, whatever an application sends: the outcome does not depend on
// how the bytes were cut, nor on what the codec has read before; content is a piece of the input;
// nothing follows `complete`; what has to be kept is bounded. The first byte of an input says
// whether the request was HEAD.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "upstream/codec.h"

namespace frontis::upstream {

inline void demand(bool holds) {
  if (!holds) std::abort();
}

struct Heard {
  std::string events;
  std::string content;
  std::string errors;
  bool is_settled = false;  // complete or broken
  friend bool operator==(const Heard&, const Heard&) = default;
};

inline void note_head(Codec& codec, char mark, Heard& heard) {
  AnswerHead& head = codec.head();
  demand(head.fields != nullptr && head.status >= 100 && head.status <= 599);
  demand((head.status < 200 && head.status != 101) == (mark == 'i'));
  demand(!head.chunked || !head.content_length);
  heard.events.push_back(mark);
  heard.events.append(std::to_string(head.status)).append(head.keep_alive ? "k" : "");
  heard.events.append(head.accel_redirect).append(head.sendfile).append(head.fields->text());
  head.fields->for_each([](std::string_view name, std::string_view value) {
    demand(http::is_token(name) && http::is_field_value(value));
  });
}

// Takes events until more bytes are needed or the answer has ended; returns what was consumed.
inline std::size_t hear(Codec& codec, std::string_view input, Heard& heard) {
  std::size_t used = 0;
  for (;;) {
    const std::string_view rest = input.substr(used);
    const Result<Codec::Step> step = codec.decode(rest);
    if (!step) {
      demand(step.error().kind == ErrorKind::bad_request && step.error().message.size() < 500);
      heard.events.append("error");
      heard.is_settled = true;
      return used;
    }
    demand(step->consumed <= rest.size());
    used += step->consumed;
    switch (step->event) {
      case Codec::Event::none: return used;
      case Codec::Event::interim: note_head(codec, 'i', heard); break;
      case Codec::Event::head: note_head(codec, 'h', heard); break;
      case Codec::Event::content:
        demand(!step->content.empty() && step->content.size() <= step->consumed);
        demand(step->content.data() >= rest.data());
        demand(step->content.data() + step->content.size() <= rest.data() + step->consumed);
        demand(heard.events.find('h') != std::string::npos);
        heard.content.append(step->content);
        break;
      case Codec::Event::complete:
        heard.events.append("complete");
        heard.is_settled = true;
        // Nothing more is read until another answer is expected.
        demand(codec.decode(input.substr(used))->event == Codec::Event::none);
        return used;
    }
  }
}

inline Heard listen(Codec& codec, std::string_view input, const std::vector<std::size_t>& cuts,
                    bool head_only) {
  Heard heard;
  std::size_t used = 0;
  codec.expect(head_only);
  for (const std::size_t cut : cuts) {
    if (heard.is_settled) break;
    // A block of exactly this size, so that the sanitizer sees a byte read behind it.
    const std::vector<char> piece(input.begin() + static_cast<std::ptrdiff_t>(used),
                                  input.begin() + static_cast<std::ptrdiff_t>(cut));
    used += hear(codec, {piece.data(), piece.size()}, heard);
  }
  if (!heard.is_settled) heard.events.append(codec.closed() ? "closed" : "cut off");
  demand(!head_only || heard.content.empty() || heard.events.find("h101") != std::string::npos);
  heard.errors = codec.take_errors();
  demand(heard.errors.size() <= 8 * 1024);
  return heard;
}

template <typename AnyCodec>
void check_answer(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t longest = 2048;  // byte by byte costs the square of it
  if (size == 0 || size > longest) return;
  const bool head_only = (data[0] & 1) != 0;
  const std::string_view input(reinterpret_cast<const char*>(data + 1), size - 1);
  std::vector<std::size_t> each_byte;
  for (std::size_t cut = 0; cut <= input.size(); ++cut) each_byte.push_back(cut);
  AnyCodec codec;
  const Heard whole = listen(codec, input, {input.size()}, head_only);
  demand(whole == listen(codec, input, each_byte, head_only));
  AnyCodec fresh;
  demand(whole == listen(fresh, input, {input.size() / 2, input.size()}, head_only));
}

}  // namespace frontis::upstream
