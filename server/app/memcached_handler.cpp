#include "app/memcached_handler.h"

#include <array>
#include <cstring>
#include <utility>

#include "app/memcached.h"
#include "base/buffer.h"
#include "net/watch.h"

namespace frontis::app {

namespace {

constexpr std::size_t read_size = 16 * 1024;
constexpr std::string_view type_of_pages = "text/html; charset=utf-8";

using Moved = net::Stream::Transfer::State;

}  // namespace

// One look-up, held by its exchange.
class MemcachedHandler::Get final : public http::Call,
                                    public net::Watch::Owner,
                                    public net::Timer::Owner {
 public:
  Get(MemcachedHandler& handler, http::Exchange& exchange, const std::string& key)
      : handler_(handler),
        exchange_(exchange),
        key_(key),
        asked_(memcached_get(key)),
        answer_(key),
        timer_(handler.place_.timers, *this),
        self_(std::make_shared<Get*>(this)) {}

  void begin() {
    if (!handler_.idle_.empty()) {
      stream_ = std::move(handler_.idle_.back());
      handler_.idle_.pop_back();
      is_reused_ = true;
    } else {
      auto socket = net::begin_connect(handler_.endpoint_);
      if (!socket) return fail(socket.error().message);
      stream_ = std::make_unique<net::PlainStream>(std::move(*socket));
    }
    watch_ = std::make_unique<net::Watch>(handler_.place_.loop, stream_->descriptor(), *this);
    watch_->want(true, true);
    timer_.set(handler_.action_.timeout);
  }

 private:
  void ready(bool readable, bool writable) override {
    if (writable) send();
    if (readable && watch_) receive();
  }

  void timer_due() override {
    is_reused_ = false;  // a second try would take as long
    fail("no answer in time");
  }

  void send() {
    const iovec unsent{asked_.data() + sent_, asked_.size() - sent_};
    const auto sent = stream_->send({&unsent, 1}, false);
    if (sent.state == Moved::blocked) return;
    if (sent.state != Moved::moved) return fail(std::strerror(sent.error));
    sent_ += sent.bytes;
    watch_->want(true, sent_ < asked_.size());
  }

  void receive() {
    std::array<char, read_size> room;
    const auto got = stream_->receive(room);
    if (got.state == Moved::blocked) return;
    if (got.state != Moved::moved) return fail("it closed the connection");
    unread_.append({room.data(), got.bytes});
    while (watch_) {
      const auto step = answer_.decode(unread_.view());
      if (!step) return fail(step.error().message);
      if (step->event == MemcachedAnswer::Event::content) value_.append(step->content);
      unread_.consume(step->consumed);
      if (step->event == MemcachedAnswer::Event::none) return;
      take(step->event);
    }
  }

  void take(MemcachedAnswer::Event event) {
    if (event == MemcachedAnswer::Event::hit) {
      value_.reserve(answer_.length());
    } else if (event == MemcachedAnswer::Event::miss) {
      keep();
      pass();
    } else if (event == MemcachedAnswer::Event::complete) {
      keep();
      exchange_.respond(handler_.response(exchange_.request().path(), std::move(value_)));
    }
  }

  // The connection can serve another look-up.
  void keep() {
    end_watch();
    if (unread_.empty() && handler_.idle_.size() < most_idle) {
      handler_.idle_.push_back(std::move(stream_));
    }
  }

  void fail(const std::string& why) {
    end_watch();
    if (std::exchange(is_reused_, false)) return later(&Get::begin_anew);
    handler_.failed(why);
    pass();
  }

  // The server had closed the connection while it was idle, and so the others, probably.
  void begin_anew() {
    handler_.idle_.clear();
    sent_ = 0;
    unread_.clear();
    value_.clear();
    answer_ = MemcachedAnswer(key_);
    begin();
  }

  void end_watch() {
    timer_.clear();
    if (!watch_) return;
    // We may be inside its own callback.
    watch_->want(false, false);
    handler_.place_.loop.retire(std::move(watch_));
  }

  void pass() { later(&Get::pass_on); }

  // The next handler puts its own call in our place: nothing of ours is touched behind this.
  void pass_on() { exchange_.pass(); }

  // Behind all that is running now, and only if we are still there: what changes the connection
  // that a callback is working on, or destroys us, does not happen inside of it.
  void later(void (Get::*step)()) {
    handler_.place_.loop.post([step, self = std::weak_ptr<Get*>(self_)] {
      if (const auto get = self.lock()) ((*get)->*step)();
    });
  }

  MemcachedHandler& handler_;
  http::Exchange& exchange_;
  const std::string key_;
  std::string asked_;
  std::size_t sent_ = 0;
  MemcachedAnswer answer_;
  std::unique_ptr<net::PlainStream> stream_;
  std::unique_ptr<net::Watch> watch_;
  net::Timer timer_;
  Buffer unread_;
  std::string value_;
  bool is_reused_ = false;
  std::shared_ptr<Get*> self_;
};

void UnaskedHandler::handle(http::Exchange& exchange) {
  if (exchange.explanation) {
    const auto key = memcached_key(action_.key, exchange.request().host(), exchange.request());
    exchange.explanation->push_back("memcached at " + action_.server.text() + " is asked for " +
                                    (key ? "'" + *key + "'" : "nothing: no key can be made of it") +
                                    "; what it does not have passes on");
  }
  exchange.pass();
}

MemcachedHandler::MemcachedHandler(const config::MemcachedAction& action,
                                   const net::Endpoint& endpoint, Place place, TypeOf type_of,
                                   Log& log)
    : action_(action),
      endpoint_(endpoint),
      place_(place),
      type_of_(std::move(type_of)),
      log_(log) {}

MemcachedHandler::~MemcachedHandler() = default;

void MemcachedHandler::handle(http::Exchange& exchange) {
  const http::Request& request = exchange.request();
  const bool reads = request.method == http::Method::get || request.method == http::Method::head;
  if (!reads || exchange.is_rerouted() || coarse_now() < down_until_) return exchange.pass();
  const auto key = memcached_key(action_.key, request.host(), request);
  if (!key) return exchange.pass();
  auto get = std::make_unique<Get>(*this, exchange, *key);
  Get& begun = *get;
  exchange.hold(std::move(get));
  begun.begin();
}

void MemcachedHandler::failed(const std::string& why) {
  down_until_ = coarse_now() + rest;
  log_.once_a_minute("memcached " + action_.server.text(), Log::Level::warning,
                     "memcached at " + action_.server.text() + ": " + why +
                         "; requests pass on to the next action");
}

http::Response MemcachedHandler::response(std::string_view path, std::string value) const {
  std::string_view type = action_.type;
  if (type.empty()) type = type_of_(path);
  http::HeaderBlock head;
  head.add("Content-Type", type.empty() ? type_of_pages : type);
  head.add("X-Content-Type-Options", "nosniff");
  for (const auto& [name, text] : action_.headers) head.add(name, text);
  http::Response response;
  response.head = std::make_shared<const http::HeaderBlock>(std::move(head));
  response.body = text_body(std::move(value));
  return response;
}

}  // namespace frontis::app
