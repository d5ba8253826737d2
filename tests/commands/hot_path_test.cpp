// The hot path as a whole, from the socket through router, files handler, access log and what is
// counted: a small file that was asked for before costs the heap nothing.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "../base/allocation_count.h"
#include "../net/hand_turned.h"
#include "../net/peer.h"
#include "../net/steady_client.h"
#include "access_recorder.h"
#include "config/load.h"
#include "count_recorder.h"
#include "http/session.h"
#include "wiring.h"

namespace frontis {
namespace {

class HotPathTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::path(testing::TempDir()) / "hot_path";
    std::filesystem::create_directories(folder_ / "root");
    std::ofstream(folder_ / "root/app.css") << std::string(1000, 'c');
    const std::string yaml = "log: {access: /dev/null}\nsites: {\"*\": {/: {files: \"" +
                             (folder_ / "root").string() + "\"}}}\n";
    auto loaded = config::load_text(yaml, (folder_ / "frontis.yaml").string());
    ASSERT_TRUE(loaded.settings);
    settings_ = std::move(*loaded.settings);
    media_ = std::make_unique<SharedMedia>(settings_, SharedMedia::Press::rests, *log_);
    roots_ = std::make_unique<FileRoots>(settings_, *media_, *log_);
    handlers_ = std::make_unique<Handlers>(settings_, *media_, *roots_, Handlers::Apps{},
                                           [](const auto& work) { work(); });
    auto opened = observe::AccessLog::open(settings_.log, *log_);
    ASSERT_TRUE(opened);
    access_ = std::move(*opened);
    recorder_ = std::make_unique<AccessRecorder>(access_->lane());
    counting_ = std::make_unique<CountRecorder>(counts_, recorder_.get());
    sessions_ = std::make_unique<http::Sessions>(
        hand_.loop, hand_.timers,
        std::make_shared<const http::Rules>(http::Rules{
            settings_.limits, handlers_->router(), counting_.get(), settings_.trusted_proxies}));
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  void exchange(net::SteadyClient& client, std::string_view request, int rounds) {
    for (int i = 0; i < rounds; ++i) {
      client.send(request);
      std::size_t got = 0;
      for (int turns = 0; got == 0 && turns < 10'000; ++turns) {
        hand_.turn();
        got = client.take();
      }
      ASSERT_GT(got, 0U);
    }
  }

  // The fewest allocations of a hundred exchanges, over some batches.
  std::size_t fewest_allocations(std::string_view request) {
    net::Pair pair = net::tcp_pair();
    sessions_->add(net::PlainStream(std::move(pair.near)), admission_.admit(net::Address()));
    net::SteadyClient client(std::move(pair.far));
    exchange(client, request, 100);
    std::size_t fewest = ~std::size_t{0};
    for (int batch = 0; batch < 10; ++batch) {
      begin_counting();
      exchange(client, request, 100);
      fewest = std::min(fewest, end_counting());
    }
    return fewest;
  }

  std::filesystem::path folder_;
  config::Settings settings_;
  std::unique_ptr<Log> log_ = Log::silent();
  std::unique_ptr<SharedMedia> media_;
  std::unique_ptr<FileRoots> roots_;
  std::unique_ptr<Handlers> handlers_;
  std::unique_ptr<observe::AccessLog> access_;
  std::unique_ptr<AccessRecorder> recorder_;
  observe::Counts counts_;
  std::unique_ptr<CountRecorder> counting_;
  net::HandTurned hand_;
  net::Admission admission_{settings_.limits};
  std::unique_ptr<http::Sessions> sessions_;
};

constexpr std::string_view fields =
    "Host: www.example.org\r\nUser-Agent: a browser with a name\r\nAccept: text/css,*/*;q=0.1\r\n"
    "Accept-Encoding: gzip, deflate, br, zstd\r\nReferer: http://www.example.org/\r\n";

// Once a second the root and the file are looked at again, which may allocate and falls into one
// batch or two; an allocation of each request would be in all of them.
TEST_F(HotPathTest, AFileAskedForAgainAllocatesNothing) {
  const std::string request = "GET /app.css HTTP/1.1\r\n" + std::string(fields) + "\r\n";
  EXPECT_EQ(fewest_allocations(request), 0U);
}

TEST_F(HotPathTest, AFileThatHasNotChangedAllocatesNothing) {
  const std::string request =
      "GET /app.css HTTP/1.1\r\nIf-None-Match: *\r\n" + std::string(fields) + "\r\n";
  EXPECT_EQ(fewest_allocations(request), 0U);
}

TEST_F(HotPathTest, PipelinedRequestsAllocateNothing) {
  const std::string one = "GET /app.css HTTP/1.1\r\n" + std::string(fields) + "\r\n";
  EXPECT_EQ(fewest_allocations(one + one + one + one), 0U);
}

}  // namespace
}  // namespace frontis
