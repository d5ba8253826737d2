// HTTP/1.1 as a client speaks it to an application (RFC 9112): gunicorn, uvicorn, another web
// server. The request is written anew from what was understood of the client's, so that both
// servers see the same one; nothing of its framing is passed on.
#pragma once

#include "upstream/answer_stream.h"
#include "upstream/codec.h"

namespace frontis::upstream {

class HttpCodec final : public Codec {
 public:
  [[nodiscard]] Result<void> begin(const Outgoing& outgoing, std::string& out) const override;
  void frame(std::string_view content, bool counted, std::string& out) const override;
  void finish(bool counted, std::string& out) const override;

  void expect(bool head_only) override { answer_.expect(head_only); }
  [[nodiscard]] Result<Step> decode(std::string_view input) override {
    return answer_.decode(input);
  }
  [[nodiscard]] Result<Event> closed() override { return answer_.closed(); }
  AnswerHead& head() override { return answer_.head(); }
  bool reusable() const override { return answer_.reusable(); }

 private:
  AnswerStream answer_{AnswerHeadReader::Form::http};
};

}  // namespace frontis::upstream
