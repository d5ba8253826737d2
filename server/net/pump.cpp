#include "net/pump.h"

#include <algorithm>
#include <array>

namespace frontis::net {

namespace {

using Moved = Stream::Transfer::State;

iovec piece(std::string_view bytes) {
  return {const_cast<char*>(bytes.data()), bytes.size()};  // iovec has no const form
}

}  // namespace

void Pump::add(Body body) {
  const auto* bytes = std::get_if<SharedBytes>(&body);
  if (bytes == nullptr || bytes->bytes.size() > copied) {
    body_ = std::move(body);
    return;
  }
  text_.append(bytes->bytes);
}

Source* Pump::source() {
  auto* source = std::get_if<std::unique_ptr<Source>>(&body_);
  return source ? source->get() : nullptr;
}

Pump::State Pump::move(Stream& stream) {
  const std::uint64_t begun_at = moved_;
  while (true) {
    const std::uint64_t done = moved_ - begun_at;
    if (done >= slice) return State::blocked;  // the others first
    Step step;
    if (waiting_text() > 0 || std::holds_alternative<SharedBytes>(body_)) {
      step = send_bytes(stream);
    } else if (std::holds_alternative<FileSlice>(body_)) {
      step = send_file(stream, slice - done);
    } else if (source() != nullptr) {
      step = pull_source();
    } else {
      return State::empty;
    }
    if (step == Step::blocked) return State::blocked;
    if (step == Step::waiting) return State::waiting;
    if (step == Step::failed) return State::failed;
  }
}

Pump::Step Pump::send_bytes(Stream& stream) {
  std::array<iovec, 2> pieces;
  std::size_t count = 0;
  if (waiting_text() > 0) pieces[count++] = piece(std::string_view(text_).substr(text_sent_));
  if (const auto* bytes = std::get_if<SharedBytes>(&body_)) {
    if (bytes->bytes.empty()) {
      body_ = std::monostate{};
      return Step::went_on;
    }
    pieces[count++] = piece(bytes->bytes.substr(0, slice));
  }
  const bool more = std::holds_alternative<FileSlice>(body_);
  const auto sent = stream.send({pieces.data(), count}, more);
  if (sent.state == Moved::blocked) return Step::blocked;
  if (sent.state != Moved::moved) return Step::failed;
  count_sent(sent.bytes);
  return Step::went_on;
}

void Pump::count_sent(std::size_t bytes) {
  moved_ += bytes;
  const std::size_t of_text = std::min(bytes, waiting_text());
  text_sent_ += of_text;
  if (text_sent_ == text_.size()) {
    text_.clear();
    text_sent_ = 0;
  }
  if (bytes == of_text) return;
  auto& body = std::get<SharedBytes>(body_);
  body.bytes.remove_prefix(bytes - of_text);
  if (body.bytes.empty()) body_ = std::monostate{};
}

Pump::Step Pump::send_file(Stream& stream, std::size_t room) {
  auto& file = std::get<FileSlice>(body_);
  if (file.length == 0) {
    body_ = std::monostate{};
    return Step::finished;
  }
  const auto length = static_cast<std::size_t>(std::min<std::uint64_t>(file.length, room));
  const auto sent = stream.send_file(file.file->number(), file.offset, length);
  if (sent.state == Moved::blocked) return Step::blocked;
  if (sent.state != Moved::moved) return Step::failed;
  moved_ += sent.bytes;
  file.offset += sent.bytes;
  file.length -= sent.bytes;
  return Step::went_on;
}

Pump::Step Pump::pull_source() {
  // The text is empty here, so its memory serves as the source's.
  text_.resize(pulled);
  const auto got = source()->pull({text_.data(), text_.size()});
  text_.resize(got.state == Source::State::data ? got.bytes : 0);
  if (got.state == Source::State::pending) return Step::waiting;
  if (got.state == Source::State::failed) return Step::failed;
  if (got.state == Source::State::end) body_ = std::monostate{};
  return Step::went_on;
}

void Pump::clear() {
  text_.clear();
  text_sent_ = 0;
  body_ = std::monostate{};
  moved_ = 0;
}

void Pump::shrink(std::size_t keep) {
  if (text_.capacity() > keep) std::string().swap(text_);
}

}  // namespace frontis::net
