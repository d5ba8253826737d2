#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "commands/commands.h"
#include "commands/completion_scripts.h"
#include "commands/declared_command.h"
#include "commands/manual_pages.h"
#include "commands/roff.h"
#include "config/load.h"
#include "site_folder.h"

namespace frontis::commands {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

// Every command as it declares itself.
DeclaredCommand everything() {
  CLI::App app("All of it.", "frontis");
  for (const Command& command : all()) {
    CLI::App* options = app.add_subcommand(std::string(command.name), std::string(command.summary));
    command.declare(*options);
  }
  return declared_command(app, "frontis");
}

// Without the signs that roff needs.
std::string plain(std::string page) {
  const std::pair<const char*, const char*> signs[] = {
      {"\\-", "-"}, {"\\(dq", "\""}, {"\\(aq", "'"}, {"\\(ti", "~"}, {"\\fB", "`"}, {"\\fR", "`"}};
  for (const auto& [roff, sign] : signs) page = replaced(page, roff, sign);
  return page;
}

TEST(DeclaredCommand, KnowsWhatACommandTakes) {
  CLI::App app("Does it.", "it");
  std::string file;
  std::vector<std::string> words, urls;
  bool all = false;
  int port = 8080;
  app.add_option("-c,--config", file, "Configuration")->type_name("FILE");
  app.add_option("--codings", words, "Only these")->check(CLI::IsMember({"gzip", "br"}));
  app.add_option("--port", port, "Port")->capture_default_str();
  app.add_flag("--all", all, "All");
  app.add_option("URL", urls, "What")->required();
  const DeclaredCommand command = declared_command(app, "frontis it");

  EXPECT_EQ(command.name(), "it");
  EXPECT_EQ(command.usage(), "frontis it [OPTION...] URL...");
  ASSERT_EQ(command.options.size(), 6U);  // --help is the first
  EXPECT_EQ(command.options[1].text(), "-c, --config FILE");
  EXPECT_EQ(command.options[2].description, "Only these: gzip, br");
  EXPECT_THAT(command.options[2].choices, ElementsAre("gzip", "br"));
  EXPECT_EQ(command.options[3].description, "Port (default: 8080)");
  EXPECT_THAT(command.options[4].value, IsEmpty());
  EXPECT_TRUE(command.options[5].is_argument);
  EXPECT_EQ(command.options[5].text(), "URL...");
  EXPECT_TRUE(command.options[0].is_help());
}

TEST(DeclaredCommand, TakesTheChecksOfAnOptionForNoPartOfItsValue) {
  CLI::App app("Does it.", "it");
  std::string text;
  unsigned count = 0;
  app.add_option("--app", text, "App")->type_name("MODULE[:CALLABLE]");
  app.add_option("--threads", count, "Threads")->type_name("N")->check(CLI::Range(1U, 4U));
  const DeclaredCommand command = declared_command(app, "it");
  EXPECT_EQ(command.options[1].value, "MODULE[:CALLABLE]");
  EXPECT_EQ(command.options[2].value, "N");
}

TEST(Manual, HasEveryCommandWithAllThatItTakesAndEachIsDescribed) {
  const std::string page = plain(run_command({"manual"}).out);
  const DeclaredCommand frontis = everything();
  for (const DeclaredCommand* command : all_below(frontis)) {
    EXPECT_THAT(command->summary, Not(IsEmpty())) << command->path;
    for (const DeclaredOption& option : command->options) {
      EXPECT_THAT(option.description, Not(IsEmpty())) << command->path << " " << option.text();
      if (option.is_help()) continue;
      EXPECT_THAT(page, HasSubstr(".B \"" + option.text() + "\"\n" + option.description + "."));
    }
    const bool is_all = command->path == "frontis";
    EXPECT_THAT(page, HasSubstr(is_all ? ".SH \"COMMANDS" : ".SS \"" + command->path));
  }
  for (const Command& command : all())
    EXPECT_THAT(page, HasSubstr(command.example)) << command.name;
}

TEST(Manual, HasEveryKeyOfTheConfiguration) {
  const Ran ran = run_command({"manual", "frontis.yaml"});
  EXPECT_EQ(ran.code, done);
  const std::string page = plain(ran.out);
  EXPECT_THAT(page, HasSubstr(".TH \"FRONTIS.YAML\" 5"));
  for (const std::string& path : config::key_paths()) {
    EXPECT_THAT(page, HasSubstr(path.substr(path.rfind('.') + 1) + ":")) << path;
  }
}

TEST(Manual, StandsAsFarToTheRightAtItsEndAsAtItsBegin) {
  const std::string page = run_command({"manual", "frontis.yaml"}).out;
  const auto lines = lines_of(page);
  const auto indents = std::count(lines.begin(), lines.end(), ".RS 4");
  EXPECT_EQ(indents, std::count(lines.begin(), lines.end(), ".RE"));
  EXPECT_GT(indents, 0);
}

TEST(Manual, TellsWhichPagesThereAre) {
  const Ran ran = run_command({"manual", "nginx"});
  EXPECT_EQ(ran.code, bad_usage);
  EXPECT_THAT(ran.errors, HasSubstr("frontis.yaml"));
}

TEST(Completion, OffersEveryCommandAndOptionInEachShell) {
  const DeclaredCommand frontis = everything();
  for (const std::string shell : {"bash", "zsh", "fish"}) {
    const Ran ran = run_command({"completion", shell});
    EXPECT_EQ(ran.code, done) << shell;
    for (const DeclaredCommand* command : all_below(frontis)) {
      for (const DeclaredOption& option : command->options) {
        if (option.is_argument) continue;
        const std::string& name = option.names.back();
        EXPECT_THAT(ran.out, HasSubstr(shell == "fish" ? " -l " + name.substr(2) : name)) << shell;
      }
      EXPECT_THAT(ran.out, HasSubstr(command->name())) << shell;
    }
  }
}

TEST(Completion, NeedsAShellThatItKnows) {
  EXPECT_EQ(run_command({"completion"}).code, bad_usage);
  const Ran ran = run_command({"completion", "csh"});
  EXPECT_EQ(ran.code, bad_usage);
  EXPECT_THAT(ran.errors, HasSubstr("fish"));
}

TEST(Completion, QuotesWhateverAShellWouldTakeApart) {
  EXPECT_EQ(shell_quoted("the server's $HOME"), "'the server'\\''s $HOME'");
}

}  // namespace
}  // namespace frontis::commands
