#include "commands/shown_keys.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <regex>
#include <set>

#include "commands/shown_configuration.h"
#include "config/load.h"

namespace frontis::commands {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::string_view sample =
    "# All of it.\n"
    "#\n"
    "# Sizes:   512\n"
    "\n"
    "# Where to listen.\n"
    "listen: 8080\n"
    "# Who to become.\n"
    "#user: www-data\n"
    "\n"
    "limits:\n"
    "  # Both of them.\n"
    "  headers: 16KiB\n"
    "  header_fields: 100\n"
    "sites:\n"
    "  \"a.org b.org\":\n"
    "    # Tried in turn.\n"
    "    /:\n"
    "      - files: /srv   # its root\n"
    "        cache: 1h\n";

TEST(ShownKeys, KnowsWhatStandsAboveAllKeys) {
  EXPECT_THAT(shown_keys(sample).opening, ElementsAre("All of it.", "", "Sizes:   512"));
}

TEST(ShownKeys, KnowsEachKeyWithItsCommentAndItsPlace) {
  struct Row {
    const char* name;
    const char* line;
    std::size_t column;
    std::vector<std::string> description;
    bool shares = false;
  };
  const Row rows[] = {
      {"listen", "listen: 8080", 0, {"Where to listen."}},
      {"user", "user: www-data", 0, {"Who to become."}},
      {"limits", "limits:", 0, {}},
      {"headers", "headers: 16KiB", 2, {"Both of them."}},
      {"header_fields", "header_fields: 100", 2, {}, true},
      {"sites", "sites:", 0, {}},
      {"a.org b.org", "\"a.org b.org\":", 2, {}},
      {"/", "/:", 4, {"Tried in turn."}},
      {"files", "- files: /srv", 8, {"its root"}},
      {"cache", "cache: 1h", 8, {}},
  };
  const auto keys = shown_keys(sample).keys;
  ASSERT_EQ(keys.size(), std::size(rows));
  for (std::size_t i = 0; i < keys.size(); ++i) {
    EXPECT_EQ(keys[i].name, rows[i].name);
    EXPECT_EQ(keys[i].line, rows[i].line);
    EXPECT_EQ(keys[i].column, rows[i].column) << keys[i].name;
    EXPECT_EQ(keys[i].description, rows[i].description) << keys[i].name;
    EXPECT_EQ(keys[i].shares, rows[i].shares) << keys[i].name;
  }
}

// In conf/frontis.yaml a comment is about the keys that follow it; which keys share one is settled
// here, because a new key that was put below another would else seem to be described.
const std::set<std::string> share_the_comment_above = {
    "header_fields", "rate_window",   "connections_per_client", "threads",         "max_memory",
    "stop_timeout",  "queue_timeout", "answer_timeout",         "between_timeout", "key",
};

// A route's comment says what its action does, which is the first key below it.
bool is_action_of_route(const std::vector<ShownKey>& keys, std::size_t at) {
  return at > 0 && keys[at - 1].name.starts_with('/') && !keys[at - 1].description.empty();
}

bool is_described(const std::vector<ShownKey>& keys, const std::string& name) {
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (keys[i].name != name) continue;
    if (!keys[i].description.empty() || is_action_of_route(keys, i)) return true;
    if (keys[i].shares && share_the_comment_above.contains(name)) return true;
  }
  return false;
}

// Some keys have no line of their own: the comment of another tells of them.
bool is_told_of(const std::vector<ShownKey>& keys, const std::string& name) {
  const std::regex word("\\b" + name + "\\b");
  return std::any_of(keys.begin(), keys.end(), [&](const ShownKey& key) {
    return std::any_of(key.description.begin(), key.description.end(),
                       [&](const std::string& line) { return std::regex_search(line, word); });
  });
}

bool has_keys_below(const std::string& path, const std::vector<std::string>& paths) {
  return std::any_of(paths.begin(), paths.end(),
                     [&](const std::string& each) { return each.starts_with(path + "."); });
}

TEST(ShownKeys, DescribesEveryKeyThatTheServerReads) {
  const auto keys = shown_keys(shown_configuration()).keys;
  const auto paths = config::key_paths();
  for (const std::string& path : paths) {
    if (has_keys_below(path, paths)) continue;
    const std::string name = path.substr(path.rfind('.') + 1);
    EXPECT_TRUE(is_described(keys, name) || is_told_of(keys, name))
        << path << ": write a comment above it in conf/frontis.yaml; or, where it shares the one "
        << "of the key before it, a word into share_the_comment_above";
  }
}

TEST(ShownKeys, LetsNoneShareWhatIsSaidOfAnotherAlone) {
  const auto keys = shown_keys(
                        "a:\n  # Of both.\n  b: 1\n  c:\n    d: 1   # of d\n    e: 2\n"
                        "    # Of f.\n    - f: 1\n    - g: 2\n")
                        .keys;
  for (const ShownKey& key : keys) EXPECT_FALSE(key.shares) << key.name;
}

TEST(ShownKeys, TellsOfNoKeyThatSharesACommentWithoutBeingThere) {
  const auto keys = shown_keys(shown_configuration()).keys;
  for (const std::string& name : share_the_comment_above) {
    EXPECT_TRUE(std::any_of(keys.begin(), keys.end(), [&](const ShownKey& key) {
      return key.name == name;
    })) << name;
  }
}

TEST(ShownKeys, HasAnOpening) {
  EXPECT_THAT(shown_keys(shown_configuration()).opening, testing::Not(IsEmpty()));
}

}  // namespace
}  // namespace frontis::commands
