#include "observe/event_streams.h"

#include <algorithm>
#include <utility>

namespace frontis::observe {

namespace {

using Event = std::shared_ptr<const std::string>;

Event event_of(std::string_view data) {
  std::string text = "data: ";
  text.append(data).append("\n\n");
  return std::make_shared<const std::string>(std::move(text));
}

}  // namespace

class EventStreams::Stream final : public Source {
 public:
  Stream(EventStreams& all, Event first) : all_(all), next_(std::move(first)) {
    all_.open_.push_back(this);
  }
  ~Stream() override { std::erase(all_.open_, this); }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  Pull pull(std::span<char> into) override {
    if (given_ == 0 && next_) now_ = std::exchange(next_, nullptr);
    if (!now_) return {State::pending};
    const std::size_t length = now_->copy(into.data(), into.size(), given_);
    given_ += length;
    if (given_ == now_->size()) {
      now_.reset();
      given_ = 0;
    }
    return {State::data, length};
  }
  void when_ready(std::function<void()> wake) override { wake_ = std::move(wake); }

  void tell(const Event& event) {
    next_ = event;
    if (wake_) std::exchange(wake_, nullptr)();
  }

 private:
  EventStreams& all_;
  Event now_, next_;
  std::size_t given_ = 0;  // of now_
  std::function<void()> wake_;
};

std::unique_ptr<Source> EventStreams::open(std::string_view first) {
  if (open_.size() >= most) return nullptr;
  return std::make_unique<Stream>(*this, event_of(first));
}

void EventStreams::publish(std::string_view data) {
  if (open_.empty()) return;
  const Event event = event_of(data);
  // Who is told may end others, and itself.
  const std::vector<Stream*> told = open_;
  for (Stream* const stream : told) {
    if (std::find(open_.begin(), open_.end(), stream) != open_.end()) stream->tell(event);
  }
}

}  // namespace frontis::observe
