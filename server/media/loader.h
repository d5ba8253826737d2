// Makes assets: reads what a file is (inspection), judges its name (manifest, pins), finds its
// proved siblings, and puts it all together. Small files of a known type are done on the spot;
// the rest goes to press and comes back to the loop. One for each files action on each loop.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "config/settings.h"
#include "media/asset.h"
#include "media/judge.h"
#include "media/library.h"
#include "media/manifest_watch.h"
#include "media/services.h"
#include "media/siblings.h"

namespace frontis::media {

class Loader {
 public:
  // `url_prefix` is site and route, under which pins are kept: "www.example.org/static/".
  // `sibling_proved` is called on the loop with the file whose siblings are better known now.
  // All references outlive the loader.
  Loader(const config::FilesAction& action, const Library& library, Services& services,
         std::shared_ptr<ManifestWatch> manifests, std::string url_prefix, Post post,
         std::function<void(const std::string& file)> sibling_proved);

  // Whether the content can be looked at on the loop, at once.
  bool is_quick(std::string_view file, const Found& found) const;
  // Whether a request should wait for the content to be looked at.
  static bool is_worth_waiting(const Found& found);

  // On the loop. An asset without inspection has a weak ETag and no fingerprint.
  [[nodiscard]] std::shared_ptr<const Asset> load_now(const std::string& file, const Found& found);
  [[nodiscard]] std::shared_ptr<const Asset> load_unseen(const std::string& file,
                                                         const Found& found);
  // With what another loop, or an earlier look, has found out of a large file; null: nothing.
  [[nodiscard]] std::shared_ptr<const Asset> load_known(const std::string& file,
                                                        const Found& found);
  // True for the one who is to inspect a large file in the background, over all loops; he then
  // calls load_later, or gives up.
  [[nodiscard]] bool begin_inspection(const std::string& file, const Found& found);
  void give_up_inspection(const std::string& file, const Found& found);
  // Inspects on a press thread; `done` is then called on the loop, with null when the file could
  // not be read whole. False when press takes no more. If the loader is gone by then, nothing
  // is called.
  using Done = std::function<void(std::shared_ptr<const Asset>)>;
  bool load_later(const std::string& file, const Found& found, Press::Urgency urgency, Done done);

  const Judge& rules() const { return judge_; }
  std::uint64_t generation() const { return manifests_->generation(); }
  // True while nothing beside `asset` has changed, nor what is known of it.
  bool siblings_unchanged(const Asset& asset) const;

 private:
  std::shared_ptr<const Asset> assemble(const std::string& file, const Found& found,
                                        const Inspection* inspection);
  void judge(Asset& asset, const std::string& file, const Inspection* inspection);

  const config::FilesAction& action_;
  const Library& library_;
  Services& services_;
  std::shared_ptr<ManifestWatch> manifests_;
  Judge judge_;
  Siblings siblings_;
  Post post_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // what posted work looks for
};

}  // namespace frontis::media
