// The keys at the top that concern all applications: whom to believe about clients, where bodies
// wait on their way, and how much is kept of answers.
#pragma once

#include <string_view>
#include <vector>

#include "config/reader.h"
#include "config/settings.h"

namespace frontis::config {

// One network or a list of them.
void read_trusted_proxies(Reader& reader, const Node& value, std::vector<Network>& into);

void read_buffers(Reader& reader, const Node& value, BufferSettings& into);
[[nodiscard]] std::vector<std::string_view> buffer_keys();

// A size; 0 keeps nothing.
void read_response_cache(Reader& reader, const Node& value, std::uint64_t& into);

}  // namespace frontis::config
