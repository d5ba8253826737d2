#include "commands/variant_presser.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "base/text.h"
#include "media/inspection.h"

namespace frontis::commands {

namespace {

constexpr const char* folder_name = "variants";

bool lacks_any(const PressedFile& file) { return !file.lack().empty(); }

}  // namespace

Result<std::unique_ptr<VariantPresser>> VariantPresser::open(const config::Settings& settings,
                                                             const PressEffort& effort, Log& log) {
  std::unique_ptr<media::Index> index;
  std::error_code ignored;
  if (!effort.check || std::filesystem::exists(settings.state / "index.sqlite3", ignored)) {
    auto opened = media::Index::open(settings.state, log);
    if (!opened) return tl::unexpected(opened.error());
    index = std::move(*opened);
  }
  return std::unique_ptr<VariantPresser>(
      new VariantPresser(settings, effort, std::move(index), log));
}

VariantPresser::VariantPresser(const config::Settings& settings, const PressEffort& effort,
                               std::unique_ptr<media::Index> index, Log& log)
    : settings_(settings.press),
      effort_(effort),
      wanted_(wanted_codings(settings.press)),
      index_(std::move(index)),
      press_(0, log),
      variants_(settings.state / folder_name, settings.press.size, index_.get(), log),
      files_(settings.state / folder_name),
      maker_(settings.press, variants_, press_, log) {}

Result<PressedFile> VariantPresser::press(const media::Library& library, const PressTask& task) {
  PressedFile file;
  file.size = task.identity.size;
  if (file.size < smallest_pressed || file.size > settings_.largest) {
    for (const http::Coding coding : wanted_) file.of(coding).state = PressedCoding::State::useless;
    return file;
  }
  const auto known = index_ ? index_->file(task.identity, last_segment(task.file)) : std::nullopt;
  if (known) {
    file = standing(file.size, known->digest);
    if (!lacks_any(file) || effort_.check) return file;
  }
  file = {};
  auto made = make_what_lacks(library, task, Memory::trusted, file);
  // It was changed in a way that its identity does not show.
  if (!made && made.error().kind == ErrorKind::invalid) {
    made = make_what_lacks(library, task, Memory::doubted, file);
  }
  if (!made) return tl::unexpected(made.error());
  return file;
}

Result<void> VariantPresser::make_what_lacks(const media::Library& library, const PressTask& task,
                                             Memory memory, PressedFile& file) {
  const auto content = look_at(library, task, memory);
  if (!content) return tl::unexpected(content.error());
  const ContentClaims::Claim claim(claims_, content->digest);
  file = standing(content->identity.size, content->digest);
  if (!lacks_any(file) || effort_.check) return {};
  return make(*content, file);
}

// Reads the file, unless it is known.
Result<media::VariantMaker::Content> VariantPresser::look_at(const media::Library& library,
                                                             const PressTask& task, Memory memory) {
  const auto found = library.find(task.file);
  if (!found) return tl::unexpected(found.error());
  if (found->kind != media::Found::Kind::file) {
    return fail(ErrorKind::not_found, "it is no file any more");
  }
  const auto name = last_segment(task.file);
  const bool is_asked = index_ && memory == Memory::trusted;
  const auto known = is_asked ? index_->file(found->identity, name) : std::nullopt;
  if (known) return media::VariantMaker::Content{known->digest, found->identity, found->file};
  // Asked before it is read: times that are this young may stay the same through another change.
  const bool may_be_noted = !effort_.check && media::is_settled(found->identity);
  const auto inspection =
      media::inspect(found->file->number(), found->identity, {name, false, false, effort_.give_up});
  if (!inspection) return tl::unexpected(inspection.error());
  if (may_be_noted) index_->put_file(found->identity, name, *inspection);
  return media::VariantMaker::Content{inspection->digest, found->identity, found->file};
}

// Makes what `file` says is lacking, and says what has become of it.
Result<void> VariantPresser::make(const media::VariantMaker::Content& content, PressedFile& file) {
  const auto made = maker_.make(content, effort_.max, effort_.give_up);
  if (!made) return fail(kind_of(made.error(), content), made.error().message);
  for (const http::Coding coding : wanted_) {
    PressedCoding& now = file.of(coding);
    if (now.state != PressedCoding::State::missing) continue;
    now.size = made->sizes[static_cast<std::size_t>(coding)];
    now.state = now.size > 0 ? PressedCoding::State::built : PressedCoding::State::useless;
  }
  return {};
}

// Whose fault it is: io for the file's, invalid when it holds something else than we were told, and
// exhausted for the state folder's, which the next file would meet with as well.
ErrorKind VariantPresser::kind_of(const Error& error,
                                  const media::VariantMaker::Content& content) const {
  if (error.kind != ErrorKind::io || *effort_.give_up) return error.kind;
  const auto again = media::inspect(content.file->number(), content.identity, {});
  if (!again) return ErrorKind::io;
  return again->digest == content.digest ? ErrorKind::exhausted : ErrorKind::invalid;
}

PressedFile VariantPresser::standing(std::uint64_t size, const media::Sha256& content) {
  PressedFile file;
  file.size = size;
  for (const http::Coding coding : wanted_) file.of(coding) = standing(size, content, coding);
  return file;
}

PressedCoding VariantPresser::standing(std::uint64_t size, const media::Sha256& content,
                                       http::Coding coding) {
  const media::VariantKey key{content, coding, std::nullopt};
  const auto known = variants_.standing(key);
  if (known == media::Variants::Standing::useless) return {PressedCoding::State::useless, 0};
  const bool is_known = known != media::Variants::Standing::unknown && is_there(key);
  // A lost index leaves files behind that are as good as ever.
  if (!is_known && (effort_.check || !variants_.adopt(key, size))) {
    return {PressedCoding::State::missing, 0};
  }
  return {PressedCoding::State::up_to_date, variants_.size_of(key)};
}

// One that has gone, or was cut, is looked for by the variants too, so that they forget it and it
// can be made again. What is whole but damaged is found when it is used.
bool VariantPresser::is_there(const media::VariantKey& key) {
  const std::string suffix(http::row_of(key.coding).file_suffix);
  const auto identity = files_.identify(media::ContentStore::name_of(key.content, suffix));
  if (identity && identity->size == variants_.size_of(key)) return true;
  if (effort_.check) return false;
  variants_.check(key);
  [[maybe_unused]] const auto taken = variants_.take(key);
  return false;
}

}  // namespace frontis::commands
