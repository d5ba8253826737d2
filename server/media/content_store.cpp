#include "media/content_store.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <system_error>
#include <utility>

#include "base/descriptor.h"
#include "base/file_bytes.h"
#include "base/text.h"
#include "media/draft.h"

namespace frontis::media {

namespace {

constexpr std::size_t shelf_size = 2;  // "ab", the folder of one first byte
constexpr int shelf_flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

bool is_hex(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); });
}

bool is_suffix(std::string_view text) {
  constexpr std::size_t longest = 80;
  if (text.empty()) return true;
  return text.size() > 1 && text.size() <= longest && text.front() == '.' &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || c == '.'; });
}

bool is_name(std::string_view name) {
  constexpr std::size_t digits = 2 * std::tuple_size_v<Sha256> + 1;  // and the slash
  return name.size() >= digits && name[shelf_size] == '/' && is_hex(name.substr(0, shelf_size)) &&
         is_hex(name.substr(shelf_size + 1, digits - shelf_size - 1)) &&
         is_suffix(name.substr(digits));
}

std::string shelf_of(const std::string& name) { return name.substr(0, shelf_size); }
std::string file_of(const std::string& name) { return name.substr(shelf_size + 1); }

tl::unexpected<Error> unreadable(const std::string& path, int error) {
  const std::string what = "cannot open " + path;
  const bool is_absent =
      error == ENOENT || error == ENOTDIR || error == ELOOP || error == ENXIO || error == EISDIR;
  if (is_absent) {
    return fail(ErrorKind::not_found,
                fmt::format("{}: {}", what, std::generic_category().message(error)));
  }
  return fail_errno(what, error);
}

Result<Draft> begin(const std::filesystem::path& folder, const std::string& name) {
  if (folder.empty()) {
    return fail(ErrorKind::io, "there is no state folder to write to: set 'state'");
  }
  if (!is_name(name)) {
    return fail(ErrorKind::invalid, "'" + printable(name) + "' is no name of a stored file");
  }
  return Draft::begin(folder / shelf_of(name), file_of(name));
}

// The next bytes of `file`, as many as fit `block`; it has shrunk when there are none.
Result<void> read_block(int file, std::uint64_t offset, std::string& block) {
  const auto got = read_at(file, block, offset);
  if (!got) return fail_errno("cannot read", errno);
  if (*got == 0) return fail(ErrorKind::io, "it became shorter while it was being copied");
  block.resize(*got);
  return {};
}

// Copies `size` bytes and says what they were.
Result<Sha256> copy(int from, std::uint64_t size, Draft& draft) {
  constexpr std::uint64_t block_size = 256 * 1024;
  Digest digest(Digest::Algorithm::sha256);
  std::string block;
  for (std::uint64_t offset = 0; offset < size; offset += block.size()) {
    block.resize(static_cast<std::size_t>(std::min(block_size, size - offset)));
    if (const auto read = read_block(from, offset, block); !read) {
      return tl::unexpected(read.error());
    }
    digest.update(block);
    if (const auto written = draft.write(block); !written) return tl::unexpected(written.error());
  }
  return digest.finish_sha256();
}

void for_each_entry(Descriptor folder, const std::function<void(const std::string&)>& visit) {
  struct Close {
    void operator()(DIR* directory) const { closedir(directory); }
  };
  if (!folder.is_open()) return;
  const std::unique_ptr<DIR, Close> directory(fdopendir(folder.number()));
  if (directory == nullptr) return;
  folder.release();  // it is the directory's now
  while (const dirent* entry = readdir(directory.get())) visit(entry->d_name);
}

// Every entry of every shelf, with the shelf open.
void for_each_on_shelves(const std::filesystem::path& folder,
                         const std::function<void(int shelf, const std::string& shelf_name,
                                                  const std::string&)>& visit) {
  if (folder.empty()) return;
  for_each_entry(Descriptor(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)),
                 [&](const std::string& name) {
                   if (name.size() != shelf_size || !is_hex(name)) return;
                   Descriptor shelf(open((folder / name).c_str(), shelf_flags));
                   const int number = shelf.number();
                   for_each_entry(std::move(shelf),
                                  [&](const std::string& file) { visit(number, name, file); });
                 });
}

std::int64_t changed_seconds(const Identity& identity) { return identity.ctime_ns / 1'000'000'000; }

}  // namespace

