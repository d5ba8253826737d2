#include "media/handler.h"

#include <utility>

#include "media/alternates.h"
#include "media/explanation.h"

namespace frontis::media {

namespace {

constexpr std::string_view allowed = "GET, HEAD, OPTIONS";
constexpr std::chrono::seconds recheck_after{1};

}  // namespace

FilesHandler::FilesHandler(const config::FilesAction& action, std::uint32_t number,
                           AssetCache& cache, Services& services,
                           std::shared_ptr<ManifestWatch> manifests, std::string url_prefix,
                           Post post, bool is_last)
    : action_(action),
      number_(number),
      is_last_(is_last),
      cache_(cache),
      services_(services),
      manifests_(std::move(manifests)),
      library_(action),
      loader_(action, library_, services, manifests_, std::move(url_prefix), std::move(post),
              [this](const std::string& file) { forget(file); }),
      finder_(action, library_, loader_.rules(), services.kept, *manifests_) {}

FilesHandler::~FilesHandler() = default;

void FilesHandler::handle(http::Exchange& exchange) {
  const http::Request& request = exchange.request();
  const std::string_view path = request.path().substr(exchange.prefix_length);
  look_around();
  if (request.method != http::Method::get && request.method != http::Method::head) {
    return other_method(exchange, path);
  }
  const bool seek = accepted_codings(request).take_codings();
  if (const AssetCache::Entry* entry = fresh_entry(path, seek)) {
    return serve(exchange, path, entry->asset, nullptr);
  }
  load(exchange, path);
}

// Once a second: is the root still the same directory, and are the manifests?
void FilesHandler::look_around() {
  now_ = coarse_now();
  if (now_ - looked_ < recheck_after) return;
  looked_ = now_;
  if (library_.refresh()) trusted_from_ = now_;
  if (!library_.is_open()) {
    services_.log.once_a_minute("root " + library_.root().string(), Log::Level::error,
                                library_.closed_reason());
  }
  manifests_->refresh();
}

AssetCache::Entry* FilesHandler::fresh_entry(std::string_view path, bool takes_codings) {
  AssetCache::Entry* entry = cache_.find(number_, path);
  if (entry == nullptr || (takes_codings && !entry->asset->sought)) return nullptr;
  const bool recent = now_ - entry->checked < recheck_after;
  if (recent && entry->checked >= trusted_from_) return entry;
  if (!is_unchanged(*entry, path)) return nullptr;
  entry->checked = now_;
  return entry;
}

bool FilesHandler::is_unchanged(AssetCache::Entry& entry, std::string_view path) const {
  // What a manifest said, and what was still being written, are found out again.
  if (entry.generation != manifests_->generation() || entry.unsettled) return false;
  return finder_.is_unchanged(*entry.asset, path) && loader_.is_up_to_date(*entry.asset);
}

const http::CodingWeights& FilesHandler::accepted_codings(const http::Request& request) {
  return accepted_.of(request.combined(http::FieldName::accept_encoding, scratch_));
}

void FilesHandler::serve(http::Exchange& exchange, std::string_view path,
                         const std::shared_ptr<const Asset>& asset,
                         std::shared_ptr<const Descriptor> file) {
  const http::Request& request = exchange.request();
  if (!asset->alternates.empty() && serve_alternate(exchange, *asset)) return;
  const auto earned = earned_by_query(request, *asset, path);
  const Decision decision = decide(*asset, request, accepted_codings(request),
                                   earned ? &*earned : nullptr, wall_seconds(), scratch_);
  const Variant* variant = decision.variant;
  if (!decision.needs_content() || variant->bytes) {
    return respond(exchange, *asset, decision, nullptr);
  }
  auto content = file && variant == &asset->identity() ? file : open(*asset, *variant, path);
  if (content) return respond(exchange, *asset, decision, std::move(content));
  if (file) return serve_plain(exchange, path, *asset, std::move(file));
  // The file changed since it was last looked at: begin anew with what is there now, also where it
  // was an alternate. It ends, because what load() serves brings its own descriptor.
  forget(std::string(asset->identity().file));  // a copy: this may free the asset
  cache_.erase(number_, path);
  load(exchange, request.path().substr(exchange.prefix_length));
}

void FilesHandler::respond(http::Exchange& exchange, const Asset& asset, const Decision& decision,
                           std::shared_ptr<const Descriptor> content) {
  if (asset.identity().place == Place::kept) {
    services_.counters.kept_served.fetch_add(1, std::memory_order_relaxed);
    if (exchange.explanation) {
      note(exchange, "it has gone from its root, and is answered from the version that was kept");
    }
  }
  if (decision.variant) note_variant(asset, *decision.variant, exchange.notes);
  exchange.notes.cache = decision.caching->label;
  if (exchange.explanation) {
    explain_answer(asset, library_.root(), exchange.request(), decision, *exchange.explanation);
  }
  exchange.respond(respond_with(asset, decision, std::move(content)));
}

// The sibling that was chosen went away right after it was seen: the file itself will do.
void FilesHandler::serve_plain(http::Exchange& exchange, std::string_view path, Asset asset,
                               std::shared_ptr<const Descriptor> file) {
  asset.variants.resize(1);
  serve(exchange, path, std::make_shared<const Asset>(std::move(asset)), std::move(file));
}

// Answers with another file that shows the same, where the client asks for its type.
bool FilesHandler::serve_alternate(http::Exchange& exchange, const Asset& asset) {
  const auto accept = exchange.request().combined(http::FieldName::accept, scratch_);
  const Alternate* chosen = accept ? choose_alternate(asset.alternates, *accept) : nullptr;
  if (!chosen) return false;
  if (exchange.explanation) {
    note(exchange, "Accept names " + chosen->type + ", and " + chosen->file + " is smaller");
  }
  const std::string key = Finder::alternate_key(*chosen);
  if (const AssetCache::Entry* entry =
          fresh_entry(key, accepted_codings(exchange.request()).take_codings())) {
    serve(exchange, key, entry->asset, nullptr);
    return true;
  }
  const auto located = locate(key);
  if (located) load(exchange, key, *located);
  return located.has_value();
}

// Null unless the file still is what the variant describes.
std::shared_ptr<const Descriptor> FilesHandler::open(const Asset& asset, const Variant& variant,
                                                     std::string_view path) {
  AssetCache::Entry* entry = cache_.find(number_, path);
  const bool is_plain = entry && &entry->asset->identity() == &variant;
  if (is_plain) {
    auto open = entry->open.lock();
    if (open && identity_of(open->number()) == variant.identity) return open;
  }
  auto file = open_anew(asset, variant);
  if (is_plain && file) entry->open = file;
  return file;
}

std::shared_ptr<const Descriptor> FilesHandler::open_anew(const Asset& asset,
                                                          const Variant& variant) const {
  if (variant.place == Place::variants) {
    return services_.variants.open(variant.file, variant.identity);
  }
  const auto found = variant.place == Place::kept ? services_.kept.open(asset.digest)
                                                  : library_.find(variant.file);
  if (!found || found->kind != Found::Kind::file || found->identity != variant.identity) {
    return nullptr;
  }
  return found->file;
}

std::optional<Caching> FilesHandler::earned_by_query(const http::Request& request,
                                                     const Asset& asset, std::string_view path) {
  if (!request.has_query || !asset.hashed) return std::nullopt;
  if (action_.cache.kind != config::CachePolicy::Kind::automatic || asset.caching.refused) {
    return std::nullopt;
  }
  if (version_in_query(request.query()).empty()) return std::nullopt;
  if (!query_names_content(request.query(), asset.sha256, md5_of(asset, path),
                           asset.identity().identity.mtime_seconds(), wall_seconds())) {
    return std::nullopt;
  }
  return immutable_because("the query names the content by its digest or its time");
}

// Computed once for an entry, and only for files in memory: a request must not cost a reading.
std::string_view FilesHandler::md5_of(const Asset& asset, std::string_view path) {
  AssetCache::Entry* entry = cache_.find(number_, path);
  if (!entry || entry->asset.get() != &asset || !asset.identity().bytes) return {};
  if (entry->md5.empty()) {
    Digest digest(Digest::Algorithm::md5);
    digest.update(*asset.identity().bytes);
    entry->md5 = digest.finish_hex();
  }
  return entry->md5;
}

void FilesHandler::other_method(http::Exchange& exchange, std::string_view path) {
  const auto located = locate(path);
  if (!located) return not_found(exchange, path, located.error());
  note(exchange, "a file answers " + std::string(allowed));
  if (exchange.request().method != http::Method::options) {
    return exchange.respond(http::method_not_allowed(allowed));
  }
  http::HeaderBlock head;
  head.add("Allow", allowed);
  for (const auto& [name, value] : action_.headers) head.add(name, value);
  http::Response response;
  response.status = 204;
  response.head = std::make_shared<const http::HeaderBlock>(std::move(head));
  exchange.respond(std::move(response));
}

}  // namespace frontis::media
