// The answer of a protocol in which the connection's bytes are the answer itself: HTTP, uwsgi and
// SCGI differ only in what the head may look like. A head, interim ones before it, and a body
// that is counted, in chunks, or as long as the connection lasts (RFC 9112, 6.3). Each codec of
// these protocols owns one and answers Codec's questions by it.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.h"
#include "http/http1_body.h"
#include "upstream/answer_head.h"
#include "upstream/codec.h"

namespace frontis::upstream {

class AnswerStream {
 public:
  explicit AnswerStream(AnswerHeadReader::Form form) : reader_(form) {}

  // As in Codec.
  void expect(bool head_only);
  [[nodiscard]] Result<Codec::Step> decode(std::string_view input);
  [[nodiscard]] Result<Codec::Event> closed();
  AnswerHead& head() { return head_; }

  // After `complete`: the head promised to keep the connection, the answer had an end of its own,
  // and nothing stood behind it.
  bool reusable() const { return reusable_; }

 private:
  enum class State : std::uint8_t {
    idle,  // no answer is expected
    head,
    body,         // counted, or in chunks
    until_close,  // also what follows a 101
    ended,        // all is read, but `complete` not said
  };

  Result<Codec::Step> read_head(std::string_view input);
  Result<Codec::Step> read_body(std::string_view input);
  Codec::Step complete(std::size_t consumed, bool more_follows);
  void begin_body();

  AnswerHeadReader reader_;
  AnswerHead head_;
  http::BodyDecoder body_ = http::BodyDecoder::counted(0);
  State state_ = State::idle;
  bool head_only_ = false;
  bool reusable_ = false;
  unsigned interims_ = 0;
};

}  // namespace frontis::upstream
