#include "commands/configuration.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "site_folder.h"

namespace frontis::commands {
namespace {

using testing::HasSubstr;

// Stands in a folder for as long as it lives.
class Inside {
 public:
  explicit Inside(const std::filesystem::path& folder) : before_(std::filesystem::current_path()) {
    std::filesystem::current_path(folder);
  }
  ~Inside() { std::filesystem::current_path(before_); }
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;

 private:
  std::filesystem::path before_;
};

TEST(Configuration, IsTheFileThatWasNamedThereOrNot) {
  EXPECT_EQ(find_configuration("/nowhere/other.yaml"), "/nowhere/other.yaml");
}

TEST(Configuration, IsElseTheOneInThisFolder) {
  const SiteFolder folder;
  folder.write("frontis.yaml", "");
  const Inside inside(folder.path());
  EXPECT_EQ(find_configuration(""), "frontis.yaml");
}

TEST(Configuration, SaysWhatToDoWhereThereIsNone) {
  if (std::filesystem::exists("/etc/frontis/frontis.yaml")) GTEST_SKIP() << "there is one";
  const SiteFolder folder;
  const Inside inside(folder.path());
  for (const char* command : {"serve", "check"}) {
    const Ran ran = run_command({command});
    EXPECT_EQ(ran.code, found_fault);
    EXPECT_THAT(ran.errors, HasSubstr("frontis run DIR"));
  }
}

TEST(Configuration, OfALogThatCannotBeOpenedEndsServing) {
  const SiteFolder folder;
  const std::string file = folder.write("frontis.yaml",
                                        "log: {file: ./root}\n"
                                        "sites: {\"*\": {/: {files: root}}}\n");
  const Ran ran = run_command({"serve", "-c", file});
  EXPECT_EQ(ran.code, found_fault);
  EXPECT_THAT(ran.errors, HasSubstr("/root"));
}

}  // namespace
}  // namespace frontis::commands
