#include "commands/sibling_presser.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <utility>

#include "base/file_bytes.h"
#include "base/text.h"
#include "media/encoder.h"
#include "media/sibling.h"

namespace frontis::commands {

namespace {

using State = PressedCoding::State;

// A file under a name of its own until it is renamed; removed when that does not come to be.
class FreshFile {
 public:
  FreshFile(int folder, std::string name)
      : folder_(folder),
        name_(std::move(name)),
        file_(::openat(folder, name_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                       0600)) {
    if (!file_.is_open()) error_ = errno;
  }
  ~FreshFile() {
    if (file_.is_open()) ::unlinkat(folder_, name_.c_str(), 0);
  }
  FreshFile(const FreshFile&) = delete;
  FreshFile& operator=(const FreshFile&) = delete;

  // Each is 0, or what went wrong.
  int error() const { return error_; }
  int write(std::string_view bytes) const { return write_all(file_.number(), bytes) ? 0 : errno; }
  // Owner and permissions of `status` as far as we may give them, and its modification time.
  int resemble(const struct stat& status) const {
    if (::geteuid() == 0 && ::fchown(file_.number(), status.st_uid, status.st_gid) != 0) {
      return errno;
    }
    if (::fchmod(file_.number(), status.st_mode & 0666) != 0) return errno;
    const timespec times[] = {{0, UTIME_OMIT}, status.st_mtim};
    return ::futimens(file_.number(), times) == 0 ? 0 : errno;
  }
  int rename(const std::string& name) {
    if (::fsync(file_.number()) != 0) return errno;
    if (::renameat(folder_, name_.c_str(), folder_, name.c_str()) != 0) return errno;
    file_.close();
    return 0;
  }

 private:
  const int folder_;
  const std::string name_;
  Descriptor file_;
  int error_ = 0;
};

// Where `name` leads within the open folder.
std::optional<media::Identity> identity_in(int folder, const std::string& name) {
  const Descriptor place(::openat(folder, name.c_str(), O_PATH | O_CLOEXEC));
  return place.is_open() ? media::identity_of(place.number()) : std::nullopt;
}

tl::unexpected<Error> changed() {
  return fail(ErrorKind::io, "it was changed while it was being pressed; press again");
}

}  // namespace

SiblingPresser::SiblingPresser(const config::PressSettings& settings, const PressEffort& effort)
    : settings_(settings), effort_(effort), wanted_(wanted_codings(settings)) {}

Result<PressedFile> SiblingPresser::press(const media::Library& library, const PressTask& task) {
  const auto original = open(library, task);
  if (!original) return tl::unexpected(original.error());
  PressedFile file;
  file.size = original->found.identity.size;
  for (const http::Coding coding : wanted_) {
    auto pressed = press_one(*original, http::row_of(coding), file.fault);
    if (!pressed) return tl::unexpected(pressed.error());
    file.of(coding) = *pressed;
  }
  return file;
}

Result<SiblingPresser::Original> SiblingPresser::open(const media::Library& library,
                                                      const PressTask& task) const {
  auto found = library.find(task.file);
  if (!found) return tl::unexpected(found.error());
  if (found->kind != media::Found::Kind::file) return changed();
  const std::string_view name = last_segment(task.file);
  auto inspection =
      media::inspect(found->file->number(), found->identity,
                     {name, is_in_bounds(found->identity.size), false, effort_.give_up});
  if (!inspection) return tl::unexpected(inspection.error());
  const auto path = (library.root() / task.file).parent_path();
  Descriptor folder(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!folder.is_open()) return fail_errno("cannot open its folder", errno);
  // From here on this folder counts, whatever becomes of the way to it.
  if (identity_in(folder.number(), std::string(name)) != found->identity) return changed();
  return Original{library, task.file, std::move(*found), std::move(*inspection), std::move(folder)};
}

// What stands beside the file, read by the same rules as the file.
Result<SiblingPresser::Beside> SiblingPresser::look_beside(const Original& original,
                                                           const http::CodingName& row,
                                                           std::uint64_t& size) const {
  const std::string file = original.file + std::string(row.file_suffix);
  const std::string name(last_segment(file));
  struct stat status {};
  if (::fstatat(original.folder.number(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno == ENOENT) return Beside::nothing;
    return fail_errno("cannot look at its sibling " + name, errno);
  }
  const Beside otherwise = S_ISREG(status.st_mode) ? Beside::other : Beside::foreign;
  const auto sibling = original.library.find(file);
  if (!sibling || sibling->kind != media::Found::Kind::file) return otherwise;
  size = sibling->identity.size;
  const auto proof =
      media::prove_sibling(sibling->file->number(), row.coding, original.found.identity.size,
                           original.inspection.digest, effort_.give_up);
  if (!proof && effort_.give_up && *effort_.give_up) return tl::unexpected(proof.error());
  return proof && proof->same ? Beside::same : otherwise;
}

Result<PressedCoding> SiblingPresser::press_one(const Original& original,
                                                const http::CodingName& row, std::string& fault) {
  PressedCoding pressed;
  const auto beside = look_beside(original, row, pressed.size);
  if (!beside) return tl::unexpected(beside.error());
  if (*beside == Beside::same) return PressedCoding{State::up_to_date, pressed.size};
  const bool is_stale = *beside != Beside::nothing;
  const std::string name(last_segment(original.file + std::string(row.file_suffix)));
  if (effort_.check && is_stale) return PressedCoding{State::stale, 0};
  if (*beside == Beside::foreign) {
    fault = printable(name) + " beside it holds other content and is no plain file; move it away";
    return PressedCoding{State::stale, 0};
  }
  std::string coded;
  if (original.inspection.bytes) {
    const std::string& content = *original.inspection.bytes;
    auto encoded = media::encode(row.coding, content, {effort_.max, effort_.give_up});
    if (!encoded) return tl::unexpected(encoded.error());
    if (media::is_worth_keeping(encoded->size(), content.size())) coded = std::move(*encoded);
  }
  if (coded.empty() && is_stale) {
    fault = printable(name) +
            " beside it holds other content, and a new one would not be worth it; delete it";
  }
  if (coded.empty()) return PressedCoding{is_stale ? State::stale : State::useless, 0};
  if (effort_.check) return PressedCoding{State::missing, 0};
  if (auto written = write(original, name, coded); !written) {
    return tl::unexpected(written.error());
  }
  return PressedCoding{State::built, coded.size()};
}

Result<void> SiblingPresser::write(const Original& original, const std::string& name,
                                   std::string_view bytes) {
  struct stat status {};
  if (::fstat(original.found.file->number(), &status) != 0) return fail_errno("cannot look", errno);
  FreshFile fresh(original.folder.number(), ".frontis-press-" + std::to_string(::getpid()) + "-" +
                                                std::to_string(++written_));
  int error = fresh.error();
  if (error == 0) error = fresh.write(bytes);
  if (error == 0) error = fresh.resemble(status);
  if (error != 0) return fail_errno("cannot write " + printable(name) + " beside it", error);
  const std::string_view own_name = last_segment(original.file);
  const auto now = identity_in(original.folder.number(), std::string(own_name));
  if (now != original.found.identity) return changed();
  error = fresh.rename(name);
  if (error != 0) return fail_errno("cannot write " + printable(name) + " beside it", error);
  return {};
}

bool SiblingPresser::is_in_bounds(std::uint64_t size) const {
  return size >= smallest_pressed && size <= settings_.largest;
}

}  // namespace frontis::commands
