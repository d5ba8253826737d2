#include "commands/manifest_check.h"

#include <algorithm>
#include <cerrno>
#include <string>
#include <string_view>
#include <vector>

#include "base/file_bytes.h"
#include "base/text.h"
#include "media/manifest.h"

namespace frontis::commands {

namespace {

struct Kind {
  const char* file;
  Result<void> (media::Manifest::*add)(std::string_view json);
  std::string_view remedy;
};

constexpr Kind kinds[] = {
    {"staticfiles.json", &media::Manifest::add_staticfiles, "run collectstatic again"},
    {".vite/manifest.json", &media::Manifest::add_vite, "run vite build again"},
};

constexpr std::uint64_t most_bytes = 64ULL * 1024 * 1024;

Result<std::string> read_whole(const media::Found& found) {
  if (found.kind != media::Found::Kind::file) {
    return fail(ErrorKind::invalid, "it is no file");
  }
  if (found.identity.size > most_bytes) {
    return fail(ErrorKind::invalid, "it is larger than 64 MiB");
  }
  std::string bytes(found.identity.size, '\0');
  const auto got = read_at(found.file->number(), bytes, 0);
  if (!got) return fail_errno("it cannot be read", errno);
  bytes.resize(*got);
  return bytes;
}

Result<void> add(const Kind& kind, const media::Library& library, media::Manifest& manifest) {
  const auto found = library.find(kind.file);
  if (!found) return tl::unexpected(found.error());
  const auto json = read_whole(*found);
  if (!json) return tl::unexpected(json.error());
  return (manifest.*kind.add)(*json);
}

void check_listed(const Kind& kind, const media::Library& library, const media::Manifest& manifest,
                  std::size_t& most, Tally& tally) {
  std::vector<std::string_view> names;
  manifest.for_each([&names](std::string_view name) { names.push_back(name); });
  std::sort(names.begin(), names.end());
  for (const std::string_view name : names) {
    if (most == 0) return;
    --most;
    if (library.identify(name)) continue;
    tally.add("names that a manifest lists and that are missing",
              "'" + printable(name) + "' under " + library.root().string() + " is missing, but " +
                  kind.file + " lists it; " + std::string(kind.remedy));
  }
}

}  // namespace

void check_manifests(const config::FilesAction& files, std::size_t& most, Tally& tally) {
  config::FilesAction readable = files;
  readable.allow = {".vite"};  // not served, but read by the server
  const media::Library library(readable);
  for (const Kind& kind : kinds) {
    if (!library.identify(kind.file)) continue;
    media::Manifest manifest;
    if (const auto added = add(kind, library, manifest); !added) {
      tally.add("manifests that are not read",
                (files.root / kind.file).string() + " is not read: " + added.error().message +
                    "; names that only it lists are not trusted: " + std::string(kind.remedy) +
                    " or make it readable");
      continue;
    }
    check_listed(kind, library, manifest, most, tally);
  }
}

}  // namespace frontis::commands
