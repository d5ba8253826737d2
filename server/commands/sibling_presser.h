// Presses files into siblings, app.css.gz beside app.css, for any server that serves such. They are
// written under another name and renamed, with the time and permissions of their file. One that
// holds the same content stays as it is; what is no plain file is left to its owner.
#pragma once

#include <sys/stat.h>

#include <atomic>
#include <string>
#include <string_view>
#include <vector>

#include "commands/file_presser.h"
#include "config/settings.h"
#include "media/inspection.h"

namespace frontis::commands {

class SiblingPresser final : public FilePresser {
 public:
  // `settings` outlive this.
  SiblingPresser(const config::PressSettings& settings, const PressEffort& effort);

  [[nodiscard]] Result<PressedFile> press(const media::Library& library,
                                          const PressTask& task) override;

 private:
  struct Original {
    const media::Library& library;
    const std::string& file;  // relative to the library's root
    media::Found found;
    media::Inspection inspection;  // with the bytes, unless it is too small or too large
    Descriptor folder;             // that the file is in
  };
  enum class Beside : std::uint8_t { nothing, same, other, foreign };

  Result<Original> open(const media::Library& library, const PressTask& task) const;
  Result<Beside> look_beside(const Original& original, const http::CodingName& row,
                             std::uint64_t& size) const;
  Result<PressedCoding> press_one(const Original& original, const http::CodingName& row,
                                  std::string& fault);
  Result<void> write(const Original& original, const std::string& name, std::string_view bytes);
  bool is_in_bounds(std::uint64_t size) const;

  const config::PressSettings& settings_;
  const PressEffort effort_;
  const std::vector<http::Coding> wanted_;
  std::atomic<std::uint64_t> written_{0};  // for names that nobody else uses
};

}  // namespace frontis::commands
