#include "commands/typed_app.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace frontis::commands {
namespace {

using testing::HasSubstr;

TEST(TypedApp, IsTakenAsGunicornWouldTakeIt) {
  for (const char* typed : {"mysite.wsgi", "mysite.wsgi:application", "app:app", "app"}) {
    EXPECT_EQ(typed_app_fault(typed), "") << typed;
  }
}

TEST(TypedApp, SaysWhatToWriteInsteadOfAFile) {
  const std::pair<std::string, std::string> cases[] = {
      {"app.py", "write --app app:app"},
      {"./app.py", "write --app app:app"},
      {"app.py:site", "write --app app:site"},
      {"src/app.py", "write --app src.app:app"},
      {"shop/__init__.py", "write --app shop:app"},
      {"mysite/wsgi.py", "write --app mysite.wsgi"},
      {"mysite/wsgi", "write --app mysite.wsgi"},
      {"wsgi.py", "write --app wsgi"},
      {"mysite/wsgi.py:application", "write --app mysite.wsgi:application"},
      {"/srv/site/mysite/wsgi.py", "write /srv/site --app mysite.wsgi"},
      {"/srv/site/app.py", "write /srv/site --app app:app"},
      {"../site/mysite/wsgi.py", "write ../site --app mysite.wsgi"},
      {"/srv/shop/__init__.py", "write /srv --app shop:app"},
      {"my-app.py", "write a module and its callable such as mysite.wsgi:application"},
      {"mysite/", "write a module and its callable such as mysite.wsgi:application"},
      {"/", "write a module"},
      {".py", "write a module"},
      {"__init__.py", "write a module"},
      {"..", "expected a module"},
      {"manage.py", "as in --app mysite.wsgi"},
      {"./manage.py", "as in --app mysite.wsgi"},
      {"mysite.wsgi.application", "write 'mysite.wsgi:application', with a colon"},
  };
  for (const auto& [typed, said] : cases) {
    EXPECT_THAT(typed_app_fault(typed), HasSubstr(said)) << typed;
  }
}

TEST(TypedApp, IsSeenWhereAFolderIsMeant) {
  const std::pair<std::string, std::string> cases[] = {
      {"mysite.wsgi:application", "--app mysite.wsgi:application"},
      {"mysite.wsgi", "--app mysite.wsgi"},
      {"app:app", "--app app:app"},
      {"app.py", "--app app:app"},
      {"/srv/site/mysite/wsgi.py", "/srv/site --app mysite.wsgi"},
      {"manage.py", "--app mysite.wsgi"},
      {"static", ""},
      {"/srv/files", ""},
      {"a b.c", ""},
      {"", ""},
  };
  for (const auto& [typed, arguments] : cases) {
    EXPECT_EQ(app_in_place_of_folder(typed), arguments) << typed;
  }
}

}  // namespace
}  // namespace frontis::commands
