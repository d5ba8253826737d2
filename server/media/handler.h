// The files action: answers GET and HEAD from a directory. A file seen before is answered from
// the cache with one look-up; otherwise it is opened, known (loader) and kept. Passes on what
// the directory does not have. One for each action and loop.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "config/settings.h"
#include "http/exchange.h"
#include "media/answer.h"
#include "media/asset_cache.h"
#include "media/finder.h"
#include "media/library.h"
#include "media/loader.h"

namespace frontis::media {

class FilesHandler final : public http::Handler {
 public:
  // All references outlive the handler; `number` tells its entries in `cache` from others'.
  // `is_last`: no other files action is tried after this one, so it is the one that knows what is
  // missing.
  FilesHandler(const config::FilesAction& action, std::uint32_t number, AssetCache& cache,
               Services& services, std::shared_ptr<ManifestWatch> manifests, std::string url_prefix,
               Post post, bool is_last = true);
  ~FilesHandler() override;

  void handle(http::Exchange& exchange) override;

 private:
  // The exchanges that wait for one content of a file to be looked at; a client that leaves
  // empties its place.
  struct Pending {
    Identity identity;
    std::vector<http::Exchange*> waiting = {};
  };
  class Waiting;

  // From the cache to the answer (handler.cpp).
  void look_around();
  AssetCache::Entry* fresh_entry(std::string_view path, bool takes_codings);
  bool is_unchanged(AssetCache::Entry& entry, std::string_view path) const;
  const http::CodingWeights& accepted_codings(const http::Request& request);
  void serve(http::Exchange& exchange, std::string_view path,
             const std::shared_ptr<const Asset>& asset, std::shared_ptr<const Descriptor> file);
  void respond(http::Exchange& exchange, const Asset& asset, const Decision& decision,
               std::shared_ptr<const Descriptor> content);
  void serve_plain(http::Exchange& exchange, std::string_view path, Asset asset,
                   std::shared_ptr<const Descriptor> file);
  bool serve_alternate(http::Exchange& exchange, const Asset& asset);
  std::shared_ptr<const Descriptor> open(const Asset& asset, const Variant& variant,
                                         std::string_view path);
  std::shared_ptr<const Descriptor> open_anew(const Asset& asset, const Variant& variant) const;
  std::optional<Caching> earned_by_query(const http::Request& request, const Asset& asset,
                                         std::string_view path);
  std::string_view md5_of(const Asset& asset, std::string_view path);
  void other_method(http::Exchange& exchange, std::string_view path);

  // What is not in the cache (handler_loading.cpp).
  Result<Located> locate(std::string_view path);
  void load(http::Exchange& exchange, std::string_view path);
  void load(http::Exchange& exchange, std::string_view path, const Located& located);
  void serve_loaded(http::Exchange& exchange, std::string_view path,
                    std::shared_ptr<const Asset> asset, const Located& located);
  void damaged(http::Exchange& exchange, std::string_view path);
  void load_later(http::Exchange& exchange, const std::string& path, const Located& located);
  void hash_in_background(const std::string& path, const Located& located);
  std::pair<std::shared_ptr<Pending>, bool> pending_for(const std::string& path,
                                                        const Located& located);
  bool submit(const std::string& path, const Located& located,
              const std::shared_ptr<Pending>& pending, Press::Urgency urgency);
  void arrived(const std::string& path, const Located& located, std::shared_ptr<const Asset> asset,
               const std::shared_ptr<Pending>& pending);
  std::shared_ptr<const Asset> keep(std::string_view path, std::shared_ptr<const Asset> asset,
                                    const Located& located);
  void forget(const std::string& file);
  void not_found(http::Exchange& exchange, std::string_view path, const Error& error);
  void redirect_to_slash(http::Exchange& exchange);

  const config::FilesAction& action_;
  const std::uint32_t number_;
  const bool is_last_;
  AssetCache& cache_;
  Services& services_;
  std::shared_ptr<ManifestWatch> manifests_;
  Library library_;
  Loader loader_;
  Finder finder_;
  std::unordered_map<std::string, std::shared_ptr<Pending>> pending_;
  std::string scratch_;
  http::LastCodingWeights accepted_;
  Instant now_{};           // of the request that is being handled
  Instant looked_{};        // when look_around() last looked
  Instant trusted_from_{};  // entries checked before this are looked at again
};

}  // namespace frontis::media
