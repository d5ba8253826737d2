#include "media/loader.h"

#include <utility>

#include "base/text.h"
#include "http/compressible.h"
#include "media/alternates.h"
#include "media/dictionary.h"
#include "media/mime.h"

namespace frontis::media {

namespace {

constexpr std::uint64_t quick_size = 64 * 1024;             // read and hashed on the loop
constexpr std::uint64_t awaited_size = 8ULL * 1024 * 1024;  // a request waits for its hash
constexpr long most_keeping = 64;                           // each holds its file open

void share(Inspections& inspections, const Origin& origin, const Result<Inspection>& inspection) {
  if (inspection) {
    inspections.finish(origin.found.identity, last_segment(origin.file), *inspection);
  } else {
    inspections.give_up(origin.found.identity, last_segment(origin.file));
  }
}

}  // namespace

Loader::Loader(const config::FilesAction& action, const Library& library, Services& services,
               std::shared_ptr<ManifestWatch> manifests, std::string url_prefix, Post post,
               std::function<void(const std::string&)> sibling_proved)
    : action_(action),
      library_(library),
      services_(services),
      judge_(action, services, std::move(manifests), std::move(url_prefix)),
      siblings_(library, services, post, std::move(sibling_proved)),
      pressed_(services),
      post_(std::move(post)) {}

bool Loader::is_quick(const Origin& origin) const {
  return origin.found.identity.size <= quick_size &&
         !services_.types.of(last_segment(origin.file)).empty();
}

bool Loader::is_worth_waiting(const Origin& origin) {
  // Nothing is known of a copy until it has been compared, whatever that takes.
  return origin.kept || origin.found.identity.size <= awaited_size;
}

std::shared_ptr<const Asset> Loader::load_now(const Origin& origin, bool seek) {
  const auto inspection = inspect(origin.found.file->number(), origin.found.identity,
                                  {.file_name = last_segment(origin.file),
                                   .keep_bytes = true,
                                   .ask_activity = action_.uploads});
  return assemble(origin, inspection ? &*inspection : nullptr, seek);
}

std::shared_ptr<const Asset> Loader::load_unseen(const Origin& origin) {
  return assemble(origin, nullptr);
}

std::shared_ptr<const Asset> Loader::load_known(const Origin& origin) {
  if (origin.found.identity.size <= kept_in_memory) return nullptr;
  const auto known = services_.inspections.find(origin.found.identity, last_segment(origin.file));
  return known ? assemble(origin, &*known) : nullptr;
}

bool Loader::begin_inspection(const Origin& origin) {
  return services_.inspections.begin(origin.found.identity, last_segment(origin.file));
}

void Loader::give_up_inspection(const Origin& origin) {
  services_.inspections.give_up(origin.found.identity, last_segment(origin.file));
}

bool Loader::load_later(const Origin& origin, Press::Urgency urgency, Done done) {
  auto job = [this, alive = std::weak_ptr<bool>(alive_), post = post_, origin,
              ask_magic = services_.types.of(last_segment(origin.file)).empty(),
              &services = services_, done = std::move(done)] {
    const bool is_small = origin.found.identity.size <= kept_in_memory;
    auto inspection = std::make_shared<Result<Inspection>>(
        inspect(origin.found.file->number(), origin.found.identity,
                {.file_name = last_segment(origin.file),
                 .keep_bytes = is_small,
                 .ask_magic = ask_magic,
                 .give_up = &services.press.stopping()}));
    if (!is_small) share(services.inspections, origin, *inspection);
    if (*inspection) Pressed::check(services.variants, (*inspection)->digest);
    post([this, alive, origin, done, inspection] {
      if (alive.expired()) return;
      done(*inspection ? assemble(origin, &**inspection) : nullptr);
    });
  };
  return services_.press.submit(urgency, std::move(job));
}

std::shared_ptr<const Asset> Loader::assemble(const Origin& origin, const Inspection* inspection,
                                              bool seek) {
  if (origin.kept && !inspection) return nullptr;
  if (origin.kept && inspection->digest != origin.kept->content) {
    give_up_kept(origin.kept->content);
    return nullptr;
  }
  Asset asset;
  asset.extra = action_.headers;
  Judge::Type type = judge_.type_of(origin.file, inspection);
  asset.type = std::move(type.text);
  asset.sandboxed = type.sandboxed;
  asset.by_accept = origin.by_accept;
  const CachingFacts facts = judge(asset, origin, inspection);
  find_alternates(asset, origin);
  std::vector<CodedFile> coded;
  if (http::is_compressible(asset.type)) {
    asset.sought = seek;
    asset.varies = !seek;  // there may be some
    if (seek) coded = find_codings(asset, origin, inspection, facts);
  }
  if (inspection) keep(origin, facts, *inspection);
  return finish_asset(std::move(asset), origin.file, origin.found.identity, inspection,
                      std::move(coded), origin.kept ? Place::kept : Place::root);
}

CachingFacts Loader::judge(Asset& asset, const Origin& origin, const Inspection* inspection) {
  CachingFacts facts =
      judge_.facts_of(origin.file, inspection, origin.kept && origin.kept->by_list);
  asset.caching = decide_caching(facts);
  if (!asset.caching.refused) return facts;
  services_.counters.fingerprints_refused.fetch_add(1, std::memory_order_relaxed);
  services_.log.once_a_minute(
      "fingerprint " + judge_.url_of(origin.file), Log::Level::warning,
      (library_.root() / origin.file).string() + ": " + asset.caching.reason +
          ", so it is sent with no-cache; build it again, under a new name if it was changed");
  return facts;
}

std::vector<CodedFile> Loader::find_codings(Asset& asset, const Origin& origin,
                                            const Inspection* inspection,
                                            const CachingFacts& facts) {
  std::vector<CodedFile> coded;
  const Found& found = origin.found;
  if (!inspection) {
    asset.varies = siblings_.exist(origin.file) || pressed_.may_come(found.identity.size);
    return coded;
  }
  if (!origin.kept) {
    coded = siblings_.find(asset, origin.file, found.identity, inspection->digest);
  }
  pressed_.add_variants(asset, found, inspection->digest, coded);
  if (is_dictionary(asset, facts)) {
    const std::string url = judge_.url_of(origin.file);
    asset.dictionary = use_as_dictionary(url.substr(url.find('/')), asset.type);
    if (!asset.dictionary.empty()) asset.logical = logical_name(url);
    pressed_.add_deltas(asset, found, inspection->digest, coded);
  }
  if (!coded.empty()) asset.varies = true;
  return coded;
}

// Clients keep it, and its next version will have much in common with it.
bool Loader::is_dictionary(const Asset& asset, const CachingFacts& facts) const {
  return services_.maker && services_.maker->makes_deltas() && is_delta_type(asset.type) &&
         judge_.is_worth_keeping(facts) && asset.caching.max_age.value_or(0) > 0;
}

void Loader::find_alternates(Asset& asset, const Origin& origin) const {
  if (!action_.modern_images || origin.kept) return;
  asset.alternates =
      media::find_alternates(library_, origin.file, asset.type, origin.found.identity);
  if (!asset.alternates.empty()) asset.by_accept = true;
}

// Has a version that will be asked for after the next deploy kept, while it is open. Beyond
// `most_keeping` it is for press's rounds.
void Loader::keep(const Origin& origin, const CachingFacts& facts, const Inspection& inspection) {
  if (origin.kept || !services_.maker || !services_.maker->works() ||
      !judge_.is_worth_keeping(facts))
    return;
  const std::string url = judge_.url_of(origin.file);
  if (!services_.kept.is_wanted(url, inspection.digest)) return;
  if (keeping_.use_count() > most_keeping) return;
  services_.press.submit(
      Press::Urgency::soon,
      [&kept = services_.kept, url, found = origin.found, content = inspection.digest,
       by_list = !facts.verified.has_value(), keeping = keeping_] {
        kept.keep({url, logical_name(url), content, by_list, found.identity, found.file->number()});
      });
}

void Loader::give_up_kept(const Sha256& content) {
  if (!services_.maker || !services_.maker->works()) return;
  services_.press.submit(Press::Urgency::soon,
                         [&kept = services_.kept, content] { kept.forget(content); });
}

bool Loader::is_up_to_date(const Asset& asset) const {
  if (!asset.hashed) return true;
  const bool is_kept = asset.identity().place == Place::kept;
  if (asset.sought && http::is_compressible(asset.type)) {
    if (!is_kept && !siblings_.are_unchanged(asset)) return false;
    if (!pressed_.is_unchanged(asset)) return false;
  }
  if (!action_.modern_images || is_kept) return true;
  const auto alternates = media::find_alternates(library_, asset.identity().file, asset.type,
                                                 asset.identity().identity);
  return alternates == asset.alternates;
}

}  // namespace frontis::media
