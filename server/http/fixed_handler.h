// The two actions that need nothing but the configuration: `respond`, a fixed answer, and
// `redirect`. Both answer every method and never pass.
#pragma once

#include <memory>
#include <string>

#include "config/settings.h"
#include "http/exchange.h"

namespace frontis::http {

class RespondHandler final : public Handler {
 public:
  explicit RespondHandler(const config::RespondAction& action);
  void handle(Exchange& exchange) override;

 private:
  int status_;
  std::shared_ptr<const HeaderBlock> head_;
  std::shared_ptr<const std::string> body_;
};

// A trailing "$uri" of the target stands for the path and query of the request, as they came.
class RedirectHandler final : public Handler {
 public:
  explicit RedirectHandler(const config::RedirectAction& action) : action_(action) {}
  void handle(Exchange& exchange) override;

 private:
  const config::RedirectAction action_;
};

}  // namespace frontis::http
