// Presses files into the state folder, where a server finds their variants by content. What the
// index knows of a file is not read again, so a second run costs next to nothing.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/log.h"
#include "commands/file_presser.h"
#include "config/settings.h"
#include "media/content_store.h"
#include "media/index.h"
#include "media/press.h"
#include "media/variant_maker.h"
#include "media/variants.h"

namespace frontis::commands {

class VariantPresser final : public FilePresser {
 public:
  // Opens the index under settings.state. To check, a folder without one is left as it is: then
  // nothing is there. Errors: those of the index. `settings` and `log` outlive this.
  [[nodiscard]] static Result<std::unique_ptr<VariantPresser>> open(
      const config::Settings& settings, const PressEffort& effort, Log& log);

  [[nodiscard]] Result<PressedFile> press(const media::Library& library,
                                          const PressTask& task) override;

 private:
  VariantPresser(const config::Settings& settings, const PressEffort& effort,
                 std::unique_ptr<media::Index> index, Log& log);

  // Whether what the index says of a file is believed.
  enum class Memory : std::uint8_t { trusted, doubted };

  Result<void> make_what_lacks(const media::Library& library, const PressTask& task, Memory memory,
                               PressedFile& file);
  Result<media::VariantMaker::Content> look_at(const media::Library& library, const PressTask& task,
                                               Memory memory);
  Result<void> make(const media::VariantMaker::Content& content, PressedFile& file);
  ErrorKind kind_of(const Error& error, const media::VariantMaker::Content& content) const;
  PressedFile standing(std::uint64_t size, const media::Sha256& content);
  PressedCoding standing(std::uint64_t size, const media::Sha256& content, http::Coding coding);
  bool is_there(const media::VariantKey& key);

  const config::PressSettings& settings_;
  const PressEffort effort_;
  const std::vector<http::Coding> wanted_;
  const std::unique_ptr<media::Index> index_;  // null: nothing is there
  media::Press press_;                         // without threads: nothing is ever left to it
  media::Variants variants_;
  const media::ContentStore files_;  // of the variants
  media::VariantMaker maker_;
  ContentClaims claims_;
};

}  // namespace frontis::commands
