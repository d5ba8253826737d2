// CGI variables (RFC 3875, 4.1) of a request, as FastCGI, uwsgi and SCGI send them and WSGI
// expects them. Each name comes once; a client cannot set any that is not its own.
#pragma once

#include <string>
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

  using Pair = std::pair<std::string_view, std::string_view>;
  const std::vector<Pair>& pairs() const { return pairs_; }

 private:
  std::vector<Pair> pairs_;
  std::vector<std::string> made_;  // owns what is not a view of the request
};

}  // namespace frontis::upstream
