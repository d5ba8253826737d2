#include "observe/dashboard.h"

namespace frontis::observe {

std::string dashboard(std::string_view nonce) {
  std::string page;
  std::string_view rest = dashboard_source();
  while (true) {
    const std::size_t mark = rest.find(nonce_mark);
    page.append(rest.substr(0, mark));
    if (mark == rest.npos) return page;
    page.append(nonce);
    rest.remove_prefix(mark + nonce_mark.size());
  }
}

}  // namespace frontis::observe
