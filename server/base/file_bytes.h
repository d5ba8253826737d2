// Bytes of open files, to the last: past interruptions and past short counts. For files that are
// read by their place and not by their position, which others may share.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace frontis {

// Fills `into` from `offset`; less than all of it where the file ends before. None, and errno: why.
[[nodiscard]] std::optional<std::size_t> read_at(int file, std::span<char> into,
                                                 std::uint64_t offset);

// False, and errno, when not all could be written: from `offset`, or from the file's position.
[[nodiscard]] bool write_at(int file, std::string_view bytes, std::uint64_t offset);
[[nodiscard]] bool write_all(int file, std::string_view bytes);

}  // namespace frontis
