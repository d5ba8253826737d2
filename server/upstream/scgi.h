// SCGI: the variables as one netstring, the body behind it as it is, and an answer in the form of
// CGI (RFC 3875, 6). One request for each connection.
#pragma once

#include "upstream/answer_stream.h"
#include "upstream/codec.h"

namespace frontis::upstream {

class ScgiCodec final : public Codec {
 public:
  [[nodiscard]] Result<void> begin(const Outgoing& outgoing, std::string& out) const override;
  void frame(std::string_view content, bool counted, std::string& out) const override;
  void finish(bool, std::string&) const override {}

  void expect(bool head_only) override { answer_.expect(head_only); }
  [[nodiscard]] Result<Step> decode(std::string_view input) override {
    return answer_.decode(input);
  }
  [[nodiscard]] Result<Event> closed() override { return answer_.closed(); }
  AnswerHead& head() override { return answer_.head(); }
  bool reusable() const override { return false; }

 private:
  AnswerStream answer_{AnswerHeadReader::Form::cgi};
};

}  // namespace frontis::upstream
