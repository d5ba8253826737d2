// All that a files handler needs around it, and exchanges without connections: for the tests of
// the loader and the handler. What is posted to the loop waits until a test turns it by hand.
#pragma once

#include <gtest/gtest.h>
#include <zlib.h>

#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/http1.h"
#include "media/handler.h"
#include "scratch_folder.h"

namespace frontis::media {

inline std::string gzip_of(std::string_view text) {
  std::string coded(compressBound(text.size()) + 64, '\0');
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string in(text);
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(coded.data());
  stream.avail_out = static_cast<uInt>(coded.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  coded.resize(stream.total_out);
  deflateEnd(&stream);
  return coded;
}

// "app.<hash>.css" as Django's ManifestStaticFilesStorage would name it.
inline std::string django_name(std::string_view content) {
  Digest digest(Digest::Algorithm::md5);
  digest.update(content);
  return "app." + digest.finish_hex().substr(0, 12) + ".css";
}

// Holds all threads of a Press(1) until it is opened.
class Gate {
 public:
  explicit Gate(Press& press) {
    hold(press, Press::Urgency::idle);
    hold(press, Press::Urgency::soon);
    hold(press, Press::Urgency::request_waits);
  }
  void open() { closed_.unlock(); }

 private:
  void hold(Press& press, Press::Urgency urgency) {
    std::promise<void> entered;
    press.submit(urgency, [&mutex = mutex_, &entered] {
      entered.set_value();
      const std::lock_guard wait(mutex);
    });
    entered.get_future().wait();
  }

  std::mutex mutex_;
  std::unique_lock<std::mutex> closed_{mutex_};
};

// The action behind the files: what a test sees when the files handler passes.
class NextHandler final : public http::Handler {
 public:
  void handle(http::Exchange& exchange) override {
    http::Response response;
    response.status = 299;
    exchange.respond(std::move(response));
  }
};

class FakeExchange final : public http::Exchange {
 public:
  // `request` is "GET /path" with header lines behind it.
  explicit FakeExchange(const std::string& request) {
    const std::size_t end = request.find("\r\n");
    bytes_ = request.substr(0, end) + " HTTP/1.1\r\nHost: example.org" +
             (end == std::string::npos ? "\r\n" : request.substr(end) + "\r\n") + "\r\n";
    const config::Limits limits;
    http::HeadParser parser(limits);
    EXPECT_TRUE(parser.parse(bytes_, request_)) << request;
    prefix_length = 1;
    explanation = &lines;
  }
  void respond(http::Response response) override {
    EXPECT_FALSE(answer) << "answered twice";
    answer = std::move(response);
  }

  bool passed() const { return answer && answer->status == 299; }
  std::string field(std::string_view name) const {
    if (!answer || !answer->head) return {};
    return std::string(answer->head->find(name).value_or(""));
  }
  // The body as it would be sent, a failed one as far as it came.
  std::string body() const {
    if (!answer) return "(no answer)";
    if (const auto* bytes = std::get_if<SharedBytes>(&answer->body)) {
      return std::string(bytes->bytes);
    }
    const auto* slice = std::get_if<FileSlice>(&answer->body);
    if (!slice) return {};
    std::string text(slice->length, '\0');
    const ssize_t got =
        ::pread(slice->file->number(), text.data(), text.size(), static_cast<off_t>(slice->offset));
    text.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
    return text;
  }
  std::string explained() const {
    std::string text;
    for (const std::string& line : lines) text += line + "\n";
    return text;
  }

  std::optional<http::Response> answer;
  http::Explanation lines;

 private:
  std::string bytes_;
};

// Whether there is a state folder, with all that press makes and keeps there.
enum class State { none, folder };

class FilesHouse {
 public:
  // With no press threads all is done at once; with one it waits for turn().
  explicit FilesHouse(unsigned press_threads = 0, State state = State::none)
      : threads_(press_threads), has_state_(state == State::folder) {
    std::filesystem::create_directory(folder / "root");
    action.root = folder / "root";
  }
  // In the order of a stop: a job under way uses all but the handler.
  ~FilesHouse() {
    handler_.reset();
    press_.reset();
  }
  FilesHouse(const FilesHouse&) = delete;
  FilesHouse& operator=(const FilesHouse&) = delete;

  std::filesystem::path write(std::string_view name, std::string_view content) const {
    return folder.write("root/" + std::string(name), content);
  }
  // Another file under the same name, as a deployment or a safe editor does it.
  void replace(std::string_view name, std::string_view content) const {
    std::filesystem::rename(folder.write("new", content), folder / ("root/" + std::string(name)));
  }

  Services& services() { return services_; }
  Press& press() { return *press_; }
  Post post() {
    return [this](std::function<void()> work) {
      if (threads_ == 0) return work();
      const std::lock_guard lock(mutex_);
      posted_.push_back(std::move(work));
    };
  }
  const std::shared_ptr<ManifestWatch>& manifests() {
    if (!manifests_) manifests_ = std::make_shared<ManifestWatch>(action, *press_, *log);
    return manifests_;
  }
  FilesHandler& handler() {
    if (!handler_) handler_ = new_handler(0);
    return *handler_;
  }
  // For another loop, which shares all but the cache.
  std::unique_ptr<FilesHandler> new_handler(std::uint32_t number) {
    return std::make_unique<FilesHandler>(action, number, cache, services_, manifests(),
                                          "example.org/", post());
  }
  void stop_handler() { handler_.reset(); }

  void send(FakeExchange& exchange) { send(exchange, handler()); }
  void send(FakeExchange& exchange, FilesHandler& to) {
    chain_ = {&to, &next_};
    exchange.dispatch(chain_);
  }
  std::unique_ptr<FakeExchange> fetch(const std::string& request) {
    auto exchange = std::make_unique<FakeExchange>(request);
    send(*exchange);
    return exchange;
  }
  // The same, as it is served: nobody asks why.
  std::unique_ptr<FakeExchange> fetch_unexplained(const std::string& request) {
    auto exchange = std::make_unique<FakeExchange>(request);
    exchange->explanation = nullptr;
    send(*exchange);
    return exchange;
  }
  // Waits for press, then does what was posted.
  void turn() {
    press_->drain();
    std::deque<std::function<void()>> work;
    {
      const std::lock_guard lock(mutex_);
      work.swap(posted_);
    }
    for (const auto& one : work) one();
  }

  // As if a second had gone by since the file was last looked at, and many since it changed.
  void age(std::string_view path, std::uint32_t number = 0) {
    AssetCache::Entry* entry = cache.find(number, path);
    ASSERT_NE(entry, nullptr);
    entry->checked -= std::chrono::seconds(2);
    entry->unsettled = false;
  }
  std::shared_ptr<const Asset> cached(std::string_view path, std::uint32_t number = 0) {
    AssetCache::Entry* entry = cache.find(number, path);
    return entry ? entry->asset : nullptr;
  }
  std::string logged() const {
    log->flush();
    return folder.read("log");
  }

  // Where the copy of a kept version lies, relative to `folder`.
  static std::string copy_of(std::string_view content) {
    return "state/kept/" + ContentStore::name_of(sha256(content), "");
  }
  // Where a variant that press made lies, relative to `folder`.
  static std::string variant_of(std::string_view content, http::Coding coding) {
    return "state/variants/" + file_of({sha256(content), coding, std::nullopt});
  }

  ScratchFolder folder;
  config::FilesAction action;
  config::PressSettings press_settings;
  std::unique_ptr<Log> log = *Log::open((folder / "log").string(), Log::Level::info);
  Counters counters;
  AssetCache cache{1024 * 1024};

 private:
  std::unique_ptr<Index> open_index() const {
    if (!has_state_) return nullptr;
    auto index = Index::open(folder / "state", *log);
    EXPECT_TRUE(index) << (index ? "" : index.error().message);
    return index ? std::move(*index) : nullptr;
  }
  std::filesystem::path state(std::string_view name) const {
    return has_state_ ? folder / "state" / name : std::filesystem::path();
  }

  const unsigned threads_;
  const bool has_state_;
  MimeTypes types_{"/nowhere/mime.types"};
  Proofs proofs_;
  Inspections inspections_;
  std::mutex mutex_;
  std::deque<std::function<void()>> posted_;
  std::unique_ptr<Press> press_ = std::make_unique<Press>(threads_, *log);
  Pins pins_{{}, *press_, *log};
  std::unique_ptr<Index> index_ = open_index();
  Variants variants_{state("variants"), press_settings.size, index_.get(), *log};
  VariantMaker maker_{press_settings, variants_, *press_, *log};
  Kept kept_{state("kept"), {}, index_.get(), *log};
  Services services_{*press_,
                     pins_,
                     proofs_,
                     inspections_,
                     index_.get(),
                     variants_,
                     has_state_ ? &maker_ : nullptr,
                     kept_,
                     types_,
                     counters,
                     *log};
  std::shared_ptr<ManifestWatch> manifests_;
  std::vector<http::Handler*> chain_;
  NextHandler next_;
  std::unique_ptr<FilesHandler> handler_;
};

}  // namespace frontis::media
