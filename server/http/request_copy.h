// A request that outlives its connection: a Request with a head of its own, for what goes on
// after the exchange has ended.
#pragma once

#include <string>

#include "http/message.h"

namespace frontis::http {

class RequestCopy {
 public:
  explicit RequestCopy(const Request& request) : head_(request.head()), request_(request) {
    request_.move_to(head_.data());
  }
  RequestCopy(const RequestCopy&) = delete;
  RequestCopy& operator=(const RequestCopy&) = delete;

  const Request& request() const { return request_; }

 private:
  const std::string head_;
  Request request_;
};

}  // namespace frontis::http
