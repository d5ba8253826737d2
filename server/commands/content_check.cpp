#include "commands/content_check.h"

#include <algorithm>

#include "base/text.h"
#include "http/compressible.h"
#include "media/fingerprint.h"
#include "media/sibling.h"

namespace frontis::commands {

namespace {

constexpr std::uint64_t largest = 16ULL * 1024 * 1024;

}  // namespace

void ContentCheck::look_at(const std::string& file, const media::Found& found,
                           const std::vector<std::string>& beside) {
  const std::string_view name = last_segment(file);
  const bool may_be_kept = files_.cache.kind != config::CachePolicy::Kind::none;
  const bool is_fingerprinted = may_be_kept && media::has_django_fingerprint(name);
  const auto siblings = siblings_of(name, beside);
  if (!is_fingerprinted && siblings.empty()) return;
  if (!take(found.identity.size)) return;
  const auto inspection =
      media::inspect(found.file->number(), found.identity, {name, false, false, nullptr});
  if (!inspection) {
    return tally_.add("files that cannot be read",
                      shown(file) + " cannot be read: " + inspection.error().message);
  }
  if (is_fingerprinted && !inspection->scheme) {
    tally_.add("names that do not fit their content",
               shown(file) +
                   ": the fingerprint in its name does not fit its content, so it is sent with "
                   "no-cache; build it again, under a new name if it was changed");
  }
  for (const http::CodingName& coding : siblings) {
    check_sibling(file, found, coding, inspection->digest);
  }
}

std::vector<http::CodingName> ContentCheck::siblings_of(
    std::string_view name, const std::vector<std::string>& beside) const {
  std::vector<http::CodingName> siblings;
  for (const http::CodingName& coding : http::coding_names) {
    if (coding.coding == http::Coding::identity) continue;
    const std::string sibling = std::string(name) + std::string(coding.file_suffix);
    if (std::binary_search(beside.begin(), beside.end(), sibling)) siblings.push_back(coding);
  }
  // Beside any other type they are files of their own: archive.tar and archive.tar.gz.
  if (!siblings.empty() && !http::is_compressible(types_.of(name))) siblings.clear();
  return siblings;
}

void ContentCheck::check_sibling(const std::string& file, const media::Found& found,
                                 const http::CodingName& coding, const media::Sha256& content) {
  const std::string name = file + std::string(coding.file_suffix);
  const auto sibling = library_.find(name);
  // One that cannot be opened is found on its own, and one that is not smaller is never used.
  if (!sibling || sibling->kind != media::Found::Kind::file) return;
  if (sibling->identity.size >= found.identity.size || !take(found.identity.size)) return;
  const auto proof =
      media::prove_sibling(sibling->file->number(), coding.coding, found.identity.size, content);
  if (proof && proof->same) return;
  tally_.add("stale siblings", shown(name) + " does not hold the content of " +
                                   printable(last_segment(file)) +
                                   ", so it is not used; compress it again or delete it");
}

bool ContentCheck::take(std::uint64_t bytes) {
  if (bytes <= largest && bytes <= budget_.bytes) {
    budget_.bytes -= bytes;
    return true;
  }
  ++budget_.left_out;
  return false;
}

std::string ContentCheck::shown(const std::string& file) const {
  return "'" + printable(file) + "' under " + library_.root().string();
}

}  // namespace frontis::commands
