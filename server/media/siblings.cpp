#include "media/siblings.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "media/mime.h"

namespace frontis::media {

Siblings::Siblings(const Library& library, Services& services, Post post,
                   std::function<void(const std::string&)> proved)
    : library_(library), services_(services), post_(std::move(post)), proved_(std::move(proved)) {}

std::vector<CodedFile> Siblings::find(Asset& asset, const std::string& file,
                                      const Identity& identity, const Sha256& content) {
  std::vector<CodedFile> coded;
  for (const http::CodingName& row : http::sibling_codings()) {
    if (auto found = find_one(asset, {file, identity, content}, row)) {
      coded.push_back(std::move(*found));
    }
  }
  return coded;
}

std::optional<CodedFile> Siblings::find_one(Asset& asset, const Original& original,
                                            const http::CodingName& row) {
  const std::string name = original.file + std::string(row.file_suffix);
  const auto there = library_.glance(name);
  if (!there) return std::nullopt;
  const auto sibling = library_.find(name);
  // A sibling that could not be opened for want of something is looked for again.
  if (!sibling && sibling.error().kind != ErrorKind::not_found) return std::nullopt;
  asset.siblings[static_cast<std::size_t>(row.coding)] = *there;
  if (!sibling) asset.remarks.push_back(name + " is not used: " + sibling.error().message);
  if (!sibling || sibling->kind != Found::Kind::file) return std::nullopt;
  if (sibling->identity.size >= original.identity.size) {
    asset.remarks.push_back(name + " is not used: it is not smaller");
    return std::nullopt;
  }
  const auto proof = proof_of(asset, original, *sibling, row);
  if (!proof) return std::nullopt;
  CodedFile coded{row.coding, Place::root, name, sibling->identity, proof->own_digest, nullptr};
  if (sibling->identity.size > kept_in_memory) return coded;
  const auto read =
      inspect(sibling->file->number(), sibling->identity,
              {.file_name = last_segment(name), .keep_bytes = true, .ask_activity = false});
  if (!read || read->digest != proof->own_digest) {
    services_.proofs.give_up(sibling->identity, original.content);
    await_proof(asset, name, *sibling);
    return std::nullopt;
  }
  coded.bytes = read->bytes;
  return coded;
}

// None while `sibling` is not known to hold the content.
std::optional<Proof> Siblings::proof_of(Asset& asset, const Original& original,
                                        const Found& sibling, const http::CodingName& row) {
  const std::string name = original.file + std::string(row.file_suffix);
  auto known = services_.proofs.find_or_begin(sibling.identity, original.content);
  if (!known) {
    prove(original, sibling, row);
    known = services_.proofs.find(sibling.identity, original.content);  // press may be done
  }
  if (!known || known->pending) {
    await_proof(asset, name, sibling);
    return std::nullopt;
  }
  if (known->proof.same) return known->proof;
  asset.remarks.push_back(name + " is not used: it does not hold the same content");
  return std::nullopt;
}

void Siblings::await_proof(Asset& asset, const std::string& name, const Found& sibling) const {
  asset.varies = true;  // it may be sent soon
  asset.awaited.push_back(sibling.identity);
  asset.remarks.push_back(name + " is not used yet: it is being compared");
}

void Siblings::prove(const Original& original, const Found& sibling, const http::CodingName& row) {
  auto job = [this, alive = std::weak_ptr<bool>(alive_), post = post_, &services = services_,
              path = (library_.root() / original.file).string(), file = original.file, sibling, row,
              size = original.identity.size, content = original.content] {
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
      if (!alive.expired()) proved_(file);
    });
  };
  if (!services_.press.submit(Press::Urgency::soon, std::move(job))) {
    services_.proofs.give_up(sibling.identity, original.content);
  }
}

bool Siblings::exist(const std::string& file) const {
  const auto codings = http::sibling_codings();
  return std::any_of(codings.begin(), codings.end(), [&](const http::CodingName& row) {
    return library_.glance(file + std::string(row.file_suffix)).has_value();
  });
}

bool Siblings::are_unchanged(const Asset& asset) const {
  // Another loop may have begun the comparison, and then nobody tells this one of its end.
  for (const Identity& awaited : asset.awaited) {
    const auto known = services_.proofs.find(awaited, asset.digest);
    if (!known || !known->pending) return false;
  }
  for (const http::CodingName& row : http::sibling_codings()) {
    const auto now = library_.glance(asset.identity().file + std::string(row.file_suffix));
    const auto& seen = asset.siblings[static_cast<std::size_t>(row.coding)];
    if (now.has_value() != seen.has_value() || (now && *now != *seen)) return false;
  }
  return true;
}

}  // namespace frontis::media
