// The records of FastCGI 1.0 as a web server writes them: a head of eight bytes before each piece
// of a stream, and the stream of variables, which is cut into records wherever one is full.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace frontis::upstream {

// The numbers of the specification, section 8. Other types are not for us.
enum class RecordType : std::uint8_t {
  begin_request = 1,
  end_request = 3,
  params = 4,
  standard_input = 5,
  standard_output = 6,
  standard_error = 7,
};

inline constexpr std::uint8_t fastcgi_version = 1;
inline constexpr std::size_t record_head_size = 8;
inline constexpr std::size_t longest_record = 65535;

// Appends the head of a record of `size` bytes, at most longest_record, that belongs to request 1
// and has no padding.
void append_record_head(RecordType type, std::size_t size, std::string& out);

// Appends the params stream to `out`, which nobody else may touch meanwhile.
class FastcgiParamsWriter {
 public:
  explicit FastcgiParamsWriter(std::string& out) : out_(out) { open(); }

  void pair(std::string_view name, std::string_view value);
  // The last call: a stream ends with an empty record.
  void end();

 private:
  void open();
  void close();
  void length(std::size_t size);
  void bytes(std::string_view text);
  std::size_t written() const { return out_.size() - start_ - record_head_size; }

  std::string& out_;
  std::size_t start_ = 0;  // of the open record
};

}  // namespace frontis::upstream
