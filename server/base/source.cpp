#include "base/source.h"

namespace frontis {

std::optional<std::uint64_t> length_of(const Body& body) {
  if (std::holds_alternative<std::monostate>(body)) return 0;
  if (const auto* bytes = std::get_if<SharedBytes>(&body)) return bytes->bytes.size();
  if (const auto* slice = std::get_if<FileSlice>(&body)) return slice->length;
  return std::nullopt;
}

Body text_body(std::string text) {
  auto owner = std::make_shared<const std::string>(std::move(text));
  const std::string_view bytes = *owner;
  return SharedBytes{std::move(owner), bytes};
}

}  // namespace frontis
