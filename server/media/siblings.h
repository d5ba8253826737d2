// The files that a build step left beside another (app.css.gz, .br, .zst), and whether they are
// of use: each is compared with the content once, on a press thread, and served only when it is
// proved to hold the same. One for each loader.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "media/asset.h"
#include "media/library.h"
#include "media/services.h"

namespace frontis::media {

class Siblings {
 public:
  // `proved` is called on the loop with the file whose siblings are better known now. All
  // references outlive this.
  Siblings(const Library& library, Services& services, Post post,
           std::function<void(const std::string& file)> proved);

  // Those of `file` that are proved. Notes in `asset` what there is, what is awaited, and why
  // something is not used.
  std::vector<CodedFile> find(Asset& asset, const std::string& file, const Identity& identity,
                              const Sha256& content);
  // Whether there is any, of use or not.
  bool exist(const std::string& file) const;
  // True while nothing beside `asset` has changed, nor what is known of it.
  bool are_unchanged(const Asset& asset) const;

 private:
  struct Original {
    const std::string& file;
    const Identity& identity;
    const Sha256& content;
  };
  std::optional<CodedFile> find_one(Asset& asset, const Original& original,
                                    const http::CodingName& row);
  std::optional<Proof> proof_of(Asset& asset, const Original& original, const Found& sibling,
                                const http::CodingName& row);
  void await_proof(Asset& asset, const std::string& name, const Found& sibling) const;
  void prove(const Original& original, const Found& sibling, const http::CodingName& row);

  const Library& library_;
  Services& services_;
  Post post_;
  std::function<void(const std::string&)> proved_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // what posted work looks for
};

}  // namespace frontis::media
