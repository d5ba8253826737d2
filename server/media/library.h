// A root directory and the only way into it. Every file is opened with openat2 beneath the
// root's descriptor, so no name, link or race leads outside; names that must not be served are
// refused first. A root that is itself a link (current -> releases/42) is opened anew within a
// second of a switch. One Library belongs to one files action on one loop.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/descriptor.h"
#include "base/result.h"
#include "config/settings.h"
#include "media/identity.h"

namespace frontis::media {

struct Found {
  enum class Kind { file, directory };
  Kind kind = Kind::file;
  std::shared_ptr<const Descriptor> file;  // open for reading; null for a directory
  Identity identity;
};

class Library {
 public:
  // `files.root` need not exist yet: find() is then not_found until it does.
  explicit Library(const config::FilesAction& files);

  // `relative` has no leading slash; "" is the root; "a/b" and "a/b/" both find b, but a file
  // with a trailing slash is not_found. Errors: not_found (missing, denied, leads outside, not a
  // regular file or directory, unreadable, a name too long, a loop of links); exhausted (EMFILE,
  // ENFILE, ENOMEM); io for the rest. The message says why, for explain and the log.
  [[nodiscard]] Result<Found> find(std::string_view relative) const;

  // What stands under `relative` now, by one statx and without opening it: enough to see that
  // a file opened before is still the same one. Never the reason to serve something new.
  [[nodiscard]] Result<Identity> identify(std::string_view relative) const;
  // The same, for those who do not ask why there is nothing: without a word it costs a third.
  [[nodiscard]] std::optional<Identity> glance(const std::string& relative) const;

  // Looks whether the root's path leads to another directory now, or to none, and follows it.
  // The caller does this at most once a second. True when the root has changed.
  bool refresh();
  // False while there is no directory at the root's path that we may enter.
  bool is_open() const { return root_.directory.is_open(); }
  // Why it is not open and what to do, as a sentence for the log.
  [[nodiscard]] std::string closed_reason() const;

  const std::filesystem::path& root() const { return root_path_; }

 private:
  struct Root {
    Descriptor directory;
    std::string path;  // with every link resolved when it was opened
    Identity identity;
    int error = 0;  // why it is not open
  };
  static Root open_root(const std::filesystem::path& path);

  Result<void> check_name(std::string_view relative) const;
  Result<Found> find_linked(const std::string& relative) const;
  Result<Found> open_in(int directory, const std::string& path, std::uint64_t resolve,
                        std::string_view relative) const;
  const std::string& user_name() const;
  tl::unexpected<Error> missing(std::string_view relative, std::string_view why) const;
  tl::unexpected<Error> refusal(int error, int directory, const std::string& path,
                                std::string_view relative) const;

  std::filesystem::path root_path_;
  std::vector<std::filesystem::path> links_;
  std::vector<std::string> allow_;
  Root root_;
  mutable std::string user_name_;  // as which files are read, for messages
};

// Why `relative` is refused by name, or an empty view: dotfiles (a leading .well-known/ is none),
// *.py, *.pyc, *.sqlite3 and its journals, *.pem, *.key, *~, *.swp, VCS folders, in either case;
// unless a name or glob of `allow` matches the segment as it is written. Every segment of the
// path counts. The view is of static text.
[[nodiscard]] std::string_view denied_reason(std::string_view relative,
                                             const std::vector<std::string>& allow);

}  // namespace frontis::media
