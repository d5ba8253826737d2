#include "media/handler.h"

#include <utility>

#include "base/text.h"
#include "http/target.h"
#include "media/alternates.h"
#include "media/explanation.h"

namespace frontis::media {

namespace {

constexpr std::string_view allowed = "GET, HEAD, OPTIONS";
constexpr std::chrono::seconds recheck_after{1};

void note(http::Exchange& exchange, std::string line) {
  if (exchange.explanation) exchange.explanation->push_back(std::move(line));
}

}  // namespace

class FilesHandler::Waiting final : public http::Call {
 public:
  Waiting(std::shared_ptr<Pending> pending, std::size_t place)
      : pending_(std::move(pending)), place_(place) {}
  ~Waiting() override { pending_->waiting[place_] = nullptr; }

 private:
  std::shared_ptr<Pending> pending_;
  std::size_t place_;
};

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
                                library_.root().string() +
                                    " is not a directory that can be opened: its files are 404 "
                                    "until it is back; put it there or change 'files:'");
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

// Where there is no such file: perhaps the root has just been switched, or the file has gone in
// a deploy and was kept.
Result<Located> FilesHandler::locate(std::string_view path) {
  auto found = finder_.find(path);
  if (found || found.error().kind != ErrorKind::not_found) return found;
  if (library_.refresh()) {
    trusted_from_ = now_;
    found = finder_.find(path);
    if (found) return found;
  }
  if (!is_last_) return found;
  if (auto kept = finder_.find_kept(path)) return std::move(*kept);
  return found;
}

void FilesHandler::load(http::Exchange& exchange, std::string_view path) {
  exchange.notes.is_cold = true;
  const auto located = locate(path);
  if (!located) {
    cache_.erase(number_, path);
    return not_found(exchange, path, located.error());
  }
  if (located->needs_slash) return redirect_to_slash(exchange);
  load(exchange, path, *located);
}

void FilesHandler::load(http::Exchange& exchange, std::string_view path, const Located& located) {
  const Origin& origin = located.origin;
  if (loader_.is_quick(origin)) {
    const bool seek = exchange.explanation || accepted_codings(exchange.request()).take_codings();
    return serve_loaded(exchange, path, loader_.load_now(origin, seek), located);
  }
  if (auto known = loader_.load_known(origin)) {
    return serve_loaded(exchange, path, std::move(known), located);
  }
  if (Loader::is_worth_waiting(origin)) {
    return load_later(exchange, std::string(path), located);
  }
  const auto kept = keep(path, loader_.load_unseen(origin), located);
  hash_in_background(std::string(path), located);
  serve(exchange, path, kept, origin.found.file);
}

void FilesHandler::serve_loaded(http::Exchange& exchange, std::string_view path,
                                std::shared_ptr<const Asset> asset, const Located& located) {
  if (!asset) return damaged(exchange, path);
  serve(exchange, path, keep(path, std::move(asset), located), located.origin.found.file);
}

// A kept version that is no longer what it was: as if it had never been kept.
void FilesHandler::damaged(http::Exchange& exchange, std::string_view path) {
  cache_.erase(number_, path);
  not_found(exchange, path, {ErrorKind::not_found, "the version that was kept is damaged"});
}

void FilesHandler::load_later(http::Exchange& exchange, const std::string& path,
                              const Located& located) {
  const auto [pending, is_new] = pending_for(path, located);
  pending->waiting.push_back(&exchange);
  exchange.hold(std::make_unique<Waiting>(pending, pending->waiting.size() - 1));
  if (!is_new || submit(path, located, pending, Press::Urgency::request_waits)) return;
  // Press is full: the answer is right, but weaker.
  arrived(path, located, nullptr, pending);
}

void FilesHandler::hash_in_background(const std::string& path, const Located& located) {
  // Another loop may be at it: what it finds is seen when the entry is looked at again.
  if (!loader_.begin_inspection(located.origin)) return;
  if (submit(path, located, pending_for(path, located).first, Press::Urgency::soon)) return;
  loader_.give_up_inspection(located.origin);
  pending_.erase(path);
}

