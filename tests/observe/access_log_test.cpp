#include "observe/access_log.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <map>
#include <new>
#include <nlohmann/json.hpp>
#include <regex>
#include <thread>

#include "base/descriptor.h"
#include "scratch.h"

namespace {

thread_local std::size_t allocations = 0;

void* count_and_allocate(std::size_t size) {
  ++allocations;
  return std::malloc(size == 0 ? 1 : size);
}

}  // namespace

// Of the whole test program: every way to `new` is counted, and each has its `delete`.
void* operator new(std::size_t size) {
  if (void* const memory = count_and_allocate(size)) return memory;
  throw std::bad_alloc();
}
void* operator new[](std::size_t size) { return operator new(size); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return count_and_allocate(size);
}
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
  return count_and_allocate(size);
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
void operator delete[](void* memory, const std::nothrow_t&) noexcept { std::free(memory); }

namespace frontis::observe {
namespace {

using config::AccessFormat;
using testing::HasSubstr;

config::LogSettings settings_for(const std::string& access,
                                 AccessFormat format = AccessFormat::combined) {
  config::LogSettings settings;
  settings.access = access;
  settings.format = format;
  return settings;
}

std::unique_ptr<AccessLog> opened(const config::LogSettings& settings, Log& log) {
  auto access_log = AccessLog::open(settings, log);
  EXPECT_TRUE(access_log) << access_log.error().message;
  return access_log ? std::move(*access_log) : nullptr;
}

AccessEntry entry_for(std::string_view target) {
  AccessEntry entry;
  entry.wall_us = 1'795'368'811'000'000;
  entry.client = "192.0.2.7";
  entry.method = "GET";
  entry.target = target;
  entry.protocol = "HTTP/1.1";
  entry.status = 200;
  return entry;
}

std::string combined_for(const std::string& target) {
  return "192.0.2.7 - - [22/Nov/2026:17:33:31 +0000] \"GET " + target +
         " HTTP/1.1\" 200 0 \"-\" \"-\" - - 0 - - 1";
}

void wait_for_loss(const AccessLog& access_log, std::uint64_t lines) {
  for (int i = 0; i < 2000 && access_log.lost() < lines; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

TEST(AccessLog, AppendsToItsFileInTheFormatThatIsSet) {
  const ScratchFolder folder;
  const auto log = Log::silent();
  for (const AccessFormat format : {AccessFormat::combined, AccessFormat::json}) {
    const auto access_log = opened(settings_for(folder.file("access.log"), format), *log);
    access_log->lane()->record(entry_for("/a"));
  }
  const auto lines = lines_of(content_of(folder.file("access.log")));
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0], combined_for("/a"));
  EXPECT_EQ(nlohmann::json::parse(lines[1])["target"], "/a");
}

TEST(AccessLog, MakesAFileThatOnlyItsOwnerWritesAndOthersCannotRead) {
  const ScratchFolder folder;
  const auto log = Log::silent();
  opened(settings_for(folder.file("access.log")), *log);
  struct stat status {};
  ASSERT_EQ(::stat(folder.file("access.log").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U & ~0640U, 0U);
  EXPECT_EQ(status.st_mode & 0600U, 0600U);
}

TEST(AccessLog, SharesItsFileWithOthers) {
  const ScratchFolder folder;
  const auto log = Log::silent();
  const auto settings = settings_for(folder.file("access.log"));
  {
    const auto first = opened(settings, *log);
    const auto second = opened(settings, *log);
    const auto first_lane = first->lane();
    const auto second_lane = second->lane();
    for (int i = 0; i < 5000; ++i) {
      first_lane->record(entry_for("/first"));
      second_lane->record(entry_for("/second"));
    }
  }
  std::map<std::string, int> seen;
  for (const auto& line : lines_of(content_of(settings.access))) ++seen[line];
  EXPECT_EQ(seen.size(), 2U);
  EXPECT_EQ(seen[combined_for("/first")], 5000);
  EXPECT_EQ(seen[combined_for("/second")], 5000);
}

TEST(AccessLog, WritesWhatIsFlushedWithoutWaitingForTheEnd) {
  const ScratchFolder folder;
  const auto log = Log::silent();
  const auto access_log = opened(settings_for(folder.file("access.log")), *log);
  const auto lane = access_log->lane();
  lane->record(entry_for("/now"));
  lane->flush();
  std::string written;
  for (int i = 0; i < 2000 && written.empty(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    written = content_of(folder.file("access.log"));
  }
  EXPECT_EQ(written, combined_for("/now") + "\n");
}

// ---- another file

TEST(AccessLog, WritesToANewFileWhenItsOwnWasRenamedAndItIsReopened) {
  const ScratchFolder folder;
  const auto log = Log::silent();
  {
    const auto access_log = opened(settings_for(folder.file("access.log")), *log);
    const auto lane = access_log->lane();
    lane->record(entry_for("/before"));
    lane->flush();
    for (int i = 0; i < 2000 && content_of(folder.file("access.log")).empty(); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    std::filesystem::rename(folder.file("access.log"), folder.file("old"));
    ASSERT_TRUE(access_log->reopen());
    lane->record(entry_for("/after"));
  }
  EXPECT_EQ(content_of(folder.file("old")), combined_for("/before") + "\n");
  EXPECT_EQ(content_of(folder.file("access.log")), combined_for("/after") + "\n");
}

TEST(AccessLog, LosesAndCutsNoLineWhileItIsReopened) {
  const ScratchFolder folder;
  const auto log = Log::silent();
  constexpr int lanes = 3;
  constexpr int lines_of_each = 20'000;
  constexpr int turns = 30;
  {
    const auto access_log = opened(settings_for(folder.file("access.log")), *log);
    std::vector<std::thread> threads;
    for (int number = 0; number < lanes; ++number) {
      threads.emplace_back([&access_log] {
        const auto lane = access_log->lane();
        for (int i = 0; i < lines_of_each; ++i) {
          lane->record(entry_for("/x"));
          if (i % 100 == 0) lane->flush();
        }
      });
    }
    for (int turn = 0; turn < turns; ++turn) {
      std::filesystem::rename(folder.file("access.log"), folder.file("old" + std::to_string(turn)));
      EXPECT_TRUE(access_log->reopen());
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(access_log->lost(), 0U);
  }
  std::size_t whole = 0;
  std::string all = content_of(folder.file("access.log"));
  for (int turn = 0; turn < turns; ++turn) {
    all += content_of(folder.file("old" + std::to_string(turn)));
  }
  for (const std::string& line : lines_of(all)) whole += line == combined_for("/x");
  EXPECT_EQ(whole, static_cast<std::size_t>(lanes * lines_of_each));
  EXPECT_EQ(all.size(), whole * (combined_for("/x").size() + 1));
}

TEST(AccessLog, StaysWithItsFileWhenTheNewOneCannotBeOpened) {
  const ScratchFolder folder;
  const auto log = Log::silent();
  std::filesystem::create_directory(folder.file("logs"));
  {
    const auto access_log = opened(settings_for(folder.file("logs/access.log")), *log);
    std::filesystem::rename(folder.file("logs"), folder.file("moved"));
    const auto reopened = access_log->reopen();
    ASSERT_FALSE(reopened);
    EXPECT_THAT(reopened.error().message, HasSubstr(folder.file("logs/access.log")));
    EXPECT_THAT(reopened.error().message, HasSubstr("create its folder"));
    access_log->lane()->record(entry_for("/a"));
  }
  EXPECT_EQ(content_of(folder.file("moved/access.log")), combined_for("/a") + "\n");
}

TEST(AccessLog, HasNothingToReopenOnStdout) {
  const auto log = Log::silent();
  EXPECT_TRUE(opened(settings_for("stdout"), *log)->reopen());
}

// ---- a share of the lines

TEST(AccessLog, WritesAShareOfWhatIsRoutineAndAllElse) {
  const ScratchFolder folder;
  const auto log = Log::silent();
  constexpr int records = 100'000;
  auto settings = settings_for(folder.file("access.log"), AccessFormat::json);
  settings.sample = 10;
  {
    const auto access_log = opened(settings, *log);
    const auto lane = access_log->lane();
    for (int i = 0; i < records; ++i) {
      AccessEntry entry = entry_for(i % 100 == 0 ? "/odd" : "/routine");
      entry.is_routine = i % 100 != 0;
      lane->record(entry);
      if (i % 1000 == 0) lane->flush();
    }
    EXPECT_EQ(access_log->lost(), 0U);
  }
  std::map<std::string, int> lines;
  std::map<std::string, int> answers;
  for (const std::string& line : lines_of(content_of(settings.access))) {
    const auto object = nlohmann::json::parse(line);
    const std::string target = object["target"];
    EXPECT_EQ(object["sample"], target == "/odd" ? 1 : 10);
    ++lines[target];
    answers[target] += object["sample"].get<int>();
  }
  EXPECT_EQ(lines["/odd"], records / 100);
  EXPECT_NEAR(answers["/routine"], records * 99 / 100, 6000);  // six times the deviation
}

struct RefusedRow {
  const char* path;  // below a scratch folder
  const char* what_to_do;
};

const RefusedRow refused_rows[] = {
    {"missing/access.log", "create its folder"},
    {"file/access.log", "create its folder"},
    {"folder", "name a file in it"},
};

TEST(AccessLog, NamesThePathAndTheRemedyWhenItCannotBeOpened) {
  const ScratchFolder folder;
  const auto log = Log::silent();
  std::filesystem::create_directory(folder.file("folder"));
  std::ofstream(folder.file("file")) << "x";
  for (const RefusedRow& row : refused_rows) {
    const auto access_log = AccessLog::open(settings_for(folder.file(row.path)), *log);
    ASSERT_FALSE(access_log) << row.path;
    EXPECT_EQ(access_log.error().kind, ErrorKind::io);
    EXPECT_THAT(access_log.error().message, HasSubstr(folder.file(row.path)));
    EXPECT_THAT(access_log.error().message, HasSubstr(row.what_to_do));
  }
}

TEST(AccessLog, WritesToStdoutAndLeavesItOpen) {
  const ScratchFolder folder;
  const auto log = Log::silent();
  const Descriptor file(::open(folder.file("out").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  std::fflush(stdout);
  const Descriptor kept(::dup(STDOUT_FILENO));
  ::dup2(file.number(), STDOUT_FILENO);
  {
    const auto access_log = opened(settings_for("stdout"), *log);
    access_log->lane()->record(entry_for("/out"));
  }
  const bool is_open = ::fcntl(STDOUT_FILENO, F_GETFD) >= 0;
  ::dup2(kept.number(), STDOUT_FILENO);
  EXPECT_TRUE(is_open);
  EXPECT_EQ(content_of(folder.file("out")), combined_for("/out") + "\n");
}

// ---- files that are slow or full

TEST(AccessLog, GoesOnWhenTheDiskIsFull) {
  const ScratchFolder folder;
  auto log = Log::open(folder.file("error.log"), Log::Level::info);
  ASSERT_TRUE(log);
  {
    const auto access_log = opened(settings_for("/dev/full"), **log);
    const auto lane = access_log->lane();
    for (std::uint64_t round = 1; round <= 3; ++round) {
      for (int i = 0; i < 10; ++i) lane->record(entry_for("/a"));
      lane->flush();
      wait_for_loss(*access_log, round * 10);
      EXPECT_EQ(access_log->lost(), round * 10);
    }
  }
  const std::string said = content_of(folder.file("error.log"));
  EXPECT_THAT(said, HasSubstr("access log /dev/full: No space left on device; 10 lines lost so "
                              "far: free space there"));
  EXPECT_THAT(said, HasSubstr("30 lines lost in all"));
}

TEST(AccessLog, GivesALateReaderOfAFifoWhatHasWaited) {
  const ScratchFolder folder;
  const auto log = Log::silent();
  const std::string path = folder.file("fifo");
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  auto access_log = opened(settings_for(path), *log);
  access_log->lane()->record(entry_for("/early"));
  const Descriptor reader(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  access_log.reset();
  char read[1000];
  const ssize_t got = ::read(reader.number(), read, sizeof read);
  ASSERT_GT(got, 0);
  EXPECT_EQ(std::string(read, static_cast<std::size_t>(got)), combined_for("/early") + "\n");
}

TEST(AccessLog, AccountsForEveryLineWhenNobodyDrainsTheFifo) {
  const ScratchFolder folder;
  auto log = Log::open(folder.file("error.log"), Log::Level::info);
  ASSERT_TRUE(log);
  const std::string path = folder.file("fifo");
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  const Descriptor reader(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  const std::string target(8000, 't');
  constexpr std::size_t recorded = 2000;
  {
    const auto access_log = opened(settings_for(path), **log);
    const auto lane = access_log->lane();
    for (std::size_t i = 0; i < recorded; ++i) lane->record(entry_for(target));
    EXPECT_GT(access_log->lost(), 0U);  // 16 MB, and no more than 8 MiB may wait
  }
  std::string read(1 << 20, '\0');
  const ssize_t got = ::read(reader.number(), read.data(), read.size());
  ASSERT_GT(got, 0);
  read.resize(static_cast<std::size_t>(got));
  const auto whole = static_cast<std::size_t>(std::count(read.begin(), read.end(), '\n'));
  EXPECT_EQ(read.substr(0, read.find('\n')), combined_for(target));

  const std::string said = content_of(folder.file("error.log"));
  std::smatch found;
  ASSERT_TRUE(std::regex_search(said, found, std::regex("([0-9]+) lines lost in all")));
  EXPECT_EQ(whole + std::stoul(found[1]), recorded);
}

// ---- many lanes

// Short enough lines that all of them fit in the queue, however late the writer gets its turn.
TEST(AccessLog, WritesEveryLineOfEightLanesWholeAndEachLaneInOrder) {
  constexpr int lanes = 8;
  constexpr int lines_of_each = 10'000;
  const ScratchFolder folder;
  const auto log = Log::silent();
  {
    const auto access_log = opened(settings_for(folder.file("access.log")), *log);
    std::vector<std::thread> threads;
    for (int number = 0; number < lanes; ++number) {
      threads.emplace_back([&access_log, number] {
        const auto lane = access_log->lane();
        AccessEntry entry = entry_for({});
        entry.client = "l";
        for (int i = 0; i < lines_of_each; ++i) {
          const std::string target = fmt::format("/{}/{}", number, i);
          entry.target = target;
          lane->record(entry);
          if (i % 2500 == 0) lane->flush();
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(access_log->lost(), 0U);
  }
  std::array<int, lanes> next{};
  std::size_t whole = 0;
  const std::string prefix = "l - - [22/Nov/2026:17:33:31 +0000] \"GET /";
  for (const std::string& line : lines_of(content_of(folder.file("access.log")))) {
    ASSERT_EQ(line.substr(0, prefix.size()), prefix);
    const auto number = static_cast<std::size_t>(line[prefix.size()] - '0');
    ASSERT_LT(number, next.size());
    const std::string rest =
        fmt::format("/{} HTTP/1.1\" 200 0 \"-\" \"-\" - - 0 - - 1", next[number]);
    ASSERT_EQ(line.substr(prefix.size() + 1), rest);
    ++next[number];
    ++whole;
  }
  EXPECT_EQ(whole, static_cast<std::size_t>(lanes * lines_of_each));
}

TEST(AccessLog, RecordsWithoutAllocating) {
  const ScratchFolder folder;
  const auto log = Log::silent();
  for (const AccessFormat format : {AccessFormat::combined, AccessFormat::json}) {
    const auto access_log = opened(settings_for(folder.file("access.log"), format), *log);
    const auto lane = access_log->lane();
    AccessEntry entry = entry_for("/warm/\xff\"\xc3\xa9");
    const std::size_t before = allocations;
    for (int i = 0; i < 200; ++i) {
      entry.wall_us += 100'000;
      lane->record(entry);
    }
    EXPECT_EQ(allocations, before);
  }
}

TEST(AccessLog, HandsOverBuffersThatComeBack) {
  const ScratchFolder folder;
  const auto log = Log::silent();
  const auto access_log = opened(settings_for(folder.file("access.log")), *log);
  const auto lane = access_log->lane();
  std::size_t made = 0;
  for (std::size_t sent = 1; sent <= 200; ++sent) {
    const std::size_t before = allocations;
    lane->record(entry_for("/again"));
    lane->flush();
    made += allocations - before;
    const std::size_t expected = sent * (combined_for("/again").size() + 1);
    for (int i = 0; i < 2000; ++i) {
      if (std::filesystem::file_size(folder.file("access.log")) == expected) break;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }
  // One that is filled, one that is written, and one that was written but not yet given back.
  EXPECT_LE(made, 2U);
}

}  // namespace
}  // namespace frontis::observe
