// What a file's name and content say together: its Content-Type, whether a browser may run it,
// and whether its name is a promise that may be trusted. One for each files action and user of
// it (a loop's loader, press's rounds); what it remembers is shared, in the services.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "config/settings.h"
#include "media/caching.h"
#include "media/inspection.h"
#include "media/manifest_watch.h"
#include "media/services.h"

namespace frontis::media {

class Judge {
 public:
  // `url_prefix` is site and route: "www.example.org/static/". All references outlive this.
  Judge(const config::FilesAction& action, Services& services,
        std::shared_ptr<ManifestWatch> manifests, std::string url_prefix);

  // Under which a file is pinned and kept: "www.example.org/static/css/app.css".
  std::string url_of(std::string_view file) const { return url_prefix_ + std::string(file); }

  struct Type {
    std::string text;        // Content-Type
    bool sandboxed = false;  // active content of a user: it must not run
  };
  // `inspection` is null, here and below, while the content is unknown.
  Type type_of(std::string_view file, const Inspection* inspection) const;

  // Looks into the manifests, and pins a listed or declared name to its content. `was_trusted`:
  // the name was one of these when it was last seen (kept.h).
  CachingFacts facts_of(std::string_view file, const Inspection* inspection,
                        bool was_trusted = false) const;

  // Whether a file with these facts stays answerable after it has gone from its root: its name
  // is a promise that was proved, and it is no user's upload.
  bool is_worth_keeping(const CachingFacts& facts) const;
  // Whether a manifest or a declared prefix speaks for its name.
  bool is_promised(std::string_view file) const;
  // Whether its name could be a promise, once its content is known.
  bool may_be_trusted(std::string_view file) const;
  // Whether the name of a missing file promises that its content never changes.
  bool is_fingerprinted_name(std::string_view file) const;

 private:
  bool is_declared(std::string_view file) const;

  const config::FilesAction& action_;
  Services& services_;
  std::shared_ptr<ManifestWatch> manifests_;
  std::string url_prefix_;
};

}  // namespace frontis::media
