#include "upstream/fastcgi_records.h"

#include <algorithm>
#include <array>

namespace frontis::upstream {

namespace {

constexpr std::size_t length_offset = 4;    // in a record's head
constexpr std::size_t longest_short = 127;  // section 3.4: its length is one byte

constexpr char byte_of(std::size_t number, unsigned shift) {
  return static_cast<char>(number >> shift & 0xff);
}

}  // namespace

void append_record_head(RecordType type, std::size_t size, std::string& out) {
  const std::array<char, record_head_size> head{static_cast<char>(fastcgi_version),
                                                static_cast<char>(type),
                                                0,
                                                1,
                                                byte_of(size, 8),
                                                byte_of(size, 0),
                                                0,
                                                0};
  out.append(head.data(), head.size());
}

void FastcgiParamsWriter::pair(std::string_view name, std::string_view value) {
  // As nearly all are: short, and with room for them in the open record.
  const bool is_short = name.size() <= longest_short && value.size() <= longest_short;
  if (is_short && written() + 2 + name.size() + value.size() <= longest_record) {
    const std::array<char, 2> lengths{byte_of(name.size(), 0), byte_of(value.size(), 0)};
    out_.append(lengths.data(), lengths.size()).append(name).append(value);
    return;
  }
  length(name.size());
  length(value.size());
  bytes(name);
  bytes(value);
}

void FastcgiParamsWriter::end() {
  close();
  append_record_head(RecordType::params, 0, out_);
}

void FastcgiParamsWriter::open() {
  start_ = out_.size();
  append_record_head(RecordType::params, 0, out_);
}

void FastcgiParamsWriter::close() {
  const std::size_t size = written();
  out_[start_ + length_offset] = byte_of(size, 8);
  out_[start_ + length_offset + 1] = byte_of(size, 0);
}

// Section 3.4: one byte, or four with the highest bit set.
void FastcgiParamsWriter::length(std::size_t size) {
  constexpr std::size_t is_long = std::size_t{1} << 31;
  const std::size_t marked = size | is_long;
  const std::array<char, 4> four{byte_of(marked, 24), byte_of(marked, 16), byte_of(marked, 8),
                                 byte_of(marked, 0)};
  const std::size_t needed = size <= longest_short ? 1 : four.size();
  bytes({four.data() + four.size() - needed, needed});
}

void FastcgiParamsWriter::bytes(std::string_view text) {
  while (!text.empty()) {
    if (written() == longest_record) {
      close();
      open();
    }
    const std::size_t fits = std::min(text.size(), longest_record - written());
    out_.append(text.substr(0, fits));
    text.remove_prefix(fits);
  }
}

}  // namespace frontis::upstream
