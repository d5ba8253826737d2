#include "commands/press_files.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string_view>
#include <system_error>
#include <unordered_set>
#include <utility>

#include "base/text.h"
#include "http/compressible.h"
#include "media/mime.h"
#include "media/root_walk.h"

namespace frontis::commands {

namespace {

namespace fs = std::filesystem;

// How often a walk looks whether it was interrupted, in files.
constexpr std::uint64_t look_every = 64;

bool are_alike(const PressRoot& a, const PressRoot& b) {
  return a.folder == b.folder && a.file == b.file && a.files.root == b.files.root &&
         a.files.links == b.files.links && a.files.allow == b.files.allow;
}

void add(std::vector<PressRoot>& roots, PressRoot root) {
  const auto same = [&root](const PressRoot& other) { return are_alike(root, other); };
  if (std::none_of(roots.begin(), roots.end(), same)) roots.push_back(std::move(root));
}

std::vector<PressRoot> configured_roots(const config::Settings& settings) {
  std::vector<PressRoot> roots;
  for (const config::Site& site : settings.sites) {
    for (const config::Route& route : site.routes) {
      for (const config::Action& action : route.chain) {
        const auto* files = std::get_if<config::FilesAction>(&action);
        if (files == nullptr) continue;
        add(roots, {*files, "", route.is_prefix() ? "" : route.path.substr(1)});
      }
    }
  }
  return roots;
}

// What `directory` is relative to `root`, "" for the same; none when it lies elsewhere. Both are
// free of links.
std::optional<std::string> within(const fs::path& directory, const fs::path& root) {
  const auto [in_root, rest] =
      std::mismatch(root.begin(), root.end(), directory.begin(), directory.end());
  if (in_root != root.end()) return std::nullopt;
  fs::path relative;
  for (auto segment = rest; segment != directory.end(); ++segment) relative /= *segment;
  return relative.native();
}

Result<void> add_directory(const std::string& typed, const std::vector<PressRoot>& configured,
                           std::vector<PressRoot>& roots) {
  std::error_code error;
  const fs::path directory = fs::canonical(typed, error);
  if (error) {
    return fail(ErrorKind::not_found,
                "the directory '" + printable(typed) + "': " + error.message());
  }
  if (!fs::is_directory(directory, error)) {
    return fail(ErrorKind::not_found, "'" + printable(typed) + "' is not a directory");
  }
  bool is_configured = false;
  for (const PressRoot& root : configured) {
    if (!root.file.empty()) continue;
    const auto folder = within(directory, fs::weakly_canonical(root.files.root, error));
    if (!folder || error) continue;
    add(roots, {root.files, *folder, ""});
    is_configured = true;
  }
  if (is_configured) return {};
  config::FilesAction bare;
  bare.root = fs::absolute(typed).lexically_normal();
  add(roots, {std::move(bare), "", ""});
  return {};
}

class Listing {
 public:
  Listing(const std::vector<PressRoot>& roots, const std::function<bool()>& interrupted,
          Findings& findings)
      : roots_(roots), interrupted_(interrupted), findings_(findings) {}

  PressList run() {
    for (std::size_t i = 0; i < roots_.size() && !give_up_; ++i) walk(i);
    std::stable_sort(
        list_.tasks.begin(), list_.tasks.end(),
        [](const PressTask& a, const PressTask& b) { return a.identity.size > b.identity.size; });
    return std::move(list_);
  }

 private:
  void walk(std::size_t index) {
    const PressRoot& root = roots_[index];
    const media::Library library(root.files);
    if (!root.file.empty()) return visit(index, library, root.file);
    media::WalkBounds bounds;
    bounds.give_up = &give_up_;
    bounds.from = root.folder;
    const auto walked = media::walk_root(
        root.files, bounds, [&](const std::string& file) { visit(index, library, file); },
        [&](const std::string& folder, const std::string& reason) {
          findings_.add("", shown_name(root, folder) + ": " + reason);
        });
    if (!walked && !give_up_) findings_.add("", walked.error().message);
  }

  void visit(std::size_t index, const media::Library& library, const std::string& file) {
    if (++visited_ % look_every == 0 && interrupted_()) give_up_ = true;
    if (roots_.size() > 1 && !seen_.insert(roots_[index].files.root / file).second) return;
    ++list_.files;
    if (!http::is_compressible(types_.of(last_segment(file)))) return;
    const auto identity = library.identify(file);
    if (!identity && identity.error().kind == ErrorKind::not_found) return;  // gone meanwhile
    if (!identity) return findings_.add("", identity.error().message);
    list_.bytes += identity->size;
    list_.tasks.push_back({index, file, *identity});
  }

  const std::vector<PressRoot>& roots_;
  const std::function<bool()>& interrupted_;
  Findings& findings_;
  const media::MimeTypes types_;
  PressList list_;
  std::uint64_t visited_ = 0;
  std::unordered_set<std::string> seen_;
  std::atomic<bool> give_up_{false};
};

}  // namespace

Result<std::vector<PressRoot>> press_roots(const config::Settings& settings,
                                           const std::vector<std::string>& directories) {
  std::vector<PressRoot> configured = configured_roots(settings);
  if (directories.empty()) return configured;
  std::vector<PressRoot> roots;
  for (const std::string& directory : directories) {
    if (auto added = add_directory(directory, configured, roots); !added) {
      return tl::unexpected(added.error());
    }
  }
  return roots;
}

PressList list_files(const std::vector<PressRoot>& roots, const std::function<bool()>& interrupted,
                     Findings& findings) {
  return Listing(roots, interrupted, findings).run();
}

std::string shown_name(const PressRoot& root, const std::string& file) {
  return printable((root.files.root / file).native(), 1000);
}

}  // namespace frontis::commands
