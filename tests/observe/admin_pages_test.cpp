#include "observe/admin_pages.h"

#include <gtest/gtest.h>

namespace frontis::observe {
namespace {

TEST(AdminPages, TakeHostsThatNobodyElseCanHaveMade) {
  for (const std::string_view host :
       {"", "localhost", "LocalHost", "localhost.", "a.localhost", "127.0.0.1", "10.1.2.3", "[::1]",
        "[2001:db8::1]", "0.0.0.0"}) {
    EXPECT_TRUE(is_safe_host(host)) << host;
  }
}

TEST(AdminPages, RefuseNames) {
  for (const std::string_view host :
       {"example.org", "localhost.example.org", "notlocalhost", "127.0.0.1.example.org", "127.1",
        "0x7f000001", "2130706433", "[::1", "::1", "[]", "[::1].example.org", "."}) {
    EXPECT_FALSE(is_safe_host(host)) << host;
  }
}

TEST(AdminPages, RefuseAnAddressWithAnEndInIt) {
  EXPECT_FALSE(is_safe_host(std::string_view("127.0.0.1\0.example.org", 22)));
}

TEST(AdminPages, ThoseThatShowUrlsAreKnown) {
  for (const AdminPage& page : admin_pages()) {
    const bool shows = page.path == "/" || page.path == "/events" || page.path == "/status.json";
    EXPECT_EQ(page.shows_urls, shows) << page.path;
  }
}

}  // namespace
}  // namespace frontis::observe
