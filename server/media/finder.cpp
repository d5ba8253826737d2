#include "media/finder.h"

#include <utility>

namespace frontis::media {

namespace {

// No path has it: %00 is refused.
constexpr std::string_view alternate_mark("\0", 1);
// A file that changed less than this ago may change again without its times showing it.
constexpr std::int64_t unsettled_ns = 2'000'000'000;

}  // namespace

Finder::Finder(const config::FilesAction& action, const Library& library, const Judge& rules,
               const Kept& kept, const ManifestWatch& manifests)
    : action_(action), library_(library), rules_(rules), kept_(kept), manifests_(manifests) {}

std::string Finder::alternate_key(const Alternate& alternate) {
  return std::string(alternate_mark) + alternate.file;
}

Result<Located> Finder::find(std::string_view path) const {
  if (path.starts_with(alternate_mark)) return find_alternate(path.substr(1));
  const bool is_directory_path = path.empty() || path.ends_with('/');
  if (is_directory_path) return find_index(std::string(path), false);
  auto found = library_.find(path);
  if (!found) return tl::unexpected(found.error());
  if (found->kind == Found::Kind::directory) return find_index(std::string(path) + "/", true);
  return located({std::string(path), std::move(*found), std::nullopt});
}

Result<Located> Finder::find_index(std::string directory, bool needs_slash) const {
  for (const std::string& name : action_.index) {
    auto found = library_.find(directory + name);
    if (found && found->kind == Found::Kind::file) {
      return located({directory + name, std::move(*found), std::nullopt}, needs_slash);
    }
    if (!found && found.error().kind != ErrorKind::not_found) {
      return tl::unexpected(found.error());
    }
  }
  if (!library_.is_open()) return tl::unexpected(library_.find("").error());
  return fail(ErrorKind::not_found, "it is no directory with an index file");
}

Result<Located> Finder::find_alternate(std::string_view file) const {
  auto found = library_.find(file);
  if (!found) return tl::unexpected(found.error());
  if (found->kind != Found::Kind::file) return fail(ErrorKind::not_found, "it is no file");
  return located({std::string(file), std::move(*found), std::nullopt, true});
}

// A file that is there and may not be read has not gone; and what was kept before the route's
// rules were changed is under the new ones.
std::optional<Located> Finder::find_kept(std::string_view path) const {
  // It may have been allowed when it was kept.
  if (action_.uploads || !denied_reason(path, action_.allow).empty()) return std::nullopt;
  const auto version = kept_.find(rules_.url_of(path));
  if (!version || library_.glance(std::string(path))) return std::nullopt;
  auto copy = kept_.open(version->content);
  if (!copy || copy->kind != Found::Kind::file) return std::nullopt;
  return located({std::string(path), std::move(*copy), version});
}

Located Finder::located(Origin origin, bool needs_slash) const {
  const bool unsettled = wall_nanoseconds() - origin.found.identity.ctime_ns < unsettled_ns;
  return {std::move(origin), needs_slash, coarse_now(), manifests_.generation(), unsettled};
}

bool Finder::is_unchanged(const Asset& asset, std::string_view path) const {
  const Variant& plain = asset.identity();
  if (plain.place == Place::kept) return is_unchanged_copy(asset, path);
  const auto now = library_.glance(plain.file);
  if (!now || *now != plain.identity) return false;
  if (path.starts_with(alternate_mark) || plain.file.size() == path.size()) return true;
  // Another index may come before this one now.
  return plain.file.substr(path.size()) == action_.index[0];
}

// What has come back into the root comes first, and what was purged is gone.
bool Finder::is_unchanged_copy(const Asset& asset, std::string_view path) const {
  const auto version = kept_.find(rules_.url_of(path));
  if (!version || version->content != asset.digest || library_.glance(std::string(path))) {
    return false;
  }
  const auto copy = kept_.identify(asset.digest);
  return copy && *copy == asset.identity().identity;
}

}  // namespace frontis::media
