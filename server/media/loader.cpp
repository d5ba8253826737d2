#include "media/loader.h"

#include <algorithm>

namespace frontis::media {

namespace {

constexpr std::uint64_t quick_size = 64 * 1024;             // read and hashed on the loop
constexpr std::uint64_t kept_size = 64 * 1024;              // bytes stay in memory
constexpr std::uint64_t awaited_size = 8ULL * 1024 * 1024;  // a request waits for its hash
constexpr std::string_view defused_type = "text/plain; charset=utf-8";

std::string_view last_segment(std::string_view path) {
  return path.substr(path.rfind('/') + 1);  // npos + 1 is 0
}

// HTML, scripts under each of their names, and XML, which may hold XHTML wherever it is a page.
bool is_active_type(std::string_view type) {
  const std::string_view essence = type.substr(0, type.find(';'));
  const auto holds = [essence](std::string_view word) {
    return essence.find(word) != essence.npos;
  };
  if (essence == "image/svg+xml") return false;  // it has rules of its own
  return essence == "text/html" || essence.ends_with("+xml") || essence.ends_with("/xml") ||
         essence == "text/xsl" || holds("javascript") || holds("ecmascript") || holds("jscript") ||
         holds("livescript");
}

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
      url_prefix_(std::move(url_prefix)),
      post_(std::move(post)),
      sibling_proved_(std::move(sibling_proved)) {}

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
  if (found.identity.size <= kept_size) return nullptr;
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
                {last_segment(file), found.identity.size <= kept_size, ask_magic, &stopping}));
    if (found.identity.size > kept_size) share(inspections, file, found, *inspection);
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
  set_type(asset, file, inspection);
  judge(asset, file, inspection);
  std::vector<CodedFile> coded;
  if (inspection) {
    coded = coded_files(asset, file, found.identity, inspection->digest);
  } else {
    asset.varies = has_siblings(asset.type, file);  // they may be sent soon
  }
  return finish_asset(std::move(asset), file, found.identity, inspection, std::move(coded));
}

void Loader::set_type(Asset& asset, std::string_view file, const Inspection* inspection) const {
  const std::string_view by_name = services_.types.of(last_segment(file));
  asset.type = !by_name.empty()                           ? std::string(by_name)
               : inspection && !inspection->magic.empty() ? inspection->magic
                                                          : "application/octet-stream";
  if (!action_.uploads) return;
  // What a browser could run must not run in the site's name: only an SVG that says so keeps
  // its type, since as an image it is harmless, and the sandbox stops it as a page.
  const Activity activity = inspection ? inspection->activity : Activity::none;
  const bool honest_svg = asset.type.starts_with("image/svg+xml");
  const bool disguised = activity != Activity::none && !(honest_svg && activity == Activity::svg);
  asset.sandboxed = disguised || honest_svg || is_active_type(asset.type);
  if (disguised || is_active_type(asset.type)) asset.type = defused_type;
}

void Loader::judge(Asset& asset, const std::string& file, const Inspection* inspection) {
  CachingFacts facts;
  facts.policy = action_.cache;
  facts.surely_fingerprinted = has_django_fingerprint(last_segment(file));
  facts.listed = manifests_->current()->lists(file);
  if (inspection) {
    facts.hashed = true;
    facts.verified = inspection->scheme;
    if (!facts.verified && (facts.listed || is_declared(file))) {
      const auto verdict = services_.pins.check(url_prefix_ + file, inspection->digest);
      if (verdict == Pins::Verdict::changed) facts.watched = Watched::changed;
      if (verdict == Pins::Verdict::first || verdict == Pins::Verdict::same) {
        facts.watched = Watched::steady;
      }
    }
  }
  asset.caching = decide_caching(facts);
  if (!asset.caching.refused) return;
  services_.counters.fingerprints_refused.fetch_add(1, std::memory_order_relaxed);
  services_.log.once_a_minute(
      "fingerprint " + url_prefix_ + file, Log::Level::warning,
      (library_.root() / file).string() + ": " + asset.caching.reason +
          ", so it is sent with no-cache; build it again, under a new name if it was changed");
}

bool Loader::is_declared(std::string_view file) const {
  return std::any_of(action_.fingerprinted.begin(), action_.fingerprinted.end(),
                     [file](const std::string& prefix) { return file.starts_with(prefix); });
}

bool Loader::is_fingerprinted_name(std::string_view file) const {
  const std::string_view name = last_segment(file);  // empty for a directory
  return !name.empty() && (is_surely_fingerprinted(name) || is_declared(file));
}

std::vector<CodedFile> Loader::coded_files(Asset& asset, const std::string& file,
                                           const Identity& identity, const Sha256& content) {
  std::vector<CodedFile> coded;
  if (!is_compressible(asset.type)) return coded;
  for (const http::CodingName& row : http::coding_names) {
    if (row.coding == http::Coding::identity) continue;
    if (auto found = coded_file(asset, file, row, identity, content)) {
      coded.push_back(std::move(*found));
    }
  }
  if (!coded.empty()) asset.varies = true;
  return coded;
}