ContentStore::ContentStore(std::filesystem::path folder) : folder_(std::move(folder)) {}

std::string ContentStore::name_of(const Sha256& digest, std::string_view suffix) {
  std::string name = to_hex(digest);
  name.insert(shelf_size, "/");
  return name += suffix;
}

std::optional<ContentStore::Named> ContentStore::parse(std::string_view name) {
  if (!is_name(name)) return std::nullopt;
  Named named;
  std::string_view digits = name;
  for (unsigned char& byte : named.digest) {
    if (digits.front() == '/') digits.remove_prefix(1);
    byte = static_cast<unsigned char>(hex_value(digits[0]) * 16 + hex_value(digits[1]));
    digits.remove_prefix(2);
  }
  named.suffix = digits;
  return named;
}

Result<void> ContentStore::put(const std::string& name, std::string_view bytes) const {
  auto draft = begin(folder_, name);
  if (!draft) return tl::unexpected(draft.error());
  if (auto written = draft->write(bytes); !written) return written;
  return draft->finish();
}

Result<void> ContentStore::put_copy(const std::string& name, int from, const Identity& identity,
                                    const Sha256& expected) const {
  const auto refused = [this, &name](ErrorKind kind, const std::string& why) {
    return fail(kind, fmt::format("nothing was copied to {}: {}", (folder_ / name).string(), why));
  };
  auto draft = begin(folder_, name);
  if (!draft) return tl::unexpected(draft.error());
  const auto copied = copy(from, identity.size, *draft);
  if (!copied) return refused(ErrorKind::io, copied.error().message);
  if (identity_of(from) != identity) {
    return refused(ErrorKind::io, "the file changed while it was being copied");
  }
  if (*copied != expected) {
    return refused(ErrorKind::invalid, "the file does not hold what it held when it was looked at");
  }
  if (auto set = draft->set_modified(identity.mtime_ns); !set) return set;
  return draft->finish();
}

Result<Found> ContentStore::find(const std::string& name) const {
  const std::string path = folder_ / name;
  if (folder_.empty() || !is_name(name)) return unreadable(path, ENOENT);
  // O_PATH: it need not be readable to be looked into.
  const Descriptor shelf(
      open((folder_ / shelf_of(name)).c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!shelf.is_open()) return unreadable(path, errno);
  // O_NONBLOCK and O_NOCTTY: whatever was put in its place must not hold up the loop.
  Descriptor file(openat(shelf.number(), file_of(name).c_str(),
                         O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  if (!file.is_open()) return unreadable(path, errno);
  const auto identity = identity_at(file.number(), "");
  if (!identity) return unreadable(path, errno);
  return Found{Found::Kind::file, std::make_shared<const Descriptor>(std::move(file)), *identity};
}

Result<Identity> ContentStore::identify(const std::string& name) const {
  const std::string path = folder_ / name;
  if (folder_.empty() || !is_name(name)) return unreadable(path, ENOENT);
  const auto identity = identity_at(AT_FDCWD, path);
  if (!identity) return unreadable(path, errno);
  return *identity;
}

void ContentStore::remove(const std::string& name) const {
  if (folder_.empty() || !is_name(name)) return;
  const Descriptor shelf(open((folder_ / shelf_of(name)).c_str(), shelf_flags));
  if (shelf.is_open()) unlinkat(shelf.number(), file_of(name).c_str(), 0);
}

void ContentStore::for_each(
    const std::function<void(const std::string&, std::uint64_t, std::int64_t)>& visit) const {
  for_each_on_shelves(folder_,
                      [&visit](int shelf, const std::string& shelf_name, const std::string& file) {
                        const std::string name = shelf_name + "/" + file;
                        if (!is_name(name)) return;
                        if (const auto identity = identity_at(shelf, file)) {
                          visit(name, identity->size, changed_seconds(*identity));
                        }
                      });
}

void ContentStore::sweep(std::int64_t now) const {
  constexpr std::int64_t hour = 3600;
  for_each_on_shelves(folder_, [now](int shelf, const std::string&, const std::string& file) {
    if (!Draft::is_temporary(file)) return;
    const auto identity = identity_at(shelf, file);
    if (identity && changed_seconds(*identity) < now - hour) unlinkat(shelf, file.c_str(), 0);
  });
}

}  // namespace frontis::media
