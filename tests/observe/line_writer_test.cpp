#include "observe/line_writer.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <thread>

#include "scratch.h"

namespace frontis::observe {
namespace {

using testing::ElementsAre;

class LineWriterTest : public testing::Test {
 protected:
  std::string path(const std::string& name) const { return folder_.file(name); }
  Descriptor appending(const std::string& name = "log") const {
    return Descriptor(::open(path(name).c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  }
  std::string content(const std::string& name = "log") const { return content_of(path(name)); }
  std::vector<std::string> lines() const { return lines_of(content()); }
  Log& log() const { return *log_; }

 private:
  const ScratchFolder folder_;
  const std::unique_ptr<Log> log_ = Log::silent();
};

struct Pipe {
  explicit Pipe(int flags) {
    int ends[2] = {-1, -1};
    EXPECT_EQ(::pipe2(ends, O_CLOEXEC | flags), 0);
    out = Descriptor(ends[0]);
    in = Descriptor(ends[1]);
  }
  Descriptor out, in;
};

Batch batch_of(const std::string& text) {
  Batch batch;
  std::memcpy(batch.buffer.get(), text.data(), text.size());
  batch.size = text.size();
  batch.lines = static_cast<std::uint32_t>(std::count(text.begin(), text.end(), '\n'));
  return batch;
}

void send(LineWriter& writer, const std::string& text) {
  Batch batch = batch_of(text);
  writer.take(batch);
  EXPECT_EQ(batch.size, 0U);
  EXPECT_EQ(batch.lines, 0U);
  EXPECT_NE(batch.buffer, nullptr);
}

std::string full_of_lines(std::size_t lines = 64) {
  std::string text;
  for (std::size_t i = 0; i < lines; ++i) text += std::string(1023, 'x') + "\n";
  return text;
}

// What a pipe or socket holds, up to its end if the other side is closed.
std::string drain(int file) {
  ::fcntl(file, F_SETFL, O_NONBLOCK);
  std::string all;
  char piece[4096];
  for (ssize_t got = 0; (got = ::read(file, piece, sizeof piece)) > 0;) {
    all.append(piece, static_cast<std::size_t>(got));
  }
  return all;
}

// From 0 on, one on each line.
void expect_numbers(const std::vector<std::string>& lines, std::size_t count) {
  ASSERT_EQ(lines.size(), count);
  for (std::size_t i = 0; i < count; ++i) EXPECT_EQ(lines[i], std::to_string(i));
}

// The writer works in its own time; a test that waits in vain fails at its end, not here.
void wait_for_loss(const LineWriter& writer, std::uint64_t lines) {
  for (int i = 0; i < 2000 && writer.lost() < lines; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

TEST_F(LineWriterTest, WritesBatchesInTheOrderInWhichTheyCame) {
  {
    LineWriter writer(appending(), "log", log());
    for (int i = 0; i < 100; ++i) send(writer, std::to_string(i) + "\n");
  }
  expect_numbers(lines(), 100);
}

TEST_F(LineWriterTest, WritesAllToAReaderThatIsSlowerThanThePipeIsWide) {
  for (const int flags : {0, O_NONBLOCK}) {
    Pipe pipe(flags);
    std::string read;
    std::thread reader;
    {
      LineWriter writer(std::move(pipe.in), "pipe", log());
      ::fcntl(pipe.out.number(), F_SETFL, 0);
      reader = std::thread([&] {
        char piece[1000];
        for (ssize_t got = 0; (got = ::read(pipe.out.number(), piece, sizeof piece)) > 0;) {
          read.append(piece, static_cast<std::size_t>(got));
        }
      });
      for (int i = 0; i < 8; ++i) send(writer, full_of_lines());
    }
    reader.join();
    EXPECT_EQ(read.size(), 8 * full_of_lines().size());
  }
}

TEST_F(LineWriterTest, EndsThoughItsPipeIsStuckAndLeavesItsModeAlone) {
  for (const int flags : {0, O_NONBLOCK}) {
    Pipe pipe(flags);
    const Descriptor same(::dup(pipe.in.number()));
    {
      LineWriter writer(std::move(pipe.in), "pipe", log());
      for (int i = 0; i < 4; ++i) send(writer, full_of_lines());
    }
    EXPECT_EQ(::fcntl(same.number(), F_GETFL) & O_NONBLOCK, flags);
    EXPECT_GE(drain(pipe.out.number()).size(), 32U * 1024);
  }
}

TEST_F(LineWriterTest, WritesToASocketAndEndsThoughItIsStuck) {
  int ends[2] = {-1, -1};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
  Descriptor file(ends[0]);
  const Descriptor reader(ends[1]);
  {
    LineWriter writer(std::move(file), "socket", log());
    send(writer, "first\n");
    for (int i = 0; i < 32; ++i) send(writer, full_of_lines());
  }
  EXPECT_EQ(drain(reader.number()).substr(0, 6), "first\n");
}

// A terminal that is ready for something is not always ready for a page: the write may not
// return until the other side is closed, long after the writer had to.
TEST_F(LineWriterTest, EndsThoughAWriteDoesNotReturn) {
  Descriptor master(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
  ASSERT_EQ(::grantpt(master.number()), 0);
  ASSERT_EQ(::unlockpt(master.number()), 0);
  Descriptor terminal(::open(::ptsname(master.number()), O_WRONLY | O_NOCTTY | O_CLOEXEC));
  ASSERT_TRUE(terminal.is_open());
  auto error_log = Log::silent();
  {
    LineWriter writer(std::move(terminal), "terminal", *error_log);
    for (int i = 0; i < 4; ++i) send(writer, full_of_lines());
  }
  error_log.reset();  // what goes on without the writer must go on without this, too
  EXPECT_GE(drain(master.number()).size(), 1024U);
}

TEST_F(LineWriterTest, DropsAndCountsWhatIsMoreThanMayWait) {
  Pipe pipe(O_NONBLOCK);
  std::uint64_t lost = 0;
  std::uint64_t sent = 0;
  {
    LineWriter writer(std::move(pipe.in), "pipe", log());
    while (sent * 1024 < 2 * LineWriter::most_waiting) {
      send(writer, full_of_lines());
      sent += 64;
    }
    lost = writer.lost();
  }
  EXPECT_GT(lost, 0U);
  EXPECT_LE((sent - lost) * 1024, LineWriter::most_waiting + 64 * 1024);
}

TEST_F(LineWriterTest, LeavesAnEarlyBatchWithItsLaneWhenMuchIsWaiting) {
  Pipe pipe(O_NONBLOCK);
  LineWriter writer(std::move(pipe.in), "pipe", log());
  Batch early = batch_of("early\n");
  writer.take_early(early);
  EXPECT_EQ(early.size, 0U);
  for (std::size_t i = 0; i < LineWriter::most_waiting / Batch::full; ++i) {
    send(writer, full_of_lines());
  }
  const std::uint64_t lost = writer.lost();
  Batch late = batch_of("late\n");
  writer.take_early(late);
  EXPECT_EQ(late.size, 5U);
  EXPECT_EQ(late.lines, 1U);
  EXPECT_EQ(writer.lost(), lost);
}

TEST_F(LineWriterTest, SurvivesAReaderThatHasGone) {
  const auto error_log = Log::open(path("error.log"), Log::Level::info);
  ASSERT_TRUE(error_log);
  Pipe pipe(0);
  pipe.out.close();
  {
    LineWriter writer(std::move(pipe.in), "some pipe", **error_log);
    send(writer, "one\ntwo\n");
    wait_for_loss(writer, 2);
    send(writer, "three\n");
    wait_for_loss(writer, 3);
    EXPECT_EQ(writer.lost(), 3U);
  }
  const std::string said = content("error.log");
  EXPECT_THAT(said, testing::HasSubstr("access log some pipe: Broken pipe; 2 lines lost so far: "
                                       "start its reader again"));
  EXPECT_THAT(said, testing::HasSubstr("3 lines lost in all"));
  EXPECT_EQ(lines_of(said).size(), 2U);  // the second loss came within the minute
}

// Lets the files of this process grow to `bytes` and no further, as a full disk would.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    EXPECT_EQ(::getrlimit(RLIMIT_FSIZE, &before_), 0);
    const rlimit now{bytes, before_.rlim_max};
    EXPECT_EQ(::setrlimit(RLIMIT_FSIZE, &now), 0);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;
  ~FileSizeLimit() { ::setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_{};
};

TEST_F(LineWriterTest, StartsANewLineAfterOneThatTheDiskCutShort) {
  {
    LineWriter writer(appending(), "log", log());
    {
      const FileSizeLimit limit(8);
      send(writer, "first\nsecond\nthird\n");
      wait_for_loss(writer, 2);
      send(writer, "fourth\n");
      wait_for_loss(writer, 3);
    }
    EXPECT_EQ(writer.lost(), 3U);
    send(writer, "fifth\n");
  }
  EXPECT_THAT(lines(), ElementsAre("first", "se", "fifth"));
}

// ---- another file takes over

// Of the second line the disk takes the beginning only.
void send_to_full_disk(LineWriter& writer) {
  const FileSizeLimit limit(8);
  send(writer, "first\nsecond\n");
  wait_for_loss(writer, 1);
}

// Fewer batches than may wait, so that none is dropped however late the writer comes to them.
TEST_F(LineWriterTest, WritesEachLineToOneFileOrToTheOneThatTookOver) {
  constexpr int files = 12;
  static_assert(files * 10 < LineWriter::most_waiting / Batch::full);
  {
    LineWriter writer(appending("0"), "log", log());
    for (int i = 0; i < files * 10; ++i) {
      send(writer, std::to_string(i) + "\n");
      if (i % 10 == 5) writer.replace(appending(std::to_string(1 + i / 10)));
    }
  }
  std::string all;
  for (int i = 0; i <= files; ++i) all += content(std::to_string(i));
  expect_numbers(lines_of(all), files * 10);
}

TEST_F(LineWriterTest, LetsGoOfTheOldFileThoughThereIsNothingToWrite) {
  Pipe pipe(0);
  LineWriter writer(std::move(pipe.in), "pipe", log());
  writer.replace(appending());
  char end = 0;
  EXPECT_EQ(::read(pipe.out.number(), &end, 1), 0);  // comes when nobody has the other side
}

TEST_F(LineWriterTest, GivesTheLineThatItHadBegunToTheFileThatTakesOverFromAStuckReader) {
  const std::string text = full_of_lines(63) + std::string(900, 'y') + "\n";
  std::string expected;
  Pipe pipe(O_NONBLOCK);
  {
    LineWriter writer(std::move(pipe.in), "pipe", log());
    for (int i = 0; i < 3; ++i) {
      send(writer, text);
      expected += text;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(50));  // until the pipe is full, or not
    writer.replace(appending());
  }
  const std::string in_pipe = drain(pipe.out.number());
  const std::string whole = in_pipe.substr(0, in_pipe.rfind('\n') + 1);
  EXPECT_EQ(whole + content(), expected);
}

TEST_F(LineWriterTest, StartsANewLineThoughTheCutOneIsInTheSameFile) {
  {
    LineWriter writer(appending(), "log", log());
    send_to_full_disk(writer);
    writer.replace(appending());
    send(writer, "third\n");
  }
  EXPECT_THAT(lines(), ElementsAre("first", "se", "third"));
}

TEST_F(LineWriterTest, StartsANewFileWithoutAnEmptyLine) {
  {
    LineWriter writer(appending("old"), "log", log());
    send_to_full_disk(writer);
    writer.replace(appending("new"));
    send(writer, "third\n");
  }
  EXPECT_EQ(content("new"), "third\n");
}

}  // namespace
}  // namespace frontis::observe