std::optional<CodedFile> Loader::coded_file(Asset& asset, const std::string& file,
                                            const http::CodingName& row, const Identity& identity,
                                            const Sha256& content) {
  const std::string name = file + std::string(row.file_suffix);
  const auto there = library_.identify(name);
  if (!there) return std::nullopt;
  const auto sibling = library_.find(name);
  // A sibling that could not be opened for want of something is looked for again.
  if (!sibling && sibling.error().kind != ErrorKind::not_found) return std::nullopt;
  asset.siblings[static_cast<std::size_t>(row.coding)] = *there;
  if (!sibling) asset.remarks.push_back(name + " is not used: " + sibling.error().message);
  if (!sibling || sibling->kind != Found::Kind::file) return std::nullopt;
  if (sibling->identity.size >= identity.size) {
    asset.remarks.push_back(name + " is not used: it is not smaller");
    return std::nullopt;
  }
  const auto proof = proof_of(asset, file, *sibling, row, identity, content);
  if (!proof) return std::nullopt;
  CodedFile coded{row.coding, name, sibling->identity, proof->own_digest, nullptr};
  if (sibling->identity.size > kept_size) return coded;
  const auto read = inspect(sibling->file->number(), sibling->identity,
                            {last_segment(name), true, false, nullptr});
  if (!read || read->digest != proof->own_digest) {
    services_.proofs.give_up(sibling->identity, content);
    await_proof(asset, name, *sibling);
    return std::nullopt;
  }
  coded.bytes = read->bytes;
  return coded;
}

// None while `sibling` is not known to hold the content.
std::optional<Proof> Loader::proof_of(Asset& asset, const std::string& file, const Found& sibling,
                                      const http::CodingName& row, const Identity& identity,
                                      const Sha256& content) {
  const std::string name = file + std::string(row.file_suffix);
  auto known = services_.proofs.find_or_begin(sibling.identity, content);
  if (!known) {
    prove(file, sibling, row, identity, content);
    known = services_.proofs.find(sibling.identity, content);  // press may be done
  }
  if (!known || known->pending) {
    await_proof(asset, name, sibling);
    return std::nullopt;
  }
  if (known->proof.same) return known->proof;
  asset.remarks.push_back(name + " is not used: it does not hold the same content");
  return std::nullopt;
}

void Loader::await_proof(Asset& asset, const std::string& name, const Found& sibling) const {
  asset.varies = true;  // it may be sent soon
  asset.awaited.push_back(sibling.identity);
  asset.remarks.push_back(name + " is not used yet: it is being compared");
}

void Loader::prove(const std::string& file, const Found& sibling, const http::CodingName& row,
                   const Identity& identity, const Sha256& content) {
  auto job = [this, alive = std::weak_ptr<bool>(alive_), post = post_, &services = services_,
              path = (library_.root() / file).string(), file, sibling, row, size = identity.size,
              content] {
    const auto proof = prove_sibling(sibling.file->number(), row.coding, size, content,
                                     &services.press.stopping());
    if (!proof || identity_of(sibling.file->number()) != sibling.identity) {
      return services.proofs.give_up(sibling.identity, content);
    }
    services.proofs.finish(sibling.identity, content, *proof);
    if (!proof->same) {
      services.counters.siblings_refused.fetch_add(1, std::memory_order_relaxed);
      services.log.once_a_minute(
          "sibling " + path + std::string(row.file_suffix), Log::Level::warning,
          path + std::string(row.file_suffix) + " does not hold the same content as " + path +
              " and is not used; compress it again or delete it");
    }
    post([this, alive, file] {
      if (!alive.expired()) sibling_proved_(file);
    });
  };
  if (!services_.press.submit(Press::Urgency::background, std::move(job))) {
    services_.proofs.give_up(sibling.identity, content);
  }
}

bool Loader::has_siblings(std::string_view type, const std::string& file) const {
  if (!is_compressible(type)) return false;
  return std::any_of(http::coding_names.begin(), http::coding_names.end(), [&](const auto& row) {
    return row.coding != http::Coding::identity &&
           library_.identify(file + std::string(row.file_suffix));
  });
}

bool Loader::siblings_unchanged(const Asset& asset) const {
  if (!asset.hashed || !is_compressible(asset.type)) return true;
  // Another loop may have begun the comparison, and then nobody tells this one of its end.
  for (const Identity& awaited : asset.awaited) {
    const auto known = services_.proofs.find(awaited, asset.digest);
    if (!known || !known->pending) return false;
  }
  for (const http::CodingName& row : http::coding_names) {
    if (row.coding == http::Coding::identity) continue;
    const auto now = library_.identify(asset.identity().file + std::string(row.file_suffix));
    const auto& seen = asset.siblings[static_cast<std::size_t>(row.coding)];
    if (now.has_value() != seen.has_value() || (now && *now != *seen)) return false;
  }
  return true;
}

}  // namespace frontis::media
