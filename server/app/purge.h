// Which kept answers a purge means, by the keys of the response cache. Pure; for ResponseCache.
#pragma once

#include <string>
#include <string_view>

namespace frontis::app {

class Purge {
 public:
  // "example.org/path?query": just that, whatever the scheme and the port; "example.org:81/path"
  // only with that port; "/path" on all hosts. With '*' at its end, all that begins so: also
  // "example.org*" and "*".
  explicit Purge(std::string_view pattern);

  // `key` is one of cache_key().
  bool means(std::string_view key) const;

 private:
  bool means_host(std::string_view host) const;

  std::string host_;    // in lower case; empty: any
  std::string target_;  // empty: there is only the beginning of a host
  bool is_prefix_;
};

}  // namespace frontis::app
