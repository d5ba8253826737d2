// One reading of a file's content, and all that must be known from it: its digest, whether the
// fingerprint in its name fits, what libmagic and our own look say of its type, and, for small
// files, the bytes themselves. Small files are inspected on the loop, larger ones and those that
// need libmagic on a press thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "media/digest.h"
#include "media/fingerprint.h"
#include "media/library.h"
#include "media/magic.h"

namespace frontis::media {

struct Inspection {
  Sha256 digest{};
  std::optional<Scheme> scheme;
  std::string magic;  // libmagic's type, if asked for
  Activity activity = Activity::none;
  std::shared_ptr<const std::string> bytes;  // the content, if asked for
};

struct Questions {
  std::string_view file_name;  // the last segment of the path
  bool keep_bytes = false;
  bool ask_magic = false;
  const std::atomic<bool>* give_up = nullptr;  // when it becomes true; null: never
  bool ask_activity = true;
};

// Reads the open file from its beginning; its position is not moved. io when it cannot be read,
// or when it changed meanwhile: `identity` must still hold afterwards.
[[nodiscard]] Result<Inspection> inspect(int file, const Identity& identity,
                                         const Questions& questions);

}  // namespace frontis::media
