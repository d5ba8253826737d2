// Makes assets: reads what a file is (inspection), judges its name (judge), finds its codings
// (siblings that the build left, variants and deltas that press has made) and puts it all
// together. Small files of a known type are done on the spot; the rest goes to press and comes
// back to the loop. What is still lacking is ordered from press. One for each files action on
// each loop.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/settings.h"
#include "media/asset.h"
#include "media/judge.h"
#include "media/library.h"
#include "media/manifest_watch.h"
#include "media/pressed.h"
#include "media/services.h"
#include "media/siblings.h"

namespace frontis::media {

// A file that was found for a request.
struct Origin {
  std::string file;  // relative to the root; a kept one by the name that it had there
  Found found;
  // A kept version that has gone from the root (kept.h): the content that it must have, and
  // whether a manifest or a declared prefix spoke for its name.
  std::optional<Kept::Version> kept;
  bool by_accept = false;  // it stands in for another (Alternate)
};

class Loader {
 public:
  // `url_prefix` is site and route, under which files are pinned and kept:
  // "www.example.org/static/". `sibling_proved` is called on the loop with the file whose
  // siblings are better known now. All references outlive the loader.
  Loader(const config::FilesAction& action, const Library& library, Services& services,
         std::shared_ptr<ManifestWatch> manifests, std::string url_prefix, Post post,
         std::function<void(const std::string& file)> sibling_proved);

  // Whether the content can be looked at on the loop, at once.
  bool is_quick(const Origin& origin) const;
  // Whether a request should wait for the content to be looked at.
  static bool is_worth_waiting(const Origin& origin);

  // On the loop. An asset without inspection has a weak ETag and no fingerprint. Null, here and
  // below: a kept version is damaged, and has been given up. `seek`: the client takes codings;
  // otherwise nobody looks for them yet (Asset::sought).
  [[nodiscard]] std::shared_ptr<const Asset> load_now(const Origin& origin, bool seek);
  [[nodiscard]] std::shared_ptr<const Asset> load_unseen(const Origin& origin);
  // With what another loop, or an earlier look, has found out of a large file; null: nothing.
  [[nodiscard]] std::shared_ptr<const Asset> load_known(const Origin& origin);
  // True for the one who is to inspect a large file in the background, over all loops; he then
  // calls load_later, or gives up.
  [[nodiscard]] bool begin_inspection(const Origin& origin);
  void give_up_inspection(const Origin& origin);
  // Inspects on a press thread; `done` is then called on the loop, with null when the file could
  // not be read whole. False when press takes no more. If the loader is gone by then, nothing
  // is called.
  using Done = std::function<void(std::shared_ptr<const Asset>)>;
  bool load_later(const Origin& origin, Press::Urgency urgency, Done done);

  const Judge& rules() const { return judge_; }
  // True while nothing that `asset` was put together from has changed, but for the file itself:
  // siblings, alternates, what press has made.
  bool is_up_to_date(const Asset& asset) const;

 private:
  std::shared_ptr<const Asset> assemble(const Origin& origin, const Inspection* inspection,
                                        bool seek = true);
  CachingFacts judge(Asset& asset, const Origin& origin, const Inspection* inspection);
  std::vector<CodedFile> find_codings(Asset& asset, const Origin& origin,
                                      const Inspection* inspection, const CachingFacts& facts);
  bool is_dictionary(const Asset& asset, const CachingFacts& facts) const;
  void find_alternates(Asset& asset, const Origin& origin) const;
  void keep(const Origin& origin, const CachingFacts& facts, const Inspection& inspection);
  void give_up_kept(const Sha256& content);

  const config::FilesAction& action_;
  const Library& library_;
  Services& services_;
  Judge judge_;
  Siblings siblings_;
  Pressed pressed_;
  Post post_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);    // what posted work looks for
  std::shared_ptr<bool> keeping_ = std::make_shared<bool>(true);  // held by keep()'s jobs
};

}  // namespace frontis::media
