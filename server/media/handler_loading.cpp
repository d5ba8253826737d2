// What becomes of a request for a file that the cache does not have: it is found, loaded, now or
// while the exchange waits, and kept; or there is none.
#include <utility>

#include "base/text.h"
#include "http/target.h"
#include "media/explanation.h"
#include "media/handler.h"

namespace frontis::media {

class FilesHandler::Waiting final : public http::Call {
 public:
  Waiting(std::shared_ptr<Pending> pending, std::size_t place)
      : pending_(std::move(pending)), place_(place) {}
  ~Waiting() override { pending_->waiting[place_] = nullptr; }

 private:
  std::shared_ptr<Pending> pending_;
  std::size_t place_;
};

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

}  // namespace frontis::media
