// CGI variables (RFC 3875, 4.1) of a request, as FastCGI, uwsgi and SCGI send them and WSGI
// expects them. Each name comes once; a client cannot set any that is not its own.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <string_view>
#include <utility>
#include <vector>

#include "upstream/outgoing.h"

namespace frontis::upstream {

// The variables in the order in which they are sent, CONTENT_LENGTH first (SCGI wants that; none
// where the length is not known). REQUEST_METHOD, SCRIPT_NAME, PATH_INFO, QUERY_STRING,
// REQUEST_URI (target as sent, origin form), SERVER_PROTOCOL, SERVER_NAME, SERVER_PORT,
// REMOTE_ADDR, REMOTE_PORT (where known), REQUEST_SCHEME, HTTPS=on (or absent), CONTENT_TYPE
// (where sent), GATEWAY_INTERFACE, SERVER_SOFTWARE, then HTTP_* of what forwarding.h lets pass,
// then the app's `params`, which replace ours of the same name. Values of fields that came
// several times are joined with ", " (Cookie with "; "). SERVER_NAME and SERVER_PORT are what the
// client asked for (Host), not what it was asked to trust: the socket's where there is no Host.
class Params {
 public:
  explicit Params(const Outgoing& request);
  Params(const Params&) = delete;
  Params& operator=(const Params&) = delete;

  using Pair = std::pair<std::string_view, std::string_view>;
  const std::pmr::vector<Pair>& pairs() const { return pairs_; }

 private:
  void add(std::string_view name, std::string_view value) { pairs_.emplace_back(name, value); }
  void add_request(const Outgoing& request);
  void add_connection(const Outgoing& request);
  void add_field(std::string_view name, std::string_view value);
  void replace(std::string_view name, std::string_view value);
  Pair* find(std::string_view name, std::size_t from);
  char* room_for(std::size_t size);
  std::string_view keep(std::string_view text);
  std::string_view keep_number(std::uint64_t number);
  std::string_view keep_joined(std::string_view a, std::string_view between, std::string_view b);

  // Owns the pairs, and what of them is not a view of the request. An ordinary request needs no
  // more than this.
  std::array<std::byte, 4096> first_room_;
  std::pmr::monotonic_buffer_resource made_{first_room_.data(), first_room_.size()};
  std::pmr::vector<Pair> pairs_{&made_};
  std::size_t fields_begin_ = 0;  // where the variables of fields begin among them
};

}  // namespace frontis::upstream
