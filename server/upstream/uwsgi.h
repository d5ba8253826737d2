// The uwsgi protocol, as uWSGI speaks it: the variables in one packet of at most 64 KiB, the body
// behind it as it is, and an answer that is HTTP without the keep-alive (a CGI head is read, too,
// as some of its plug-ins write it). One request for each connection.
#pragma once

#include "upstream/answer_stream.h"
#include "upstream/codec.h"

namespace frontis::upstream {

class UwsgiCodec final : public Codec {
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
