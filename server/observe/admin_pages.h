// What the admin address answers: /metrics, /health, /ready, the page at /, its /events, and
// /status.json. A table: a new page is a row. Nothing is kept by caches, and pages that show URLs
// are given only to who asks by an address or as localhost: a name could be that of a stranger's
// site, whose scripts would read them in the browser of whoever may (DNS rebinding).
#pragma once

#include <span>
#include <string_view>

#include "http/exchange.h"
#include "observe/reporter.h"

namespace frontis::observe {

struct AdminPage {
  std::string_view path;
  bool shows_urls;
  void (*answer)(Reporter& reporter, http::Exchange& exchange);
};

[[nodiscard]] std::span<const AdminPage> admin_pages();

class AdminPageHandler final : public http::Handler {
 public:
  // Both outlive this.
  AdminPageHandler(const AdminPage& page, Reporter& reporter) : page_(page), reporter_(reporter) {}
  // Never passes: 404 for what is beneath its path, 405 for all but GET and HEAD.
  void handle(http::Exchange& exchange) override;

 private:
  const AdminPage& page_;
  Reporter& reporter_;
};

// No name that somebody else could have made: an address in figures, localhost, or nothing.
[[nodiscard]] bool is_safe_host(std::string_view host);

}  // namespace frontis::observe
