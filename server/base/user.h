// Who a user of this machine is, for sentences that tell somebody whom to give what.
#pragma once

#include <sys/types.h>

#include <string>

namespace frontis {

// "user 'www-data'", or "user 1000" where there is no name. The answer may come over the network.
[[nodiscard]] std::string user_text(uid_t id);

}  // namespace frontis
