// A Request for tests: owns the bytes that the request views, as a connection's buffer would.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/message.h"

namespace frontis::http {

using FieldLines = std::vector<std::pair<std::string_view, std::string_view>>;

class MadeRequest {
 public:
  explicit MadeRequest(const FieldLines& lines, Method method = Method::get) {
    request_.clear();
    request_.method = method;
    for (const auto& [name, value] : lines) {
      const Span name_text = keep(name);
      request_.add(field_name(name), name_text, keep(value));
    }
    request_.move_to(bytes_.data());
  }
  MadeRequest(const MadeRequest&) = delete;
  MadeRequest& operator=(const MadeRequest&) = delete;

  const Request& get() const { return request_; }
  Request& get() { return request_; }

 private:
  Span keep(std::string_view text) {
    const Span span{static_cast<std::uint32_t>(bytes_.size()),
                    static_cast<std::uint32_t>(text.size())};
    bytes_.append(text);
    return span;
  }

  std::string bytes_;
  Request request_;
};

}  // namespace frontis::http
