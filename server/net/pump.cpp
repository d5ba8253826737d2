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

void Pump::add(Body body, std::optional<std::uint64_t> length) {
  if (const auto* bytes = std::get_if<SharedBytes>(&body); bytes && bytes->bytes.size() <= copied) {
    text_.append(bytes->bytes);
    return;
  }
  // Nothing follows: the head must not wait for it.
  if (const auto* file = std::get_if<FileSlice>(&body); file && file->length == 0) return;
  body_ = std::move(body);
  left_ = length;
  if (source() && left_ == 0) end_source();
}

Source* Pump::source() {
  auto* source = std::get_if<std::unique_ptr<Source>>(&body_);
  return source ? source->get() : nullptr;
}

Pump::State Pump::move(Stream& stream) {
  const std::uint64_t begun_at = moved_;
  while (waiting_text() > 0 || has_body()) {
    const std::uint64_t done = moved_ - begun_at;
    if (done >= slice) return State::blocked;  // the others first
    switch (step(stream, slice - done)) {
      case Step::went_on: break;
      case Step::blocked: return State::blocked;
      case Step::waiting: return State::waiting;
      case Step::failed: return State::failed;
    }
  }
  return State::empty;
}

Pump::Step Pump::step(Stream& stream, std::size_t room) {
  if (waiting_text() > 0 || std::holds_alternative<SharedBytes>(body_)) {
    return send_bytes(stream, room);
  }
  return source() ? pull_source() : send_file(stream, room);
}

Pump::Step Pump::send_bytes(Stream& stream, std::size_t room) {
  std::array<iovec, 2> pieces;
  std::size_t count = 0;
  if (waiting_text() > 0) pieces[count++] = piece(std::string_view(text_).substr(text_sent_));
  if (const auto* body = std::get_if<SharedBytes>(&body_)) {
    pieces[count++] = piece(body->bytes.substr(0, room));
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
  const auto length = static_cast<std::size_t>(std::min<std::uint64_t>(file.length, room));
  const auto sent = stream.send_file(file.file->number(), file.offset, length);
  if (sent.state == Moved::blocked) return Step::blocked;
  if (sent.state != Moved::moved) return Step::failed;
  moved_ += sent.bytes;
  file.offset += sent.bytes;
  file.length -= sent.bytes;
  if (file.length == 0) body_ = std::monostate{};
  return Step::went_on;
}

Pump::Step Pump::pull_source() {
  // The text is empty here, so its memory serves as the source's.
  text_.resize(static_cast<std::size_t>(std::min<std::uint64_t>(pulled, left_.value_or(pulled))));
  const auto got = source()->pull({text_.data(), text_.size()});
  text_.resize(got.state == Source::State::data ? got.bytes : 0);
  if (got.state == Source::State::pending) return Step::waiting;
  if (got.state == Source::State::failed) return Step::failed;
  if (got.state == Source::State::end) {
    if (left_) return Step::failed;
    end_source();
    return Step::went_on;
  }
  if (left_) *left_ -= got.bytes;
  if (left_ == 0) end_source();
  return Step::went_on;
}

void Pump::end_source() {
  ended_ = std::move(std::get<std::unique_ptr<Source>>(body_));
  body_ = std::monostate{};
}

void Pump::clear() {
  text_.clear();
  text_sent_ = 0;
  body_ = std::monostate{};
  ended_.reset();
  moved_ = 0;
}

void Pump::shrink(std::size_t keep) {
  if (text_.capacity() > keep) std::string().swap(text_);
}

}  // namespace frontis::net
