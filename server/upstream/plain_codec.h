// What uwsgi and SCGI have in common: the variables, the body behind them as it is, and an answer
// that the connection's bytes are. One request for each connection. They differ in how variables
// are written.
#pragma once

#include "upstream/answer_stream.h"
#include "upstream/codec.h"

namespace frontis::upstream {

class PlainCodec : public Codec {
 public:
  void frame(std::string_view content, bool, std::string& out) const final { out.append(content); }
  void finish(bool, std::string&) const final {}

  void expect(bool head_only) final { answer_.expect(head_only); }
  [[nodiscard]] Result<Step> decode(std::string_view input) final { return answer_.decode(input); }
  [[nodiscard]] Result<Event> closed() final { return answer_.closed(); }
  AnswerHead& head() final { return answer_.head(); }
  bool reusable() const final { return false; }

 private:
  AnswerStream answer_{AnswerHeadReader::Form::cgi};
};

}  // namespace frontis::upstream
