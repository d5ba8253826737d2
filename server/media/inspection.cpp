#include "media/inspection.h"

#include <algorithm>
#include <cerrno>

#include "base/file_bytes.h"

namespace frontis::media {

namespace {

constexpr std::size_t block_size = 256 * 1024;

tl::unexpected<Error> changed() {
  return fail(ErrorKind::io, "the file changed while it was being read");
}

// Fills `block` from `offset`; fewer bytes than asked for mean that the file has shrunk.
Result<void> read_block(int file, std::uint64_t offset, std::string& block) {
  const auto got = read_at(file, block, offset);
  if (!got) return fail_errno("cannot read", errno);
  if (*got < block.size()) return changed();
  return {};
}

void look_at_start(std::string_view start, const Questions& questions, Inspection& inspection) {
  if (questions.ask_activity) inspection.activity = activity_of(start.substr(0, magic_bytes));
  if (questions.ask_magic) inspection.magic = magic_type(start.substr(0, magic_bytes));
}

// What is kept is read in one piece.
Result<Inspection> inspect_whole(int file, const Identity& identity, const Questions& questions) {
  Inspection inspection;
  std::string content(static_cast<std::size_t>(identity.size), '\0');
  if (const auto read = read_block(file, 0, content); !read) return tl::unexpected(read.error());
  if (identity_of(file) != identity) return changed();
  inspection.digest = sha256(content);
  inspection.scheme = verify_fingerprint(questions.file_name, content);
  look_at_start(content, questions, inspection);
  inspection.bytes = std::make_shared<const std::string>(std::move(content));
  return inspection;
}

}  // namespace

Result<Inspection> inspect(int file, const Identity& identity, const Questions& questions) {
  if (questions.keep_bytes) return inspect_whole(file, identity, questions);
  Inspection inspection;
  Digest digest(Digest::Algorithm::sha256);
  FingerprintCheck fingerprint(questions.file_name);
  std::string block;
  std::uint64_t offset = 0;
  do {
    if (questions.give_up && *questions.give_up) return fail(ErrorKind::io, "given up");
    block.resize(
        static_cast<std::size_t>(std::min<std::uint64_t>(block_size, identity.size - offset)));
    if (const auto read = read_block(file, offset, block); !read) {
      return tl::unexpected(read.error());
    }
    // Asked of every block, so that a file which is being written costs no more than one.
    if (identity_of(file) != identity) return changed();
    digest.update(block);
    if (fingerprint.has_candidates()) fingerprint.update(block);
    if (offset == 0) look_at_start(block, questions, inspection);
    offset += block.size();
  } while (offset < identity.size);
  inspection.digest = digest.finish_sha256();
  inspection.scheme = fingerprint.finish();
  return inspection;
}

}  // namespace frontis::media
