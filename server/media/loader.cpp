#include "media/loader.h"

#include <utility>

#include "base/text.h"
#include "media/mime.h"

namespace frontis::media {

namespace {

constexpr std::uint64_t quick_size = 64 * 1024;             // read and hashed on the loop
constexpr std::uint64_t awaited_size = 8ULL * 1024 * 1024;  // a request waits for its hash

void share(Inspections& inspections, std::string_view file, const Found& found,
           const Result<Inspection>& inspection) {
  if (inspection) {
    inspections.finish(found.identity, last_segment(file), *inspection);
  } else {
    inspections.give_up(found.identity, last_segment(file));
  }
}

}  // namespace

Loader::Loader(const config::FilesAction& action, const Library& library, Services& services,
               std::shared_ptr<ManifestWatch> manifests, std::string url_prefix, Post post,
               std::function<void(const std::string&)> sibling_proved)
    : action_(action),
      library_(library),
      services_(services),
      manifests_(std::move(manifests)),
      judge_(action, services, manifests_, std::move(url_prefix)),
      siblings_(library, services, post, std::move(sibling_proved)),
      post_(std::move(post)) {}

bool Loader::is_quick(std::string_view file, const Found& found) const {
  return found.identity.size <= quick_size && !services_.types.of(last_segment(file)).empty();
}

bool Loader::is_worth_waiting(const Found& found) { return found.identity.size <= awaited_size; }

std::shared_ptr<const Asset> Loader::load_now(const std::string& file, const Found& found) {
  const auto inspection =
      inspect(found.file->number(), found.identity, {last_segment(file), true, false, nullptr});
  return assemble(file, found, inspection ? &*inspection : nullptr);
}

std::shared_ptr<const Asset> Loader::load_unseen(const std::string& file, const Found& found) {
  return assemble(file, found, nullptr);
}

std::shared_ptr<const Asset> Loader::load_known(const std::string& file, const Found& found) {
  if (found.identity.size <= kept_in_memory) return nullptr;
  const auto known = services_.inspections.find(found.identity, last_segment(file));
  return known ? assemble(file, found, &*known) : nullptr;
}

bool Loader::begin_inspection(const std::string& file, const Found& found) {
  return services_.inspections.begin(found.identity, last_segment(file));
}

void Loader::give_up_inspection(const std::string& file, const Found& found) {
  services_.inspections.give_up(found.identity, last_segment(file));
}

bool Loader::load_later(const std::string& file, const Found& found, Press::Urgency urgency,
                        Done done) {
  auto job = [this, alive = std::weak_ptr<bool>(alive_), post = post_, file, found,
              ask_magic = services_.types.of(last_segment(file)).empty(),
              &stopping = services_.press.stopping(), &inspections = services_.inspections,
              done = std::move(done)] {
    auto inspection = std::make_shared<Result<Inspection>>(
        inspect(found.file->number(), found.identity,
                {last_segment(file), found.identity.size <= kept_in_memory, ask_magic, &stopping}));
    if (found.identity.size > kept_in_memory) share(inspections, file, found, *inspection);
    post([this, alive, file, found, done, inspection] {
      if (alive.expired()) return;
      done(*inspection ? assemble(file, found, &**inspection) : nullptr);
    });
  };
  return services_.press.submit(urgency, std::move(job));
}

std::shared_ptr<const Asset> Loader::assemble(const std::string& file, const Found& found,
                                              const Inspection* inspection) {
  Asset asset;
  asset.extra = action_.headers;
  Judge::Type type = judge_.type_of(file, inspection);
  asset.type = std::move(type.text);
  asset.sandboxed = type.sandboxed;
  judge(asset, file, inspection);
  std::vector<CodedFile> coded;
  if (is_compressible(asset.type)) {
    if (inspection) {
      coded = siblings_.find(asset, file, found.identity, inspection->digest);
    } else {
      asset.varies = siblings_.exist(file);  // they may be sent soon
    }
  }
  if (!coded.empty()) asset.varies = true;
  return finish_asset(std::move(asset), file, found.identity, inspection, std::move(coded));
}

void Loader::judge(Asset& asset, const std::string& file, const Inspection* inspection) {
  asset.caching = decide_caching(judge_.facts_of(file, inspection));
  if (!asset.caching.refused) return;
  services_.counters.fingerprints_refused.fetch_add(1, std::memory_order_relaxed);
  services_.log.once_a_minute(
      "fingerprint " + judge_.url_of(file), Log::Level::warning,
      (library_.root() / file).string() + ": " + asset.caching.reason +
          ", so it is sent with no-cache; build it again, under a new name if it was changed");
}

bool Loader::siblings_unchanged(const Asset& asset) const {
  return !asset.hashed || !is_compressible(asset.type) || siblings_.are_unchanged(asset);
}

}  // namespace frontis::media
