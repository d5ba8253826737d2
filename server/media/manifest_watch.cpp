#include "media/manifest_watch.h"

#include <algorithm>

#include "base/file_bytes.h"

namespace frontis::media {

namespace {

constexpr std::array<std::string_view, 2> files{"staticfiles.json", ".vite/manifest.json"};
constexpr std::uint64_t most_bytes = 64ULL * 1024 * 1024;

// Dotfiles are not served, but this one is ours to read.
config::FilesAction readable(const config::FilesAction& from) {
  config::FilesAction own;
  own.root = from.root;
  own.links = from.links;
  own.allow = {".vite"};
  return own;
}

std::string read_all(int file, std::uint64_t size) {
  std::string bytes(static_cast<std::size_t>(size), '\0');
  bytes.resize(read_at(file, bytes, 0).value_or(0));
  return bytes;
}

}  // namespace

ManifestWatch::ManifestWatch(const config::FilesAction& action, Press& press, Log& log)
    : library_(readable(action)),
      press_(press),
      log_(log),
      current_(std::make_shared<const Manifest>()) {
  read();
}

std::shared_ptr<const Manifest> ManifestWatch::current() const {
  const std::lock_guard lock(mutex_);
  return current_;
}

void ManifestWatch::refresh() {
  const std::int64_t now = wall_seconds();
  std::int64_t looked = looked_.load(std::memory_order_relaxed);
  if (looked == now || !looked_.compare_exchange_strong(looked, now)) return;
  if (reading_.exchange(true)) return;
  auto job = [self = shared_from_this()] {
    self->library_.refresh();
    if (self->identify() != self->read_) self->read();
    self->reading_.store(false);
  };
  if (!press_.submit(Press::Urgency::soon, std::move(job))) reading_.store(false);
}

ManifestWatch::Identities ManifestWatch::identify() const {
  Identities found;
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (const auto identity = library_.identify(files[i])) found[i] = *identity;
  }
  return found;
}

void ManifestWatch::read() {
  // Taken before the reading, so that a change meanwhile is seen the next time.
  read_ = identify();
  auto manifest = std::make_shared<Manifest>();
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (!read_[i]) continue;
    const auto added = add(*manifest, files[i], i == 1);
    if (added) continue;
    log_.warning("{}/{} is not read: {}; names that only it lists are not trusted",
                 library_.root().string(), files[i], added.error().message);
  }
  const std::lock_guard lock(mutex_);
  current_ = std::move(manifest);
  generation_.fetch_add(1, std::memory_order_release);
}

Result<void> ManifestWatch::add(Manifest& manifest, std::string_view file, bool vite) const {
  const auto found = library_.find(file);
  if (!found) return tl::unexpected(found.error());
  if (found->kind != Found::Kind::file) return fail(ErrorKind::invalid, "it is a directory");
  if (found->identity.size > most_bytes) {
    return fail(ErrorKind::invalid, "it is larger than 64 MiB");
  }
  const std::string json = read_all(found->file->number(), found->identity.size);
  return vite ? manifest.add_vite(json) : manifest.add_staticfiles(json);
}

}  // namespace frontis::media
