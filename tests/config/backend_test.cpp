#include "config/backend.h"

#include <gtest/gtest.h>

#include <string>

namespace frontis::config {
namespace {

TEST(Backend, IsReadFromEachOfItsForms) {
  const std::pair<std::string, std::string> cases[] = {
      {"8000", "127.0.0.1:8000"},
      {"127.0.0.1:8000", "127.0.0.1:8000"},
      {"localhost:8000", "localhost:8000"},
      {"App.Internal.:8000", "app.internal:8000"},
      {"my_app-1:65535", "my_app-1:65535"},
      {"[::1]:8000", "[::1]:8000"},
      {"[0:0::1]:8000", "[::1]:8000"},
      {"unix:/run/x.sock", "unix:/run/x.sock"},
      {"unix:run/x.sock", "unix:/etc/frontis/run/x.sock"},
  };
  for (const auto& [written, text] : cases) {
    const Result<Backend> backend = parse_backend(written, "/etc/frontis");
    ASSERT_TRUE(backend) << written << ": " << backend.error().message;
    EXPECT_EQ(backend->text(), text);
    EXPECT_EQ(backend->is_unix(), written.starts_with("unix:"));
  }
}

TEST(Backend, IsRefusedWithWhatWasExpected) {
  const std::string not_one =
      "expected an address with a port such as 127.0.0.1:8000 or localhost:8000, a port of this "
      "machine, or unix:/path, found ";
  const std::pair<std::string, std::string> cases[] = {
      {"", not_one + "''"},
      {"localhost", not_one + "'localhost'"},
      {"127.0.0.1", not_one + "'127.0.0.1'"},
      {"127.0.0.1:0", not_one + "'127.0.0.1:0'"},
      {"127.0.0.1:65536", not_one + "'127.0.0.1:65536'"},
      {"256.0.0.1:80", not_one + "'256.0.0.1:80'"},
      {"0", not_one + "'0'"},
      {"*:80", not_one + "'*:80'"},
      {"*.example.org:80", not_one + "'*.example.org:80'"},
      {":80", not_one + "':80'"},
      {"localhost:", not_one + "'localhost:'"},
      {"localhost:http", not_one + "'localhost:http'"},
      {"::1:80", not_one + "'::1:80'"},
      {"[::1::]:80", not_one + "'[::1::]:80'"},
      {"/run/x.sock", not_one + "'/run/x.sock'"},
      {"a b:80", not_one + "'a b:80'"},
      {"unix:", "expected a path after 'unix:', found ''"},
      {"unix:/" + std::string(107, 'a'), "the path of a socket has at most 107 bytes, found 108"},
      {"http://127.0.0.1:8000", "write the address alone, without 'http://': '127.0.0.1:8000'"},
      {"http://localhost:8000/app/",
       "write the address alone, without 'http://': 'localhost:8000'"},
      {"uwsgi://localhost:3031", "write the address alone, without 'uwsgi://': 'localhost:3031'"},
  };
  for (const auto& [text, message] : cases) {
    const Result<Backend> backend = parse_backend(text, "/");
    ASSERT_FALSE(backend) << text;
    EXPECT_EQ(backend.error().message, message);
  }
}

}  // namespace
}  // namespace frontis::config
