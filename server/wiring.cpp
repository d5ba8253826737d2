#include "wiring.h"

#include <algorithm>
#include <variant>

#include "app/handler.h"
#include "app/memcached_handler.h"
#include "base/clock.h"
#include "http/fixed_handler.h"
#include "media/handler.h"

namespace frontis {

namespace {

std::unique_ptr<media::Index> open_index(const std::filesystem::path& state, Log& log) {
  if (state.empty()) return nullptr;
  auto index = media::Index::open(state, log);
  if (index) return std::move(*index);
  log.warning("{}; until then nothing is compressed and no version is kept", index.error().message);
  return nullptr;
}

// Files are pinned and kept by the URL under which they are seen.
std::string url_prefix_of(const config::Site& site, const config::Route& route) {
  return site.names.front() + (route.is_prefix() ? route.path : "/");
}

bool is_last_files(const config::Route& route, const config::FilesAction& files) {
  const auto last = std::find_if(route.chain.rbegin(), route.chain.rend(), [](const auto& action) {
    return std::holds_alternative<config::FilesAction>(action);
  });
  return &std::get<config::FilesAction>(*last) == &files;
}

// The loader has seen to it that there is one.
const config::App& app_named(const config::Settings& settings, const std::string& name) {
  return *std::find_if(settings.apps.begin(), settings.apps.end(),
                       [&name](const config::App& app) { return app.name == name; });
}

std::vector<app::InternalRoot> internal_roots(const config::Site& site) {
  std::vector<app::InternalRoot> roots;
  for (const config::Route& route : site.routes) {
    if (!route.is_internal() || !route.is_prefix()) continue;
    for (const config::Action& action : route.chain) {
      const auto* files = std::get_if<config::FilesAction>(&action);
      if (files != nullptr) roots.push_back({files->root, route.path});
    }
  }
  return roots;
}

}  // namespace

SharedMedia::SharedMedia(const config::Settings& settings, Press press, Log& log,
                         const std::filesystem::path& made)
    : press_(std::make_unique<media::Press>(press == Press::works ? settings.press.threads : 0, log,
                                            settings.press.share)),
      pins_(settings.state, *press_, log),
      index_(open_index(settings.state, log)),
      variants_(made / "variants", settings.press.size, index_.get(), log),
      maker_(settings.press, variants_, *press_, log, coarse_now, press == Press::works),
      kept_(made / "kept", settings.keep, index_.get(), log),
      services_{*press_,
                pins_,
                proofs_,
                inspections_,
                index_.get(),
                variants_,
                index_ ? &maker_ : nullptr,
                kept_,
                types_,
                counters_,
                log} {}

SharedMedia::~SharedMedia() { stop(std::chrono::hours(1)); }

observe::MediaFigures SharedMedia::look() const {
  observe::MediaFigures figures;
  figures.fingerprints_refused = counters_.fingerprints_refused.load(std::memory_order_relaxed);
  figures.siblings_refused = counters_.siblings_refused.load(std::memory_order_relaxed);
  figures.kept_served = counters_.kept_served.load(std::memory_order_relaxed);
  figures.variants_made = maker_.made();
  const auto variants = variants_.totals();
  figures.variant_files = variants.files;
  figures.variant_bytes = variants.bytes;
  const auto backlog = press_->backlog();
  std::copy(backlog.begin(), backlog.end(), figures.backlog.begin());
  return figures;
}

bool SharedMedia::stop(std::chrono::milliseconds patience) {
  if (press_ && !press_->end_within(patience)) return false;
  press_.reset();
  return true;
}

FileRoots::FileRoots(const config::Settings& settings, SharedMedia& media, Log& log)
    : media_(media) {
  for (const config::Site& site : settings.sites) {
    for (const config::Route& route : site.routes) {
      for (const config::Action& action : route.chain) {
        if (const auto* files = std::get_if<config::FilesAction>(&action)) {
          const auto manifests =
              std::make_shared<media::ManifestWatch>(*files, media.services().press, log);
          manifests_[files] = manifests;
          roots_.push_back({files, manifests, url_prefix_of(site, route)});
        }
      }
    }
  }
}

FileRoots::~FileRoots() { stop(); }

void FileRoots::start(std::shared_ptr<const config::Settings> settings) {
  rounds_ = media::Rounds::begin(roots_, media_.services(), std::move(settings));
}

void FileRoots::stop() {
  if (rounds_) rounds_->stop();
}

Handlers::Handlers(const config::Settings& settings, SharedMedia& media, const FileRoots& roots,
                   Apps apps, media::Post post)
    : media_(media),
      roots_(roots),
      post_(std::move(post)),
      settings_(settings),
      apps_(apps),
      cache_(settings.limits.hot_cache) {
  if (apps_.shared) pools_ = apps_.shared->pools(*apps_.loop, *apps_.timers);
  for (const config::Site& site : settings.sites) {
    router_.add(site);
    for (const config::Route& route : site.routes) {
      std::vector<http::Handler*> chain;
      for (const config::Action& action : route.chain) {
        handlers_.push_back(make(site, route, action));
        chain.push_back(handlers_.back().get());
      }
      router_.add(site, route, std::move(chain));
    }
  }
  router_.seal();
}

std::unique_ptr<http::Handler> Handlers::make(const config::Site& site, const config::Route& route,
                                              const config::Action& action) {
  if (const auto* files = std::get_if<config::FilesAction>(&action)) {
    return std::make_unique<media::FilesHandler>(
        *files, static_cast<std::uint32_t>(handlers_.size()), cache_, media_.services(),
        roots_.manifests_of(*files), url_prefix_of(site, route), post_,
        is_last_files(route, *files));
  }
  if (const auto* app = std::get_if<config::AppAction>(&action)) return make_app(site, *app);
  if (const auto* memcached = std::get_if<config::MemcachedAction>(&action)) {
    return make_memcached(*memcached);
  }
  if (const auto* respond = std::get_if<config::RespondAction>(&action)) {
    return std::make_unique<http::RespondHandler>(*respond);
  }
  return std::make_unique<http::RedirectHandler>(std::get<config::RedirectAction>(action));
}

std::unique_ptr<http::Handler> Handlers::make_app(const config::Site& site,
                                                  const config::AppAction& action) {
  const auto pool = pools_.find(action.app);
  return std::make_unique<app::AppHandler>(app::Route{
      action, app_named(settings_, action.app), pool == pools_.end() ? nullptr : pool->second.get(),
      apps_.shared ? apps_.shared->cache() : nullptr, internal_roots(site)});
}

std::unique_ptr<http::Handler> Handlers::make_memcached(const config::MemcachedAction& action) {
  if (!apps_.shared) return std::make_unique<app::UnaskedHandler>(action);
  return std::make_unique<app::MemcachedHandler>(
      action, apps_.shared->endpoint_of(action),
      app::MemcachedHandler::Place{*apps_.loop, *apps_.timers},
      [&types = media_.services().types](std::string_view path) { return types.of(path); },
      *apps_.log);
}

}  // namespace frontis
