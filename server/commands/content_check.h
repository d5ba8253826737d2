// What can only be known of a file by reading it: whether a sibling such as app.css.gz holds the
// same content, and whether a fingerprint of Django's fits. Bounded in bytes; what is beyond the
// bound is counted and said once.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "commands/findings.h"
#include "config/settings.h"
#include "http/negotiation.h"
#include "media/inspection.h"
#include "media/library.h"
#include "media/mime.h"

namespace frontis::commands {

// Shared by the checks of all roots.
struct ContentBudget {
  std::uint64_t bytes = 512ULL * 1024 * 1024;
  std::size_t left_out = 0;  // files
};

class ContentCheck {
 public:
  // All outlive this.
  ContentCheck(const config::FilesAction& files, const media::Library& library,
               const media::MimeTypes& types, ContentBudget& budget, Tally& tally)
      : files_(files), library_(library), types_(types), budget_(budget), tally_(tally) {}

  // `file` is relative to the root and open in `found`; `beside` holds the sorted names of its
  // folder.
  void look_at(const std::string& file, const media::Found& found,
               const std::vector<std::string>& beside);

 private:
  std::vector<http::CodingName> siblings_of(std::string_view name,
                                            const std::vector<std::string>& beside) const;
  void check_sibling(const std::string& file, const media::Found& found,
                     const http::CodingName& coding, const media::Sha256& content);
  bool take(std::uint64_t bytes);
  std::string shown(const std::string& file) const;

  const config::FilesAction& files_;
  const media::Library& library_;
  const media::MimeTypes& types_;
  ContentBudget& budget_;
  Tally& tally_;
};

}  // namespace frontis::commands
