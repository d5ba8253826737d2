// Who asks: the peer of the connection, or, where that is a proxy whom the configuration trusts,
// the client that it speaks for (forwarded.h). Made by the session for those who ask for it.
#pragma once

#include <cstdint>
#include <string>

namespace frontis::http {

struct Client {
  std::string address;          // "192.0.2.7", "2001:db8::1"; "unix:" for a client on a Unix socket
  std::uint16_t port = 0;       // 0 where it is not known
  std::string scheme = "http";  // that the client used, perhaps towards a trusted proxy
  std::string host;             // with the port, as the client asked for it; empty: it did not
  // The proxies between the client and us, the nearest last, without the client: "10.0.0.2,
  // 10.0.0.1", where the last is the peer (a Unix socket is left out, it has no address). Empty
  // when the peer is not trusted, or speaks for nobody.
  std::string chain;
};

}  // namespace frontis::http
