#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "site_folder.h"

namespace frontis::commands {
namespace {

using testing::HasSubstr;

// The socket for commands lies in the state folder: a server without one has none.
TEST(Renewal, SaysWhatToDoWhereThereIsNoState) {
  const SiteFolder folder;
  const std::string file = folder.write("frontis.yaml", "sites: {\"*\": {/: {respond: 404}}}\n");
  const std::pair<std::string, std::string> cases[] = {{"reload", "HUP"}, {"upgrade", "USR2"}};
  for (const auto& [command, signal] : cases) {
    const Ran ran = run_command({command, "-c", file});
    EXPECT_EQ(ran.code, found_fault);
    EXPECT_EQ(folder.shortened(ran.errors),
              "frontis " + command +
                  ": F/frontis.yaml has no 'state', without which a server takes no commands: send "
                  "it SIG" +
                  signal + " (systemctl kill --kill-whom=main -s " + signal +
                  " frontis), or, if it was started with a state, name that with --state\n");
  }
  EXPECT_THAT(run_command({"purge", "/a", "-c", file}).errors,
              HasSubstr("takes no commands; if it was started with a state, name that with"));
}

}  // namespace
}  // namespace frontis::commands
