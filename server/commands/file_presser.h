// What `frontis press` does with one file. There are two ways: variants in the state folder, and
// siblings beside the file.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <set>

#include "base/result.h"
#include "commands/press_files.h"
#include "commands/press_totals.h"
#include "media/digest.h"
#include "media/library.h"

namespace frontis::commands {

class FilePresser {
 public:
  virtual ~FilePresser() = default;

  // On any thread; `library` is that thread's own. Errors: exhausted when going on is of no use
  // (a full disk); any other is about this file alone, and names it or its place.
  [[nodiscard]] virtual Result<PressedFile> press(const media::Library& library,
                                                  const PressTask& task) = 0;
};

struct PressEffort {
  bool max = false;    // gzip by zopfli
  bool check = false;  // build nothing
  const std::atomic<bool>* give_up = nullptr;
};

// Contents that are being worked at, so that files with the same are not pressed at the same time:
// sorted by size, they come one after the other.
class ContentClaims {
 public:
  // Held for as long as one works at the content; waits while another does.
  class Claim {
   public:
    Claim(ContentClaims& claims, const media::Sha256& content);
    ~Claim();
    Claim(const Claim&) = delete;
    Claim& operator=(const Claim&) = delete;

   private:
    ContentClaims& claims_;
    const media::Sha256 content_;
  };

 private:
  std::mutex mutex_;
  std::condition_variable freed_;
  std::set<media::Sha256> claimed_;
};

}  // namespace frontis::commands