// What waits for this content of the file, and whether it is new. Who comes after a change does
// not wait with those who came before it: they get what there was then.
std::pair<std::shared_ptr<FilesHandler::Pending>, bool> FilesHandler::pending_for(
    const std::string& path, const Located& located) {
  auto& pending = pending_[path];
  if (pending && pending->identity == located.origin.found.identity) return {pending, false};
  pending = std::make_shared<Pending>(Pending{located.origin.found.identity});
  return {pending, true};
}

bool FilesHandler::submit(const std::string& path, const Located& located,
                          const std::shared_ptr<Pending>& pending, Press::Urgency urgency) {
  return loader_.load_later(located.origin, urgency,
                            [this, path, located, pending](std::shared_ptr<const Asset> asset) {
                              arrived(path, located, std::move(asset), pending);
                            });
}

void FilesHandler::arrived(const std::string& path, const Located& located,
                           std::shared_ptr<const Asset> asset,
                           const std::shared_ptr<Pending>& pending) {
  if (!asset) asset = loader_.load_unseen(located.origin);
  const auto newest = pending_.find(path);
  if (newest != pending_.end() && newest->second == pending) {
    pending_.erase(newest);
    if (asset) keep(path, asset, located);
  }
  for (std::size_t i = 0; i < pending->waiting.size(); ++i) {
    http::Exchange* exchange = std::exchange(pending->waiting[i], nullptr);
    if (!exchange) continue;
    if (!asset) {
      damaged(*exchange, path);
    } else {
      serve(*exchange, path, asset, located.origin.found.file);
    }
  }
}

std::shared_ptr<const Asset> FilesHandler::keep(std::string_view path,
                                                std::shared_ptr<const Asset> asset,
                                                const Located& located) {
  if (!cache_.welcomes(number_, path, *asset)) return asset;
  AssetCache::Entry entry;
  entry.asset = asset;
  entry.open = located.origin.found.file;
  entry.checked = located.seen;
  entry.generation = located.generation;
  // What could not be read whole, or not yet, is tried again.
  entry.unsettled = located.unsettled || !asset->hashed;
  cache_.put(number_, path, std::move(entry));
  return asset;
}

void FilesHandler::forget(const std::string& file) {
  cache_.erase(number_, file);
  for (const std::string& index : action_.index) {
    if (file.ends_with(index)) {
      cache_.erase(number_, std::string_view(file).substr(0, file.size() - index.size()));
    }
  }
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
    note(exchange, "it has gone from its root, and is answered from the version that was kept");
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
  note(exchange, "Accept names " + chosen->type + ", and " + chosen->file + " is smaller");
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

void FilesHandler::not_found(http::Exchange& exchange, std::string_view path, const Error& error) {
  if (exchange.explanation) {
    note(exchange, "no file for '" + printable(path) + "' in " + library_.root().string() + ": " +
                       error.message);
  }
  if (error.kind != ErrorKind::not_found) {
    services_.log.once_a_minute(
        "open " + library_.root().string(), Log::Level::error,
        (library_.root() / printable(path)).string() + ": " + error.message);
    return exchange.respond(http::plain_response(http::status_of(error.kind)));
  }
  // A page of the application under the name of a missing script would be kept as the script.
  if (is_last_ && loader_.rules().is_fingerprinted_name(path)) {
    note(exchange, "the name is fingerprinted, so the answer is 404 no-store and not the app's");
    exchange.notes.cache = "no-store";
    return exchange.respond(http::plain_response(404));
  }
  exchange.pass();
}

// `path` is normalized, so it begins with one slash and cannot name another host.
void FilesHandler::redirect_to_slash(http::Exchange& exchange) {
  const http::Request& request = exchange.request();
  std::string to = http::encode_path(request.path()) + "/";
  if (request.has_query) to.append("?").append(request.query());
  note(exchange, "a directory: redirect to " + to);
  http::Response response = http::plain_response(301);
  http::HeaderBlock head;
  head.add("Location", to);
  head.add("Content-Type", "text/plain; charset=utf-8");
  for (const auto& [name, value] : action_.headers) head.add(name, value);
  response.head = std::make_shared<const http::HeaderBlock>(std::move(head));
  exchange.respond(std::move(response));
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
