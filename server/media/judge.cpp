#include "media/judge.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace frontis::media {

namespace {

constexpr std::string_view defused_type = "text/plain; charset=utf-8";

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

}  // namespace

Judge::Judge(const config::FilesAction& action, Services& services,
             std::shared_ptr<ManifestWatch> manifests, std::string url_prefix)
    : action_(action),
      services_(services),
      manifests_(std::move(manifests)),
      url_prefix_(std::move(url_prefix)) {}

Judge::Type Judge::type_of(std::string_view file, const Inspection* inspection) const {
  const std::string_view by_name = services_.types.of(last_segment(file));
  Type type;
  type.text = !by_name.empty()                           ? std::string(by_name)
              : inspection && !inspection->magic.empty() ? inspection->magic
                                                         : "application/octet-stream";
  if (!action_.uploads) return type;
  // What a browser could run must not run in the site's name: only an SVG that says so keeps
  // its type, since as an image it is harmless, and the sandbox stops it as a page.
  const Activity activity = inspection ? inspection->activity : Activity::none;
  const bool honest_svg = type.text.starts_with("image/svg+xml");
  const bool disguised = activity != Activity::none && !(honest_svg && activity == Activity::svg);
  type.sandboxed = disguised || honest_svg || is_active_type(type.text);
  if (disguised || is_active_type(type.text)) type.text = defused_type;
  return type;
}

CachingFacts Judge::facts_of(std::string_view file, const Inspection* inspection,
                             bool was_trusted) const {
  CachingFacts facts;
  facts.policy = action_.cache;
  facts.surely_fingerprinted = has_django_fingerprint(last_segment(file));
  facts.listed = was_trusted || manifests_->current()->lists(file);
  if (!inspection) return facts;
  facts.hashed = true;
  facts.verified = inspection->scheme;
  if (facts.verified || !(facts.listed || is_declared(file))) return facts;
  const auto verdict = services_.pins.check(url_of(file), inspection->digest);
  if (verdict == Pins::Verdict::changed) facts.watched = Watched::changed;
  if (verdict == Pins::Verdict::first || verdict == Pins::Verdict::same) {
    facts.watched = Watched::steady;
  }
  return facts;
}

bool Judge::is_worth_keeping(const CachingFacts& facts) const {
  return !action_.uploads && facts.hashed && (facts.verified || facts.watched == Watched::steady);
}

bool Judge::is_promised(std::string_view file) const {
  return is_declared(file) || manifests_->current()->lists(file);
}

bool Judge::may_be_trusted(std::string_view file) const {
  return !action_.uploads &&
         (is_promised(file) || FingerprintCheck(last_segment(file)).has_candidates());
}

bool Judge::is_declared(std::string_view file) const {
  return std::any_of(action_.fingerprinted.begin(), action_.fingerprinted.end(),
                     [file](const std::string& prefix) { return file.starts_with(prefix); });
}

bool Judge::is_fingerprinted_name(std::string_view file) const {
  const std::string_view name = last_segment(file);  // empty for a directory
  return !name.empty() && (is_surely_fingerprinted(name) || is_declared(file));
}

}  // namespace frontis::media
