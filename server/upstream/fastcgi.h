// FastCGI 1.0 as a web server speaks it to a responder: PHP-FPM, flup, and our own WSGI worker.
// One request at a time (number 1) on a connection that is kept (FCGI_KEEP_CONN). An answer is
// whole only when the application has said so in its end record, whatever its Content-Length.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "upstream/codec.h"

namespace frontis::upstream {

class FastcgiCodec final : public Codec {
 public:
  [[nodiscard]] Result<void> begin(const Outgoing& outgoing, std::string& out) const override;
  void frame(std::string_view content, bool counted, std::string& out) const override;
  void finish(bool counted, std::string& out) const override;

  void expect(bool head_only) override;
  [[nodiscard]] Result<Step> decode(std::string_view input) override;
  [[nodiscard]] Result<Event> closed() override;
  AnswerHead& head() override { return head_; }
  bool reusable() const override { return reusable_; }
  std::string take_errors() override { return std::exchange(errors_, {}); }

 private:
  enum class Part : std::uint8_t { record_head, output, errors, end, skipped, padding };

  Result<std::size_t> read_record_head(std::string_view input);
  Result<Step> read_output(std::string_view input);
  Result<Step> read_answer_head(std::string_view input);
  Result<Step> read_content(std::string_view input);
  Result<std::size_t> read_end(std::string_view input);
  Result<std::size_t> read_rest(std::string_view input);
  Result<void> begin_body();
  void take(std::size_t count);

  // The record that is being read.
  Part part_ = Part::record_head;
  std::size_t left_ = 0;     // of its content
  std::size_t padding_ = 0;  // behind that

  // The answer, of which output records are pieces.
  AnswerHeadReader reader_{AnswerHeadReader::Form::cgi};
  AnswerHead head_;
  std::string head_bytes_;  // a head that does not lie in one piece
  bool is_expecting_ = false;
  bool has_head_ = false;
  bool has_ended_ = false;  // the end record is there
  bool head_only_ = false;
  bool has_no_body_ = false;
  bool reusable_ = false;
  unsigned interims_ = 0;
  std::optional<std::uint64_t> content_left_;  // where the head said how much
  std::string errors_;
};

}  // namespace frontis::upstream
