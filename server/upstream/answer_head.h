// The head of an application's answer, read from any of the protocols: an HTTP/1 status line and
// fields (HTTP, and uwsgi in its usual form), or CGI fields with a Status among them (RFC 3875,
// 6.2; FastCGI, SCGI). What belongs to one connection is taken out (RFC 9110, 7.6.1), what is
// meant for us is set apart, and the rest can be sent on as it is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "http/headers.h"

namespace frontis::upstream {

// Interim answers (1xx) before a final one; beyond, the application is out of its mind.
inline constexpr unsigned most_interims = 32;

struct AnswerHead {
  int status = 0;  // 100 to 599
  // Sent on to the client: without hop-by-hop fields and those that Connection lists, without
  // Content-Length, Date, Server, and the fields below. 101 keeps Upgrade.
  std::shared_ptr<http::HeaderBlock> fields;
  std::optional<std::uint64_t> content_length;
  std::string date;  // Date as it came; empty: none
  bool chunked = false;
  bool keep_alive = false;  // the connection may serve another request
  // Wishes to us (RFC has none; nginx and Apache made them usual), decoded as they came.
  std::string accel_redirect;  // X-Accel-Redirect: a path, perhaps with a query
  std::string sendfile;        // X-Sendfile: the path of a file
  bool unbuffered = false;     // X-Accel-Buffering: no

  bool names_file() const { return !accel_redirect.empty() || !sendfile.empty(); }
};

// Reads an answer's head that may come in pieces; each byte is looked at once. One for each
// answer, interim ones included.
class AnswerHeadReader {
 public:
  enum class Form {
    http,  // a status line is needed
    cgi,   // a status line may stand first; otherwise Status, or Location (302), or 200
  };
  explicit AnswerHeadReader(Form form) : form_(form) {}

  // `input` holds every byte since the head's first; its address may change between calls.
  // Returns the head's length with the empty line, and fills `head`; 0 when more is needed.
  // Errors (bad_request: the application broke the protocol): a head of more than 64 KiB or 200
  // fields, a malformed line or field, a status outside of 100 to 599, a control byte in a value,
  // different Content-Lengths or one that is no number, Content-Length beside chunked, another
  // transfer coding. Lines may end in LF alone, as CGI scripts write them.
  [[nodiscard]] Result<std::size_t> read(std::string_view input, AnswerHead& head);
  void reset() { scanned_ = 0; }

  enum class Use : std::uint8_t;  // what becomes of a field
  struct Field {
    std::string_view name;
    std::string_view value;
    Use use;
  };

 private:
  std::size_t find_end(std::string_view input);
  Result<void> read_lines(std::string_view text, AnswerHead& head);
  Result<void> read_fields(std::string_view text);
  Result<void> take_fields(AnswerHead& head) const;
  Result<int> cgi_status() const;

  Form form_;
  std::size_t scanned_ = 0;
  std::vector<Field> fields_;  // kept for its capacity; views of the input during read() only
};

}  // namespace frontis::upstream
