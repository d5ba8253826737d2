#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "media/library.h"

namespace frontis::media {
namespace {

struct DeniedCase {
  const char* path;
  bool is_denied;
  std::vector<std::string> allow = {};
};

TEST(DeniedReasonTest, RefusesNamesThatAreNotForTheWeb) {
  const DeniedCase cases[] = {
      {"", false},
      {"app.css", false},
      {"css/app.css", false},
      {"a.b/c.d/e", false},
      {".env", true},
      {"a/.env", true},
      {".git/config", true},
      {".GIT/config", true},
      {"a/.hg/store", true},
      {".svn", true},
      {".htaccess", true},
      {"...", true},
      {"a/.b/c", true},
      {".well-known", false},
      {".well-known/", false},
      {".well-known/security.txt", false},
      {".well-known/acme-challenge/token", false},
      {".well-known/.env", true},
      {".well-known/a/.git/config", true},
      {".well-known/key.pem", true},
      {".well-known-not/a", true},
      {"a/.well-known/b", true},
      {"CVS/Entries", true},
      {"a/CVS", true},
      {"cvs/jane.pdf", false},
      {"_darcs/patches", true},
      {"settings.py", true},
      {"SETTINGS.PY", true},
      {"a/b/views.Py", true},
      {"settings.py/", true},
      {"folder.py/logo.png", true},
      {"settings.pyc", true},
      {"settings.python", false},
      {"py", false},
      {"numpy", false},
      {"a.py.txt", false},
      {"db.sqlite3", true},
      {"db.SQLITE3", true},
      {"db.sqlite3-wal", true},
      {"db.sqlite3-shm", true},
      {"db.sqlite3-journal", true},
      {"db.sqlite", false},
      {"server.pem", true},
      {"server.key", true},
      {"Server.Key", true},
      {"key", false},
      {"keynote.keys", false},
      {"index.html~", true},
      {"~", true},
      {"~user/index.html", false},
      {"index.html.swp", true},
      {"index.swap", false},
      {"a//b", false},
      {"a//.env", true},
      {"settings.py", false, {"settings.py"}},
      {"settings.py", false, {"*.py"}},
      {"other.py", true, {"settings.py"}},
      {"SETTINGS.PY", true, {"*.py"}},
      {".secret.py", true, {"*.py"}},
      {".htaccess", false, {".htaccess"}},
      {".a/.b", true, {".a"}},
      {".a/.b", false, {".a", ".b"}},
      {".git/config", false, {".*"}},
      {"demo/pyodide.py", false, {"x", "py*.py"}},
      {"a.key", false, {"[ab].key"}},
      {"c.key", true, {"[ab].key"}},
  };
  for (const auto& row : cases) {
    EXPECT_EQ(!denied_reason(row.path, row.allow).empty(), row.is_denied) << row.path;
  }
}

}  // namespace
}  // namespace frontis::media
