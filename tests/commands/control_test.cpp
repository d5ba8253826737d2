#include "control.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <chrono>
#include <cstring>
#include <string>
#include <thread>

#include "site_folder.h"

namespace frontis {
namespace {

using commands::SiteFolder;
using std::chrono::milliseconds;

Descriptor connected_to(const std::filesystem::path& state) {
  const std::string path = (state / "control.sock").native();
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.c_str(), path.size());
  Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  EXPECT_EQ(::connect(socket.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address),
            0);
  return socket;
}

TEST(Control, AnswersALine) {
  const SiteFolder folder;
  auto control = Control::open(folder.path());
  ASSERT_TRUE(control) << control.error().message;
  Result<std::string> answer;
  std::thread asker([&] { answer = ask_server(folder.path(), "purge http://a/"); });
  pollfd asked{control->descriptor(), POLLIN, 0};
  ASSERT_EQ(::poll(&asked, 1, 10'000), 1);
  control->serve([](std::string_view command) { return "heard " + std::string(command); });
  asker.join();
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(*answer, "heard purge http://a/");
}

// The line would come to its end in a few seconds: whoever waits for it answers.
TEST(Control, WaitsForNobodyWhoSendsAByteNowAndThen) {
  const SiteFolder folder;
  auto control = Control::open(folder.path());
  ASSERT_TRUE(control) << control.error().message;
  const Descriptor caller = connected_to(folder.path());
  std::thread talker([&caller] {
    const auto say = [&caller](char c) {
      return ::send(caller.number(), &c, 1, MSG_NOSIGNAL) == 1;
    };
    for (int i = 0; i < 300 && say('a'); ++i) std::this_thread::sleep_for(milliseconds(10));
    say('\n');
  });
  bool was_asked = false;
  control->serve(
      [&was_asked](std::string_view) {
        was_asked = true;
        return std::string("all right");
      },
      milliseconds(100));
  talker.join();
  EXPECT_FALSE(was_asked);
}

}  // namespace
}  // namespace frontis
