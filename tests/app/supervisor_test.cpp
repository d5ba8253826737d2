#include "app/supervisor.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include <optional>
#include <string>

#include "../net/hand_turned.h"
#include "site_house.h"

namespace frontis::app {
namespace {

using std::chrono::milliseconds;

struct House : SiteHouse {
  net::HandTurned turned;
  std::optional<Supervisor> supervisor;

  explicit House(unsigned processes = 1) { app.wsgi.processes = processes; }
  ~House() { supervisor.reset(); }

  void start() {
    supervisor.emplace(turned.loop, turned.timers, app, balancer, *log);
    supervisor->start();
  }
  template <typename Condition>
  bool until(Condition is_true) {
    return turned.until(is_true);
  }
  bool until_there_are(std::uint32_t backends) {
    return until([&] { return balancer.counts().backends == backends; });
  }
  bool until_said(std::string_view text) {
    return until([&] { return has_said(text); });
  }
  bool until_started(std::size_t processes) {
    return until([&] { return started().size() >= processes; });
  }
  bool until_ended(pid_t pid) {
    return until([&] { return !runs(pid); });
  }
  bool stopped(milliseconds patience = milliseconds(20'000)) {
    bool done = false;
    supervisor->stop(patience, [&] { done = true; });
    return until([&] { return done; });
  }
};

TEST(Supervisor, StartsAllProcesses) {
  House house(2);
  house.app.wsgi.threads = 3;
  house.start();
  ASSERT_TRUE(house.until_there_are(2)) << house.said();
  std::vector<upstream::Place> places;
  while (auto place = house.balancer.take()) places.push_back(std::move(*place));
  EXPECT_EQ(places.size(), 6U);
}

TEST(Supervisor, GivesProcessesThatAnswer) {
  House house;
  house.start();
  ASSERT_TRUE(house.until_there_are(1)) << house.said();
  auto place = house.balancer.take();
  ASSERT_TRUE(place);
  auto connected = net::begin_connect(place->endpoint());
  ASSERT_TRUE(connected) << connected.error().message;
  // A request without anything in it but its method (FastCGI).
  const std::string request(
      "\1\1\0\1\0\x8\0\0\0\1\0\0\0\0\0\0"
      "\1\4\0\1\0\x11\0\0\xe\1REQUEST_METHODX"
      "\1\4\0\1\0\0\0\0\1\5\0\1\0\0\0\0",
      16 + 8 + 17 + 16);
  ASSERT_EQ(::send(connected->number(), request.data(), request.size(), 0),
            static_cast<ssize_t>(request.size()));
  pollfd waiting{connected->number(), POLLIN, 0};
  ASSERT_EQ(::poll(&waiting, 1, 20'000), 1);
  std::string answer(1024, '\0');
  const ssize_t count = ::recv(connected->number(), answer.data(), answer.size(), 0);
  ASSERT_GT(count, 0) << house.said();
  answer.resize(static_cast<std::size_t>(count));
  EXPECT_NE(answer.find("Status: 200 OK\r\nContent-Length: 5\r\n\r\nhello"), std::string::npos);
}

TEST(Supervisor, PassesTheSettingsOn) {
  House house;
  house.write(
      "print(os.environ['GREETING'], os.getcwd() == os.path.dirname(os.path.abspath(__file__)))\n" +
      std::string(SiteHouse::hello));
  house.start();
  EXPECT_TRUE(house.until_said("app 'site': hello True")) << house.said();
}

TEST(Supervisor, KeepsItsOwnAffairsFromTheProcess) {
  House house;
  house.write(
      "import signal\n"
      "blocked = signal.pthread_sigmask(signal.SIG_BLOCK, [])\n"
      "own_group = os.getpgid(0) == os.getpid()\n"
      "descriptors = len(os.listdir('/proc/self/fd'))\n"  // one of them lists the others
      "print(len(blocked), own_group, os.environ.get('NOTIFY_SOCKET'), descriptors)\n" +
      std::string(SiteHouse::hello));
  sigset_t blocked;
  sigset_t before;
  ::sigemptyset(&blocked);
  ::sigaddset(&blocked, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &blocked, &before);
  ::setenv("NOTIFY_SOCKET", "/run/systemd/notify", 1);
  house.start();
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  ::unsetenv("NOTIFY_SOCKET");
  EXPECT_TRUE(house.until_said("app 'site': 0 True None 6")) << house.said();
}

TEST(Supervisor, StartsAnotherWhenOneHasDied) {
  House house(2);
  house.start();
  ASSERT_TRUE(house.until_there_are(2)) << house.said();
  ::kill(house.started()[0], SIGKILL);
  EXPECT_TRUE(house.until_there_are(1));
  EXPECT_TRUE(house.until_there_are(2));
  EXPECT_TRUE(house.has_said("signal 9 (Killed); another is started")) << house.said();
  EXPECT_EQ(house.started().size(), 3U);
}

TEST(Supervisor, TakesItsTimeWithWhatDiesAgainAndAgain) {
  House house;
  house.write("os._exit(7)\n");
  house.start();
  EXPECT_TRUE(house.until_said("exit code 7 before it was ready; another is started\n"));
  EXPECT_TRUE(house.until_said("another is started in 200 ms")) << house.said();
  EXPECT_TRUE(house.until_said("another is started in 400 ms")) << house.said();
  EXPECT_TRUE(house.balancer.is_hopeless());
  house.write(SiteHouse::hello);
  EXPECT_TRUE(house.until_there_are(1)) << house.said();
}

TEST(Supervisor, TellsWhyAnApplicationCannotBeImported) {
  House house(2);
  house.write("import no_such_module\n");
  house.start();
  ASSERT_TRUE(house.until([&] { return house.balancer.is_hopeless(); })) << house.said();
  EXPECT_TRUE(house.until_said("app 'site': Traceback (most recent call last):"));
  EXPECT_TRUE(house.has_said("No module named 'no_such_module'"));
  EXPECT_TRUE(house.has_said("exit code 3"));
  // It is mended, and a reload need not wait.
  house.write(SiteHouse::hello);
  house.supervisor->reload();
  EXPECT_TRUE(house.until_there_are(2)) << house.said();
  EXPECT_FALSE(house.balancer.is_hopeless());
}

TEST(Supervisor, TellsOfAFailureAsAnErrorAndOfNothingButTheApplicationsOwnCode) {
  House house;
  house.write("import no_such_module\n");
  house.start();
  ASSERT_TRUE(house.until_said("exit code 3")) << house.said();
  const std::string file = (house.folder / "site_app.py").string();
  for (const std::string& line :
       {std::string("error app 'site': Traceback (most recent call last)"),
        "error app 'site':   File \"" + file + "\", line 3, in <module>",
        std::string("error app 'site': ModuleNotFoundError: No module"),
        std::string("warning app 'site': cannot import 'site_app:app")}) {
    EXPECT_TRUE(house.has_said(line)) << line << "\n" << house.said();
  }
  EXPECT_FALSE(house.has_said("importlib")) << house.said();
  EXPECT_FALSE(house.has_said("frontis_worker")) << house.said();
}

TEST(Supervisor, SaysHowManyLinesAreLeftOutWhenTheSecondIsOver) {
  House house;
  house.write("for i in range(3000): print('line', i)\n" + std::string(SiteHouse::hello));
  house.start();
  EXPECT_TRUE(house.until_said("lines are left out: more than 1000 in a second")) << house.said();
  EXPECT_TRUE(house.until_there_are(1)) << house.said();
}

TEST(Supervisor, SaysHowManyLinesAreLeftOutWhenTheProcessEnds) {
  House house;
  house.write("for i in range(3000): print('line', i)\nos._exit(7)\n");
  house.start();
  ASSERT_TRUE(house.until_said("exit code 7")) << house.said();
  const std::string said = house.said();
  EXPECT_LT(said.find("lines are left out"), said.find("exit code 7")) << said;
}

TEST(Supervisor, GoesOnTryingWhileAnotherProcessServes) {
  House house(2);
  house.start();
  ASSERT_TRUE(house.until_there_are(2)) << house.said();
  const pid_t victim = house.started()[0];
  house.write("import no_such_module\n");
  ::kill(victim, SIGKILL);
  ASSERT_TRUE(house.until_said("exit code 3 before it was ready")) << house.said();
  EXPECT_EQ(house.balancer.counts().backends, 1U);
  EXPECT_FALSE(house.balancer.is_hopeless());
  house.write(SiteHouse::hello);
  EXPECT_TRUE(house.until_there_are(2)) << house.said();
}

TEST(Supervisor, SaysThatThereIsNoInterpreter) {
  House house;
  house.app.wsgi.python = "/nowhere/bin/python3";
  house.start();
  EXPECT_TRUE(
      house.until_said("the interpreter /nowhere/bin/python3 cannot be run: No such file "
                       "or directory; make its virtualenv (python3 -m venv), or correct "
                       "'python'"))
      << house.said();
  EXPECT_TRUE(house.balancer.is_hopeless());
}

TEST(Supervisor, SaysThatThereIsNoDirectory) {
  House house;
  house.app.wsgi.directory = house.folder / "nowhere";
  house.start();
  EXPECT_TRUE(house.until_said("nowhere: No such file")) << house.said();
}

TEST(Supervisor, KillsWhatIsNotReadyInTime) {
  House house;
  house.write("import time\ntime.sleep(1000)\n");
  house.app.wsgi.start_timeout = milliseconds(300);
  house.start();
  EXPECT_TRUE(house.until_said("is killed: it was not ready in time")) << house.said();
  EXPECT_TRUE(house.until_said("signal 9 (Killed) before it was ready")) << house.said();
}

TEST(Supervisor, ReloadsWithoutEverBeingWithoutAProcess) {
  House house(2);
  house.start();
  ASSERT_TRUE(house.until_there_are(2)) << house.said();
  const auto before = house.started();
  std::uint32_t fewest = 2;
  house.supervisor->reload();
  EXPECT_TRUE(house.until([&] {
    fewest = std::min(fewest, house.balancer.counts().backends);
    return house.started().size() == 4 && !house.runs(before[0]) && !house.runs(before[1]);
  })) << house.said();
  EXPECT_EQ(fewest, 2U);
  EXPECT_TRUE(house.until_there_are(2));
}

TEST(Supervisor, LetsAProcessFinishBeforeItIsReplaced) {
  House house;
  house.start();
  ASSERT_TRUE(house.until_there_are(1)) << house.said();
  const pid_t before = house.started()[0];
  auto place = house.balancer.take();
  ASSERT_TRUE(place);
  house.supervisor->reload();
  ASSERT_TRUE(house.until_there_are(2)) << house.said();
  house.turned.turn(10);
  EXPECT_TRUE(house.runs(before));
  place.reset();
  EXPECT_TRUE(house.until_ended(before));
  EXPECT_EQ(house.balancer.counts().backends, 1U);
}

TEST(Supervisor, KeepsTheOldProcessesWhenTheNewCodeDoesNotRun) {
  House house(2);
  house.start();
  ASSERT_TRUE(house.until_there_are(2)) << house.said();
  const auto before = house.started();
  house.write("import no_such_module\n");
  house.supervisor->reload();
  EXPECT_TRUE(house.until_said("the new code does not run, the old goes on")) << house.said();
  EXPECT_EQ(house.balancer.counts().backends, 2U);
  EXPECT_TRUE(house.runs(before[0]) && house.runs(before[1]));
  EXPECT_EQ(house.started().size(), 3U);  // one has tried
  house.write(SiteHouse::hello);
  house.supervisor->reload();
  EXPECT_TRUE(house.until_ended(before[0])) << house.said();
  EXPECT_TRUE(house.until_ended(before[1]));
}

TEST(Supervisor, ReloadsWhenAFileIsTouched) {
  House house;
  const auto file = house.folder / "touch-me";
  house.app.wsgi.reload_on = {file};
  house.start();
  ASSERT_TRUE(house.until_there_are(1)) << house.said();
  const pid_t before = house.started()[0];
  std::ofstream(file) << "1";
  EXPECT_TRUE(house.until_ended(before)) << house.said();
  EXPECT_TRUE(house.has_said("touch-me has changed"));
  EXPECT_EQ(house.balancer.counts().backends, 1U);
}

TEST(Supervisor, ReplacesAProcessThatHoldsTooMuch) {
  House house;
  house.app.wsgi.max_memory = 1;  // any is too much
  house.start();
  ASSERT_TRUE(house.until_there_are(1)) << house.said();
  const pid_t before = house.started()[0];
  EXPECT_TRUE(house.until_ended(before)) << house.said();
  EXPECT_TRUE(house.has_said("MiB and is replaced")) << house.said();
  EXPECT_EQ(house.balancer.counts().backends, 1U);
}

TEST(Supervisor, ReplacesAProcessThatAsksForIt) {
  House house;
  // What the worker itself writes after max_requests (tests/wire/test_worker.py).
  house.write("import threading\nthreading.Timer(0.3, lambda: os.write(4, b'r')).start()\n" +
              std::string(SiteHouse::hello));
  house.start();
  ASSERT_TRUE(house.until_started(1));
  const pid_t before = house.started()[0];
  house.write(SiteHouse::hello);
  EXPECT_TRUE(house.until_ended(before)) << house.said();
  EXPECT_TRUE(house.until_there_are(1));
}

TEST(Supervisor, KillsAndReplacesWhatIsStuck) {
  House house;
  house.start();
  ASSERT_TRUE(house.until_there_are(1)) << house.said();
  const pid_t before = house.started()[0];
  auto place = house.balancer.take();
  ASSERT_TRUE(place);
  house.supervisor->stuck(place->backend());
  place.reset();
  EXPECT_TRUE(house.until_ended(before));
  EXPECT_TRUE(house.until_started(2)) << house.said();
  EXPECT_TRUE(house.until_there_are(1));
  EXPECT_TRUE(house.has_said("did not answer in time"));
}

TEST(Supervisor, StopsAll) {
  House house(2);
  house.start();
  ASSERT_TRUE(house.until_there_are(2)) << house.said();
  EXPECT_TRUE(house.stopped()) << house.said();
  for (const pid_t pid : house.started()) EXPECT_FALSE(house.runs(pid));
  EXPECT_EQ(house.balancer.counts().backends, 0U);
  EXPECT_FALSE(house.has_said("ended with")) << house.said();
}

TEST(Supervisor, KillsWhatDoesNotStop) {
  House house;
  house.write(
      "import threading, time\nthreading.Thread(target=time.sleep, args=(1000,)).start()\n" +
      std::string(SiteHouse::hello));
  house.start();
  ASSERT_TRUE(house.until_there_are(1)) << house.said();
  EXPECT_TRUE(house.stopped(milliseconds(300))) << house.said();
  EXPECT_TRUE(house.has_said("is killed: it was not done in time"));
  EXPECT_FALSE(house.runs(house.started()[0]));
}

TEST(Supervisor, TakesItsProcessesWithIt) {
  House house;
  house.start();
  ASSERT_TRUE(house.until_there_are(1)) << house.said();
  house.supervisor.reset();
  EXPECT_FALSE(house.runs(house.started()[0]));
  EXPECT_EQ(house.balancer.counts().backends, 0U);
}

}  // namespace
}  // namespace frontis::app
