// The first byte says which of the two fields follows. Whatever it holds, the client is the peer
// or an address; what a trusted proxy adds behind it counts alone; and from a peer who is not
// trusted it changes nothing.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "config/network.h"
#include "http/forwarded.h"
#include "http/headers.h"

namespace {

using frontis::http::Client;
using frontis::http::client_of;
using frontis::http::FieldName;
using frontis::http::Request;

void require(bool truth) {
  if (!truth) std::abort();
}

Client asked_by(std::string_view peer, std::string_view name, std::string_view value) {
  static const std::vector<frontis::config::Network> trusted{
      *frontis::config::parse_network("10.0.0.0/8")};
  std::string head(name);
  head.append(value);
  Request request;
  request.add(FieldName::other, {0, static_cast<std::uint32_t>(name.size())},
              {static_cast<std::uint32_t>(name.size()), static_cast<std::uint32_t>(value.size())});
  request.move_to(head.data());
  return client_of(request, peer, 1, trusted);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t length) {
  if (length == 0) return 0;
  const bool is_list = data[0] % 2 == 0;
  const std::string_view name = is_list ? "X-Forwarded-For" : "Forwarded";
  const std::string value(reinterpret_cast<const char*>(data) + 1, length - 1);
  if (!frontis::http::is_field_value(value)) return 0;

  const Client client = asked_by("10.0.0.1", name, value);
  require(!client.address.empty() && client.address.size() < 46);
  require(client.address.find_first_not_of("0123456789abcdef:.") == std::string::npos);
  require(client.chain.size() <= 32 * 48);
  require(client.scheme == "http" || client.scheme == "https");

  const Client stranger = asked_by("192.0.2.1", name, value);
  require(stranger.address == "192.0.2.1" && stranger.chain.empty());

  const std::string appended = value + (is_list ? ", 192.0.2.7" : ", for=\"192.0.2.7:81\"");
  const Client told = asked_by("10.0.0.1", name, appended);
  require(told.address == "192.0.2.7" && told.chain == "10.0.0.1");
  return 0;
}
