#include "http/compressed_source.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>

#include "http/stream_encoder.h"

namespace frontis::http {

namespace {

class CompressedSource final : public Source {
 public:
  CompressedSource(std::unique_ptr<Source> inner, std::unique_ptr<StreamEncoder> encoder)
      : inner_(std::move(inner)), encoder_(std::move(encoder)) {}

  Pull pull(std::span<char> into) override;
  void when_ready(std::function<void()> wake) override { inner_->when_ready(std::move(wake)); }

 private:
  using Operation = StreamEncoder::Operation;
  using Step = StreamEncoder::Step;

  // What one pull takes from the inner source at most: content that shrinks to a thousandth must
  // not keep the loop from its other work.
  static constexpr std::size_t most_taken = 256 * 1024;
  static constexpr std::size_t room = 16 * 1024;

  void give(std::span<char>& into);
  void code();
  bool take(std::size_t& most);
  void begin(Operation operation);

  std::unique_ptr<Source> inner_;
  std::unique_ptr<StreamEncoder> encoder_;
  // Coded bytes get room of their own: zlib repeats its marks where a flush meets too little.
  std::array<char, room> content_, coded_;
  std::string_view uncoded_;  // of content_
  std::string_view ungiven_;  // of coded_
  Operation operation_ = Operation::pass;
  bool is_coding_ = false;         // the encoder is not done with operation_
  bool holds_back_ = false;        // it was given content after its last flush
  std::optional<State> finished_;  // end or failed: nothing more is to be coded
};

Source::Pull CompressedSource::pull(std::span<char> into) {
  std::span<char> rest = into;
  std::size_t most = most_taken;
  while (!rest.empty()) {
    const bool has_something = rest.size() < into.size();
    if (!ungiven_.empty()) {
      give(rest);
    } else if (is_coding_) {
      code();
    } else if (finished_ || (most == 0 && has_something)) {
      break;
    } else if (most == 0) {
      begin(Operation::flush);
    } else if (!take(most)) {
      break;
    }
  }
  const std::size_t filled = into.size() - rest.size();
  if (filled > 0) return {State::data, filled};
  return {finished_.value_or(State::pending)};
}

void CompressedSource::give(std::span<char>& into) {
  const std::size_t size = std::min(into.size(), ungiven_.size());
  std::memcpy(into.data(), ungiven_.data(), size);
  into = into.subspan(size);
  ungiven_.remove_prefix(size);
}

void CompressedSource::code() {
  std::span<char> left(coded_);
  const Step step = encoder_->step(operation_, uncoded_, left);
  is_coding_ = step == Step::more;
  if (step == Step::failed) {
    finished_ = State::failed;
  } else {
    ungiven_ = {coded_.data(), coded_.size() - left.size()};
  }
}

// From the inner source. False when it has nothing yet, and all that it had is given.
bool CompressedSource::take(std::size_t& most) {
  const Pull got = inner_->pull(std::span(content_).first(std::min(content_.size(), most)));
  switch (got.state) {
    case State::data:
      most -= got.bytes;
      uncoded_ = {content_.data(), got.bytes};
      holds_back_ = true;
      begin(Operation::pass);
      return true;
    case State::pending:
      if (!holds_back_) return false;
      begin(Operation::flush);
      return true;
    case State::end: begin(Operation::end); break;
    case State::failed: break;
  }
  finished_ = got.state;
  return true;
}

void CompressedSource::begin(Operation operation) {
  operation_ = operation;
  is_coding_ = true;
  if (operation != Operation::pass) holds_back_ = false;
}

}  // namespace

std::unique_ptr<Source> compress(std::unique_ptr<Source> inner, Coding coding) {
  auto encoder = stream_encoder(coding);
  if (!encoder) return inner;
  return std::make_unique<CompressedSource>(std::move(inner), std::move(encoder));
}

}  // namespace frontis::http
