#include "commands/state_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pwd.h>
#include <unistd.h>

#include <cstdint>
#include <string>
#include <vector>

#include "commands/deep_check.h"
#include "config/load.h"
#include "site_folder.h"

namespace frontis::commands {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

// Root may write everywhere, so another user is asked about then.
std::string serving_user() { return geteuid() == 0 ? "nobody" : getpwuid(geteuid())->pw_name; }

config::Settings settings_of(const SiteFolder& folder, const std::string& top,
                             const std::string& routes = "/: {files: root}") {
  const std::string yaml = "listen: unix:./s\n" + top + "\nsites: {\"*\": {" + routes + "}}\n";
  auto loaded = config::load_text(yaml, folder / "frontis.yaml");
  for (const config::Fault& fault : loaded.faults) ADD_FAILURE() << fault.text();
  return loaded.settings ? std::move(*loaded.settings) : config::Settings();
}

std::vector<std::string> shortened(const SiteFolder& folder, const std::vector<std::string>& all) {
  std::vector<std::string> out;
  for (const std::string& one : all) {
    out.push_back(replaced(folder.shortened(one), "'" + serving_user() + "'", "'USER'"));
  }
  return out;
}

std::vector<std::string> found(const SiteFolder& folder, const std::string& top,
                               const std::string& routes = "/: {files: root}") {
  return shortened(folder, deep_check(settings_of(folder, top, routes)).all());
}

constexpr std::string_view no_state = "no 'state': nothing is compressed, no old version";

TEST(StateCheck, RemarksWhatIsNotDoneWithoutAState) {
  const SiteFolder folder;
  const Findings findings = deep_check(settings_of(folder, ""));
  EXPECT_THAT(findings.all(), IsEmpty());
  EXPECT_THAT(findings.notes(), Contains(HasSubstr(no_state)));
}

TEST(StateCheck, MissesNoStateWhereNoFilesAreServed) {
  const SiteFolder folder;
  EXPECT_THAT(deep_check(settings_of(folder, "", "/: {respond: 404}")).notes(),
              Not(Contains(HasSubstr(no_state))));
}

TEST(StateCheck, FindsAFolderThatCannotBeMade) {
  const SiteFolder folder;
  folder.write("file", "x\n");
  EXPECT_THAT(found(folder, "state: ./file/state"),
              ElementsAre(HasSubstr("state: F/file/state cannot be ")));
  EXPECT_THAT(found(folder, "state: ./file"), ElementsAre(HasSubstr("state: F/file ")));
}

TEST(StateCheck, MakesNothing) {
  const SiteFolder folder;
  const Findings findings = deep_check(settings_of(folder, "state: ./new/state"));
  EXPECT_THAT(findings.all(), IsEmpty());
  EXPECT_THAT(findings.notes(), Not(Contains(HasSubstr(no_state))));
  EXPECT_FALSE(std::filesystem::exists(folder / "new"));
}

TEST(StateCheck, FindsAFolderThatTheServingUserMayNotWrite) {
  const SiteFolder folder;
  std::filesystem::create_directory(folder / "state");
  const std::string top = "state: ./state\nuser: " + serving_user();
  folder.mode("state", 0555);
  EXPECT_THAT(
      found(folder, top),
      ElementsAre("F/frontis.yaml:2:8: state: F/state cannot be written (Permission denied); "
                  "give it to the user that serves, 'USER'"));
  folder.mode("state", 0777);
  EXPECT_THAT(found(folder, top), IsEmpty());
}

TEST(StateCheck, FindsPartsOfItThatTheServingUserMayNotWrite) {
  for (const std::string name : {"pins.sqlite3", "index.sqlite3", "index.lock"}) {
    const SiteFolder folder;
    folder.write("state/" + name, "");
    folder.mode("state", 0777);
    folder.mode("state/" + name, 0444);
    EXPECT_THAT(found(folder, "state: ./state\nuser: " + serving_user()),
                ElementsAre(HasSubstr("F/state/" + name + " cannot be written")));
  }
  for (const std::string name : {"variants", "kept"}) {
    const SiteFolder folder;
    std::filesystem::create_directories(folder / ("state/" + name));
    folder.mode("state", 0777);
    folder.mode("state/" + name, 0555);
    EXPECT_THAT(found(folder, "state: ./state\nuser: " + serving_user()),
                ElementsAre(HasSubstr("F/state/" + name + " cannot be written")));
  }
}

TEST(StateCheck, FindsAFolderThatWouldBeServed) {
  const struct {
    std::string state, routes;
    bool is_served;
  } cases[] = {
      {"./root/state", "/: {files: root}", true},
      {"./root", "/: {files: root}", true},
      {"./root/a/../state", "/: {files: root}", true},
      {"./root/.state", "/: {files: root}", false},
      {"./root/.cache/state", "/: {files: root}", false},
      {"./root-state", "/: {files: root}", false},
      {"./root/state", "/: {respond: 404}", false},
  };
  for (const auto& one : cases) {
    const SiteFolder folder;
    std::filesystem::create_directory(folder / "root/a");
    const auto findings = found(folder, "state: " + one.state, one.routes);
    EXPECT_EQ(findings.size(), one.is_served ? 1U : 0U) << one.state;
    for (const std::string& finding : findings) {
      EXPECT_THAT(finding, HasSubstr("lies under the root F/root, so what the server keeps"));
    }
  }
}

constexpr std::uint64_t mib = 1024 * 1024;

TEST(StateCheck, RemarksADiskThatIsSmallerThanWhatMayBeKept) {
  const struct {
    std::string name, top;
    std::uint64_t available;
    std::string remark;  // empty: none
  } cases[] = {
      {"the defaults fit", "", 3072 * mib, ""},
      {"the defaults do not fit", "", 3072 * mib - 1,
       "state: F/state may grow to 3GiB ('press: size' and 'keep_size'), but its disk has room "
       "for 3071MiB; free some, or set these lower"},
      {"small ones fit", "press: {size: 1MiB}\nkeep_size: 2MiB", 3 * mib, ""},
      {"small ones do not fit", "press: {size: 1MiB}\nkeep_size: 2MiB", 2 * mib,
       "may grow to 3MiB"},
      {"nothing is kept", "press: {size: 1MiB}\nkeep: 0", mib, ""},
      {"nothing is compressed", "press: {codings: []}\nkeep_size: 1MiB", mib, ""},
      {"deltas are made all the same", "press: {codings: [], deltas: true}", mib, "grow to 3GiB"},
      {"nothing at all", "press: {codings: []}\nkeep: 0", 0, ""},
  };
  for (const auto& one : cases) {
    const SiteFolder folder;
    Findings findings;
    const auto settings = settings_of(folder, "state: ./state\n" + one.top);
    check_state_room(settings, one.available, findings);
    EXPECT_THAT(findings.all(), IsEmpty()) << one.name;
    const auto notes = shortened(folder, findings.notes());
    EXPECT_EQ(notes.size(), one.remark.empty() ? 0U : 1U) << one.name;
    for (const std::string& note : notes) EXPECT_THAT(note, HasSubstr(one.remark)) << one.name;
  }
}

TEST(StateCheck, CountsWhatIsThereAlreadyAsRoom) {
  const SiteFolder folder;
  const auto settings = settings_of(folder, "state: ./state\npress: {size: 1MiB}\nkeep_size: 1MiB");
  folder.write("state/variants/ab/cd.br", std::string(mib, 'v'));
  Findings too_little;
  check_state_room(settings, mib - 1, too_little);
  EXPECT_THAT(too_little.notes(), ElementsAre(HasSubstr("may grow to 2MiB")));
  folder.write("state/kept/ab/cd", "k");
  Findings enough;
  check_state_room(settings, mib - 1, enough);
  EXPECT_THAT(enough.notes(), IsEmpty());
}

}  // namespace
}  // namespace frontis::commands
