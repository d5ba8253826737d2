#include "lane.h"

#include <pthread.h>
#include <sys/socket.h>

#include <algorithm>
#include <utility>

#include "net/slices.h"

namespace frontis {

namespace {

constexpr std::chrono::milliseconds flush_period{250};
constexpr std::string_view too_many_connections =
    "HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain; charset=utf-8\r\n"
    "Content-Length: 42\r\nCache-Control: no-store\r\nRetry-After: 1\r\nConnection: close\r\n\r\n"
    "503 Service Unavailable: too many clients\n";

}  // namespace

// What the lane has of one generation. It ends with the last exchange that goes by it.
struct Lane::Part {
  Part(Lane& lane, std::shared_ptr<Generation> from)
      : generation(std::move(from)),
        recorder(generation->access ? std::make_unique<AccessRecorder>(generation->access->lane())
                                    : nullptr),
        counting(generation->settings->admin.empty()
                     ? nullptr
                     : std::make_unique<CountRecorder>(lane.counts_, recorder.get())),
        handlers(*generation->settings, lane.media_, *generation->roots,
                 {generation->applications.get(), &lane.loop_, &lane.timers_, &lane.log_},
                 [&loop = lane.loop_](std::function<void()> work) { loop.post(std::move(work)); }),
        rules{generation->settings->limits, handlers.router(),
              counting ? static_cast<http::Recorder*>(counting.get()) : recorder.get(),
              generation->settings->trusted_proxies} {}

  const std::shared_ptr<Generation> generation;
  const std::unique_ptr<AccessRecorder> recorder;  // null without an access log
  const std::unique_ptr<CountRecorder> counting;   // null without `admin`
  const Handlers handlers;
  const http::Rules rules;
};

// One socket that the lane listens to.
struct Lane::Door {
  Door(Lane& lane, const config::Listen& from, Descriptor socket)
      : listen(from),
        listener(lane.loop_, lane.timers_, lane.log_, std::move(socket),
                 [this, &lane](Descriptor accepted, const net::Address& peer) {
                   if (listen.proxy_protocol) return lane.greetings_.add(std::move(accepted), peer);
                   lane.accept(std::move(accepted), peer);
                 }) {}

  config::Listen listen;
  net::Listener listener;
};

Lane::Lane(Common common, std::shared_ptr<Generation> generation, std::vector<LaneListen> listen)
    : admission_(common.admission),
      media_(common.media),
      log_(common.log),
      timers_(loop_),
      part_(make_part(std::move(generation))),
      sessions_(loop_, timers_, std::shared_ptr<const http::Rules>(part_, &part_->rules)),
      greetings_(loop_, timers_, log_,
                 [this](Descriptor socket, const net::Address& client) {
                   accept(std::move(socket), client);
                 }),
      flush_timer_(timers_, *this) {
  open_doors(std::move(listen));
  timer_due();
}

Lane::~Lane() { is_ending_ = true; }

// The exchange that lets go of it last does so in the middle of something of its own.
std::shared_ptr<Lane::Part> Lane::make_part(std::shared_ptr<Generation> generation) {
  return {new Part(*this, std::move(generation)), [this](Part* dying) {
            std::unique_ptr<Part> owned(dying);
            if (!is_ending_) loop_.retire(std::move(owned));
          }};
}

void Lane::start() {
  thread_ = std::thread([this] {
    net::ask_for_short_slices();
    loop_.run();
  });
  pthread_setname_np(thread_.native_handle(), "frontis-loop");
}

void Lane::change(std::shared_ptr<Generation> generation, std::vector<LaneListen> listen,
                  std::function<void()> done) {
  // Functions are copied, sockets cannot be.
  const auto shared = std::make_shared<std::vector<LaneListen>>(std::move(listen));
  loop_.post([this, generation = std::move(generation), shared, done = std::move(done)]() mutable {
    older_.erase(std::remove_if(older_.begin(), older_.end(),
                                [](const auto& part) { return part.expired(); }),
                 older_.end());
    older_.push_back(part_);
    part_ = make_part(std::move(generation));
    sessions_.follow(std::shared_ptr<const http::Rules>(part_, &part_->rules));
    open_doors(std::move(*shared));
    timer_due();
    done();
  });
}

void Lane::open_doors(std::vector<LaneListen> listen) {
  std::vector<std::unique_ptr<Door>> before = std::move(doors_);
  doors_.clear();
  for (LaneListen& each : listen) {
    for (auto& door : before) {
      if (!door || !(door->listen == each.listen)) continue;
      door->listen = each.listen;  // what is expected of its clients may be another
      doors_.push_back(std::move(door));
    }
    for (Descriptor& socket : each.sockets) {
      doors_.push_back(std::make_unique<Door>(*this, each.listen, std::move(socket)));
    }
  }
  // Whoever has come already is still let in.
  for (const auto& door : before) {
    if (door) door->listener.finish();
  }
}

void Lane::finish(std::function<void()> done) {
  loop_.post([this, done = std::move(done)] {
    for (const auto& door : doors_) door->listener.finish();
    sessions_.finish(done);
    // Only now: what was still in the backlog has been taken.
    doors_.clear();
  });
}

void Lane::hand_over(std::function<void()> done) {
  loop_.post([this, done = std::move(done)] {
    doors_.clear();
    sessions_.fade(done);
  });
}

void Lane::stop() {
  loop_.post([this] {
    doors_.clear();
    sessions_.abort();
    timer_due();
    flush_timer_.clear();
  });
  loop_.stop();
}

void Lane::count(std::function<void(observe::LaneFigures)> told) {
  loop_.post([this, told = std::move(told)] { told(figures_of(counts_, sessions_)); });
}

void Lane::join() {
  if (thread_.joinable()) thread_.join();
}

void Lane::accept(Descriptor socket, const net::Address& peer) {
  auto ticket = admission_.admit(peer);
  if (ticket) {
    sessions_.add(net::PlainStream(std::move(socket)), std::move(ticket));
    return;
  }
  net::Address::Text text;
  log_.once_a_minute("admission", Log::Level::warning,
                     "a connection from " + std::string(peer.text(text)) +
                         " was refused: limits.connections or limits.connections_per_client is "
                         "reached");
  [[maybe_unused]] const auto sent =
      ::send(socket.number(), too_many_connections.data(), too_many_connections.size(),
             MSG_NOSIGNAL | MSG_DONTWAIT);
  ::shutdown(socket.number(), SHUT_WR);
}

// Lines do not wait long for others. While nothing is logged, nobody is woken.
void Lane::timer_due() {
  bool is_any = false;
  const auto flush = [&is_any](const std::shared_ptr<Part>& part) {
    if (!part || !part->recorder) return;
    part->recorder->flush();
    is_any = true;
  };
  flush(part_);
  for (const auto& part : older_) flush(part.lock());
  if (is_any) flush_timer_.set(flush_period);
}

}  // namespace frontis
