#include "base/result.h"

#include <cerrno>
#include <system_error>

namespace frontis {

tl::unexpected<Error> fail_errno(const std::string& doing, int error_number) {
  const bool exhausted = error_number == EMFILE || error_number == ENFILE ||
                         error_number == ENOMEM || error_number == ENOSPC || error_number == EDQUOT;
  const std::string reason = std::generic_category().message(error_number);
  return fail(exhausted ? ErrorKind::exhausted : ErrorKind::io, doing + ": " + reason);
}

}  // namespace frontis
