#include "commands/files_check.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.h"
#include "commands/content_check.h"
#include "commands/manifest_check.h"
#include "media/library.h"
#include "media/mime.h"

namespace frontis::commands {

namespace {

struct Budget {
  std::size_t files = 200'000;
  ContentBudget content;
};

// The sorted names in a directory, at most `most`; none when it cannot be listed.
std::optional<std::vector<std::string>> names_in(const std::string& directory, std::size_t most) {
  struct Close {
    void operator()(DIR* open) const { ::closedir(open); }
  };
  const std::unique_ptr<DIR, Close> open(::opendir(directory.c_str()));
  if (open == nullptr) return std::nullopt;
  std::vector<std::string> names;
  while (names.size() < most) {
    const dirent* const entry = ::readdir(open.get());
    if (entry == nullptr) break;
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

class Walk {
 public:
  Walk(const config::FilesAction& files, const media::MimeTypes& types, Budget& budget,
       Findings& findings, const std::string& place)
      : files_(files),
        budget_(budget),
        tally_(findings, place),
        library_(files),
        content_(files, library_, types, budget.content, tally_) {}

  void run() {
    check_index();
    const auto root = library_.find("");
    if (!root) {
      const std::string why = root.error().message;
      return tally_.add("roots", why + "; let the user that serves enter it");
    }
    check_manifests(files_, budget_.files, tally_);
    enter("", root->identity);
    while (!waiting_.empty() && budget_.files > 0) {
      const std::string directory = std::move(waiting_.back());
      waiting_.pop_back();
      look_into(directory);
    }
  }

 private:
  void check_index() {
    for (const std::string& name : files_.index) {
      const std::string_view why = media::denied_reason(name, files_.allow);
      if (why.empty()) continue;
      tally_.add("index files", "index: '" + printable(name) + "' is never served: " +
                                    std::string(why) + "; list it under 'allow:' or name another");
    }
  }

  // Each directory once, whatever links lead to it.
  void enter(const std::string& directory, const media::Identity& identity) {
    if (entered_.insert({identity.device, identity.inode}).second) waiting_.push_back(directory);
  }

  void look_into(const std::string& directory) {
    // A directory that may be entered but not listed serves its files all the same.
    const auto names = names_in((files_.root / directory).string(), budget_.files);
    if (!names) return;
    for (const std::string& name : *names) {
      if (budget_.files == 0) return;
      --budget_.files;
      look_at(directory + name, *names);
    }
  }

  void look_at(const std::string& path, const std::vector<std::string>& beside) {
    if (!media::denied_reason(path, files_.allow).empty()) return;
    if (path == "lost+found") return;  // of the file system, and rightly closed
    const auto found = library_.find(path);
    if (!found) return report(path, found.error());
    if (found->kind == media::Found::Kind::directory) return enter(path + "/", found->identity);
    content_.look_at(path, *found, beside);
  }

  // The library says why it answers 404; what to do depends on what it is.
  void report(const std::string& path, const Error& error) {
    struct stat status {};
    const std::string place = (files_.root / path).string();
    if (::lstat(place.c_str(), &status) != 0) return;  // gone meanwhile
    if (S_ISLNK(status.st_mode)) {
      return tally_.add("links that answer 404", error.message + "; it is a link to " +
                                                     target_of(place) +
                                                     " and answers 404: mend or remove it");
    }
    if (S_ISREG(status.st_mode) || S_ISDIR(status.st_mode)) {
      return tally_.add("files that cannot be read",
                        error.message + "; it answers 404: make it readable or move it away");
    }
    tally_.add("things that are no files", error.message + "; it answers 404: move it away");
  }

  static std::string target_of(const std::string& link) {
    std::string target(4096, '\0');
    const ssize_t length = ::readlink(link.c_str(), target.data(), target.size());
    target.resize(length > 0 ? static_cast<std::size_t>(length) : 0);
    return "'" + printable(target) + "'";
  }

  const config::FilesAction& files_;
  Budget& budget_;
  Tally tally_;
  media::Library library_;
  ContentCheck content_;
  std::vector<std::string> waiting_;  // directories, "" or with a slash at their end
  std::set<std::pair<std::uint64_t, std::uint64_t>> entered_;
};

bool is_walked_alike(const config::FilesAction& a, const config::FilesAction& b) {
  return a.root == b.root && a.links == b.links && a.allow == b.allow && a.index == b.index &&
         (a.cache.kind == config::CachePolicy::Kind::none) ==
             (b.cache.kind == config::CachePolicy::Kind::none);
}

void check_links(const config::FilesAction& files, const std::string& place, Findings& findings) {
  for (const auto& folder : files.links) {
    if (::faccessat(AT_FDCWD, folder.c_str(), X_OK, AT_EACCESS) == 0) continue;
    findings.add(place, "links: " + folder.string() +
                            " may not be entered, so links into it answer 404; let the user that "
                            "serves enter it");
  }
}

}  // namespace

void check_files(const config::Settings& settings, Findings& findings) {
  const media::MimeTypes types;
  Budget budget;
  std::vector<const config::FilesAction*> walked;
  for (const config::Site& site : settings.sites) {
    for (const config::Route& route : site.routes) {
      if (!route.is_prefix()) continue;  // one file, which the check of routes looks at
      for (const config::Action& action : route.chain) {
        const auto* files = std::get_if<config::FilesAction>(&action);
        if (files == nullptr) continue;
        const auto same = [files](const auto* other) { return is_walked_alike(*files, *other); };
        if (std::any_of(walked.begin(), walked.end(), same)) continue;
        walked.push_back(files);
        check_links(*files, route.source, findings);
        Walk(*files, types, budget, findings, route.source).run();
      }
    }
  }
  if (budget.files == 0) {
    findings.note("", "only the first 200,000 files below the roots were looked at");
  }
  if (budget.content.left_out > 0) {
    findings.note("", std::to_string(budget.content.left_out) +
                          " files are large, or too many, to be compared with their siblings or "
                          "fingerprints here; the server does so when they are asked for");
  }
}

}  // namespace frontis::commands
