// How the tests of the codecs read an answer: in every cut of the bytes that could matter, each
// piece in a block of memory of its own, and with one line of text for what came out of it.
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "upstream/codec.h"

namespace frontis::upstream {

using MakeCodec = std::function<std::unique_ptr<Codec>()>;

// "head 200 | content hello | complete": one entry for each event, contents joined. Ends in
// "complete", "complete at close", "error" or "error at close".
struct Told {
  std::string events;
  std::string fields;  // of the last head, as HTTP/1 text
  std::size_t consumed = 0;
  bool reusable = false;
  std::string errors;
  std::string message;  // of the error; not compared
};

inline bool is_same(const Told& a, const Told& b) {
  return a.events == b.events && a.fields == b.fields && a.errors == b.errors;
}

class Teller {
 public:
  Teller(Codec& codec, const std::string& input) : codec_(codec), input_(input) {}

  // Gives the codec what lies before `cut`; false once the matter is settled.
  bool give(std::size_t cut) {
    for (;;) {
      const std::vector<char> piece(input_.begin() + static_cast<std::ptrdiff_t>(told.consumed),
                                    input_.begin() + static_cast<std::ptrdiff_t>(cut));
      const Result<Codec::Step> step = codec_.decode({piece.data(), piece.size()});
      if (!step) return fail(step.error(), "error");
      EXPECT_LE(step->consumed, piece.size());
      told.consumed += step->consumed;
      if (step->event == Codec::Event::none) return true;
      if (!tell(*step)) return false;
    }
  }
  void close() {
    const Result<Codec::Event> event = codec_.closed();
    if (!event) {
      fail(event.error(), "error at close");
      return;
    }
    EXPECT_EQ(*event, Codec::Event::complete);
    entry("complete at close");
  }

  Told told;

 private:
  bool fail(const Error& error, std::string_view outcome) {
    EXPECT_EQ(error.kind, ErrorKind::bad_request) << error.message;
    entry(outcome);
    told.message = error.message;
    return false;
  }
  bool tell(const Codec::Step& step) {
    const bool continues = step.event == Codec::Event::content && in_content_;
    in_content_ = step.event == Codec::Event::content;
    switch (step.event) {
      case Codec::Event::content:
        EXPECT_FALSE(step.content.empty());
        if (!continues) entry("content ");
        told.events.append(step.content);
        return true;
      case Codec::Event::complete: entry("complete"); return false;
      case Codec::Event::interim: entry("interim " + std::to_string(codec_.head().status)); break;
      default: entry("head " + std::to_string(codec_.head().status)); break;
    }
    told.fields = codec_.head().fields->text();
    return true;
  }
  void entry(std::string_view text) {
    if (!told.events.empty()) told.events.append(" | ");
    told.events.append(text);
  }

  Codec& codec_;
  const std::string& input_;
  bool in_content_ = false;
};

inline Told tell_cut(const MakeCodec& make, const std::string& input,
                     const std::vector<std::size_t>& cuts, bool head_only) {
  const std::unique_ptr<Codec> codec = make();
  codec->expect(head_only);
  Teller teller(*codec, input);
  bool is_open = true;
  for (const std::size_t cut : cuts) {
    is_open = is_open && teller.give(cut);
  }
  if (is_open) teller.close();
  teller.told.reusable = codec->reusable();
  teller.told.errors = codec->take_errors();
  return teller.told;
}

// Decodes `input` and then the end of the connection: whole, byte by byte, and in each two pieces;
// expects the same of all and returns it.
inline Told tell(const MakeCodec& make, const std::string& input, bool head_only = false) {
  const Told whole = tell_cut(make, input, {input.size()}, head_only);
  std::vector<std::size_t> every_byte;
  for (std::size_t cut = 0; cut <= input.size(); ++cut) every_byte.push_back(cut);
  constexpr std::size_t long_input = 2000;
  const bool is_long = input.size() > long_input;
  const auto expect_same = [&](const std::vector<std::size_t>& cuts, std::size_t at) {
    const Told cut = tell_cut(make, input, cuts, head_only);
    EXPECT_TRUE(is_same(whole, cut)) << "cut at " << at << ": " << cut.events.substr(0, 200)
                                     << "\nwhole: " << whole.events.substr(0, 200);
  };
  if (input.size() < 100'000 || !is_long) expect_same(every_byte, 1);
  for (std::size_t cut = 0; cut <= input.size(); cut += is_long ? 997 : 1) {
    expect_same({cut, input.size()}, cut);
  }
  return whole;
}

struct AnswerCase {
  std::string_view input;
  std::string_view events;
  bool head_only = false;
};

inline std::string with_line_ends(std::string_view text) {
  std::string out;
  for (const char c : text) out.append(c == '|' ? std::string("\r\n") : std::string(1, c));
  return out;
}

// In the inputs '|' stands for CRLF.
inline void expect_events(const MakeCodec& make, const std::vector<AnswerCase>& cases) {
  for (const AnswerCase& each : cases) {
    SCOPED_TRACE(each.input);
    const Told told = tell(make, with_line_ends(each.input), each.head_only);
    EXPECT_EQ(told.events, each.events) << told.message;
  }
}

}  // namespace frontis::upstream
