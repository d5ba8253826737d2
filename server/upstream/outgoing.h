// A request as an application is to get it, before a protocol has given it a form: what the CGI
// variables and the forwarded fields are made of. A view that is built on the spot, given to
// Codec::begin() and forgotten; all that it points to outlives that call.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "config/app_settings.h"
#include "http/client.h"
#include "http/message.h"

namespace frontis::upstream {

struct Outgoing {
  const http::Request& request;
  const http::Client& client;  // behind trusted proxies: who asked them
  // Decoded (RFC 3875, 4.1.5 and 4.1.13): script_name is empty or begins with '/' and does not
  // end in one; path_info is the rest of the path.
  std::string_view script_name = {};
  std::string_view path_info = {};
  // Bytes of the body; none when that is not known yet (a chunked body that is streamed): HTTP
  // sends chunks, and the CGI protocols leave CONTENT_LENGTH out.
  std::optional<std::uint64_t> content_length = 0;
  bool upgrade = false;  // ask for the protocol that the client asks for (Upgrade)
  const config::Headers* params = nullptr;  // of the app; may be null
  // Where and how the connection came in.
  std::string_view server_address = {};  // "127.0.0.1"
  std::uint16_t server_port = 0;
  std::string_view request_id = {};  // what the logs call it; empty: nothing
};

}  // namespace frontis::upstream
