#include "media/library.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <fnmatch.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <optional>
#include <system_error>
#include <utility>

#include "base/text.h"
#include "base/user.h"

namespace frontis::media {

namespace {

// O_NONBLOCK and O_NOCTTY: a FIFO, a terminal or a device in the root must neither hold up the
// loop nor become ours.
constexpr int read_flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
constexpr int enter_flags = O_PATH | O_DIRECTORY | O_CLOEXEC;
constexpr std::uint64_t within = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;

struct Opened {
  Descriptor descriptor;
  int error = 0;
};

// The kernel says EAGAIN when a rename elsewhere might have led a '..' astray; that passes.
Opened open_beneath(int directory, const char* path, int flags, std::uint64_t resolve) {
  constexpr int most_tries = 16;
  open_how how{};
  how.flags = static_cast<unsigned>(flags);
  how.resolve = resolve;
  int error = 0;
  for (int tries = 0; tries < most_tries; ++tries) {
    const long number = syscall(SYS_openat2, directory, path, &how, sizeof how);
    if (number >= 0) return {Descriptor(static_cast<int>(number)), 0};
    error = errno;
    if (error != EAGAIN && error != EINTR) break;
  }
  return {Descriptor(), error};
}

// A directory that may be entered but not listed (mode 0711) is still one to look into.
Opened open_readable(int directory, const char* path, std::uint64_t resolve) {
  Opened opened = open_beneath(directory, path, read_flags, resolve);
  if (opened.error != EACCES) return opened;
  Opened entered = open_beneath(directory, path, enter_flags, resolve);
  if (entered.error != 0) return opened;
  const bool may_enter = faccessat(entered.descriptor.number(), ".", X_OK, AT_EACCESS) == 0;
  return may_enter ? std::move(entered) : std::move(opened);
}

std::string_view kind_of(mode_t mode) {
  if (S_ISFIFO(mode)) return "a FIFO";
  if (S_ISSOCK(mode)) return "a socket";
  if (S_ISCHR(mode) || S_ISBLK(mode)) return "a device";
  return "something else";
}

std::string unreadable_reason(const std::string& user, int directory, const std::string& path) {
  const auto look = look_at(directory, path.c_str(), 0);
  if (!look) return "a directory on the way to it may not be entered by " + user;
  return fmt::format("exists but is not readable by {} (mode {:04o})", user, look->mode & 07777);
}

// Why the system's `error` means that there is nothing to serve; empty for true faults.
std::string_view absence_reason(int error) {
  switch (error) {
    case ENOENT: return "no such file";
    case ENOTDIR: return "a file stands where its path needs a directory";
    case EPERM:
      return "the system forbids it (EPERM): a security module, or a container whose seccomp "
             "profile does not know openat2";
    case ELOOP: return "its links loop, or lead through /proc";
    case ENAMETOOLONG: return "its name is longer than the file system allows";
    case EXDEV:
      return "its link leads outside the root; list its directory under 'links:' to allow it";
    case ENXIO:
    case ENODEV: return "it is a socket, or a device without a driver";
    case EOVERFLOW: return "it is too large for this system to open";
    case EINVAL:
    case EILSEQ: return "the file system cannot hold such a name";
    default: return {};
  }
}

bool is_exhaustion(int error) { return error == EMFILE || error == ENFILE || error == ENOMEM; }

// Cuts the first segment off `rest`.
std::string_view next_segment(std::string_view& rest) {
  const std::size_t end = std::min(rest.find('/'), rest.size());
  const std::string_view segment = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return segment;
}

// Why no file can have the name; the router lets none of these through.
std::string_view impossible_reason(std::string_view relative) {
  if (relative.size() >= PATH_MAX) return "its path is longer than the system allows";
  if (relative.find('\0') != std::string_view::npos) return "there is a NUL in its name";
  if (relative.starts_with('/')) return "it begins with a slash";
  while (!relative.empty()) {
    const std::string_view segment = next_segment(relative);
    if (segment == "." || segment == "..") return "it climbs by '.' or '..'";
  }
  return {};
}

// `path` without links, '.' and '..'; errno is set where there is none.
std::optional<std::string> real_path(const std::string& path) {
  struct Free {
    void operator()(char* text) const { std::free(text); }
  };
  const std::unique_ptr<char, Free> found(realpath(path.c_str(), nullptr));
  if (found == nullptr) return std::nullopt;
  return std::string(found.get());
}

// Where `path` lies under `directory` (both real): "" for the directory itself.
std::optional<std::string_view> rest_beneath(std::string_view path, std::string_view directory) {
  if (directory == "/") return path.substr(1);
  if (!path.starts_with(directory)) return std::nullopt;
  path.remove_prefix(directory.size());
  if (path.empty()) return path;
  if (path.front() != '/') return std::nullopt;
  return path.substr(1);
}

}  // namespace

Library::Library(const config::FilesAction& files)
    : root_path_(files.root),
      links_(files.links),
      allow_(files.allow),
      root_(open_root(files.root)) {}

Library::Root Library::open_root(const std::filesystem::path& path) {
  Root root;
  const auto real = real_path(path.string());
  if (!real) {
    root.error = errno;
    return root;
  }
  Descriptor directory(::open(real->c_str(), enter_flags));
  if (!directory.is_open()) {
    root.error = errno;
    return root;
  }
  // O_PATH opens also what may not be entered.
  const bool may_enter = faccessat(directory.number(), ".", X_OK, AT_EACCESS) == 0;
  const auto look = may_enter ? look_at(directory.number(), "", AT_EMPTY_PATH) : std::nullopt;
  if (!look) {
    root.error = errno;
    return root;
  }
  return {std::move(directory), *real, look->identity, 0};
}

bool Library::refresh() {
  Root now = open_root(root_path_);
  const bool is_short = now.error == EMFILE || now.error == ENFILE || now.error == ENOMEM;
  if (is_short) return false;  // that says nothing about the path
  const bool is_same = root_.directory.is_open() == now.directory.is_open() &&
                       now.identity.device == root_.identity.device &&
                       now.identity.inode == root_.identity.inode;
  root_ = std::move(now);
  return !is_same;
}

std::string Library::closed_reason() const {
  const std::string root = root_path_.string();
  const std::string reason = std::generic_category().message(root_.error);
  if (root_.error != EACCES) {
    return fmt::format(
        "{} cannot be opened ({}): its files are 404 until it is back; put it there or change "
        "'files:'",
        root, reason);
  }
  return fmt::format(
      "{} cannot be opened ({}): its files are 404 until it can be; let {} enter it and the "
      "folders above it (namei -l {})",
      root, reason, user_name(), root);
}

Result<Found> Library::find(std::string_view relative) const {
  if (auto checked = check_name(relative); !checked) return tl::unexpected(checked.error());
  const std::string_view denied = denied_reason(relative, allow_);
  if (!denied.empty()) {
    return missing(relative,
                   fmt::format("refused by name, {}; list it under 'allow:' to serve it", denied));
  }
  const std::string path(relative.empty() ? "." : relative);
  return open_in(root_.directory.number(), path, within, relative);
}

Result<Identity> Library::identify(std::string_view relative) const {
  if (auto checked = check_name(relative); !checked) return tl::unexpected(checked.error());
  const std::string path(relative.empty() ? "." : relative);
  const auto look = look_at(root_.directory.number(), path.c_str(), 0);
  if (!look) return refusal(errno, root_.directory.number(), path, relative);
  return look->identity;
}

std::optional<Identity> Library::glance(const std::string& relative) const {
  if (!root_.directory.is_open() || !impossible_reason(relative).empty()) return std::nullopt;
  const auto look = look_at(root_.directory.number(), relative.empty() ? "." : relative.c_str(), 0);
  if (!look) return std::nullopt;
  return look->identity;
}

Result<void> Library::check_name(std::string_view relative) const {
  const std::string_view impossible = impossible_reason(relative);
  if (!impossible.empty()) return missing(relative, impossible);
  if (root_.directory.is_open()) return {};
  const std::string reason = std::generic_category().message(root_.error);
  return fail(is_exhaustion(root_.error) ? ErrorKind::exhausted : ErrorKind::not_found,
              fmt::format("the root {} cannot be opened: {}; it is looked for again every second",
                          root_path_.string(), reason));
}

Result<Found> Library::open_in(int directory, const std::string& path, std::uint64_t resolve,
                               std::string_view relative) const {
  Opened opened = open_readable(directory, path.c_str(), resolve);
  if (opened.error == EXDEV && resolve == within) return find_linked(path);
  if (opened.error != 0) return refusal(opened.error, directory, path, relative);
  const auto look = look_at(opened.descriptor.number(), "", AT_EMPTY_PATH);
  if (!look) return refusal(errno, directory, path, relative);
  if (S_ISDIR(look->mode)) return Found{Found::Kind::directory, nullptr, look->identity};
  if (!S_ISREG(look->mode)) {
    return missing(relative, fmt::format("it is {}, not a regular file", kind_of(look->mode)));
  }
  auto file = std::make_shared<const Descriptor>(std::move(opened.descriptor));
  return Found{Found::Kind::file, std::move(file), look->identity};
}

// The kernel refuses every absolute link beneath a root, also one that leads back inside. What
// the links come to is worked out here, and then opened from the directory that it must lie in,
// by a path without links: a link that is switched in between leads nowhere.
Result<Found> Library::find_linked(const std::string& relative) const {
  const int root = root_.directory.number();
  const auto target = real_path(root_.path + '/' + relative);
  if (!target) return refusal(errno, root, relative, relative);
  const std::string_view slash = relative.ends_with('/') ? "/" : "";

  auto refused = refusal(EXDEV, root, relative, relative);
  const auto open_under = [&](int directory, std::string_view place) -> std::optional<Found> {
    const auto rest = rest_beneath(*target, place);
    if (!rest) return std::nullopt;
    const std::string_view denied = denied_reason(*rest, allow_);
    if (!denied.empty()) {
      refused = missing(relative, fmt::format("its link leads to a name that is refused, {}; list "
                                              "that under 'allow:' to serve it",
                                              denied));
      return std::nullopt;
    }
    const std::string path = rest->empty() ? "." : fmt::format("{}{}", *rest, slash);
    auto found = open_in(directory, path, within | RESOLVE_NO_SYMLINKS, relative);
    if (found) return std::move(*found);
    refused = tl::unexpected(std::move(found.error()));
    return std::nullopt;
  };

  if (auto found = open_under(root, root_.path)) return std::move(*found);
  for (const auto& link : links_) {
    const Root place = open_root(link);
    if (is_exhaustion(place.error)) return refusal(place.error, root, relative, relative);
    if (!place.directory.is_open()) continue;
    if (auto found = open_under(place.directory.number(), place.path)) return std::move(*found);
  }
  return refused;
}

// Asked once: the answer may come over the network, and may be gone in a sandbox.
const std::string& Library::user_name() const {
  if (user_name_.empty()) user_name_ = user_text(geteuid());
  return user_name_;
}

tl::unexpected<Error> Library::missing(std::string_view relative, std::string_view why) const {
  return fail(ErrorKind::not_found,
              fmt::format("'{}' under {}: {}", printable(relative), root_path_.string(), why));
}

tl::unexpected<Error> Library::refusal(int error, int directory, const std::string& path,
                                       std::string_view relative) const {
  if (error == EACCES) {
    return missing(relative, unreadable_reason(user_name(), directory, path));
  }
  const std::string_view absence = absence_reason(error);
  if (!absence.empty()) return missing(relative, absence);
  const std::string name =
      fmt::format("cannot open '{}' under {}", printable(relative), root_path_.string());
  if (error == ENOSYS) {
    return fail(ErrorKind::io, name +
                                   ": there is no openat2; Linux 5.6 or newer is needed, and no "
                                   "sandbox that forbids it, as RestrictSUIDSGID of systemd does");
  }
  if (error == EAGAIN || error == EINTR) {
    return fail(ErrorKind::exhausted, name + ": the system was too busy, or a lease is held on it");
  }
  const bool is_full = error == EMFILE || error == ENFILE;
  return fail_errno(name + (is_full ? " (raise LimitNOFILE, or ulimit -n)" : ""), error);
}

namespace {

// In lower case; what precedes the ending must not be empty, but a dotfile is refused anyway.
constexpr std::pair<std::string_view, std::string_view> denied_endings[] = {
    {".py", "it is Python source"},
    {".pyc", "it is compiled Python"},
    {".sqlite3", "it is a database"},
    {".sqlite3-wal", "it is a database's journal"},
    {".sqlite3-shm", "it is a database's journal"},
    {".sqlite3-journal", "it is a database's journal"},
    {".pem", "it may be a private key"},
    {".key", "it may be a private key"},
    {"~", "it is an editor's backup"},
    {".swp", "it is an editor's swap file"},
};

std::string_view segment_denied(std::string_view segment) {
  if (segment.starts_with('.')) return "it is a dotfile";
  // "cvs" in lower case may well hold curricula vitae; only CVS itself writes capitals.
  if (segment == "CVS" || equal_ignoring_case(segment, "_darcs")) {
    return "it is the folder of a version control system";
  }
  for (const auto& [ending, why] : denied_endings) {
    if (segment.size() < ending.size() || ascii_lower(segment.back()) != ending.back()) continue;
    if (equal_ignoring_case(segment.substr(segment.size() - ending.size()), ending)) return why;
  }
  return {};
}

bool is_allowed(std::string_view segment, const std::vector<std::string>& allow) {
  if (allow.empty() || segment.size() > NAME_MAX) return false;
  const std::string name(segment);
  return std::any_of(allow.begin(), allow.end(), [&name](const std::string& pattern) {
    // A dot at the front is matched by a dot alone: "*.py" does not allow ".secret.py".
    return fnmatch(pattern.c_str(), name.c_str(), FNM_PERIOD) == 0;
  });
}

}  // namespace

std::string_view denied_reason(std::string_view relative, const std::vector<std::string>& allow) {
  if (relative == ".well-known" || relative.starts_with(".well-known/")) {
    next_segment(relative);
  }
  while (!relative.empty()) {
    const std::string_view segment = next_segment(relative);
    const std::string_view why = segment_denied(segment);
    if (!why.empty() && !is_allowed(segment, allow)) return why;
  }
  return {};
}

}  // namespace frontis::media
