// The kept versions in memory, by URL, by logical name and by content, with the bytes that their
// copies take. A plain value: Kept guards it and brings disk and index along.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "media/index.h"

namespace frontis::media {

class KeptTable {
 public:
  KeptTable() = default;
  KeptTable(KeptTable&&) = default;
  KeptTable& operator=(KeptTable&&) = default;

  // Null when it is not there; good until the next change.
  const KeptRow* find(std::string_view url) const;
  bool holds(const Sha256& content) const { return by_content_.contains(content); }
  // Other contents under the same logical name, seen last first, each once.
  std::vector<Sha256> earlier(std::string_view logical, const Sha256& content,
                              std::size_t most) const;
  // Null when it is empty; good until the next change.
  const KeptRow* seen_first() const;

  void put(const KeptRow& row);  // replaces
  void erase(std::string_view url);

  std::vector<KeptRow> rows() const;  // seen last first
  // The next ones by URL after `url`.
  std::vector<KeptRow> after(std::string_view url, std::size_t most) const;
  std::vector<std::string> urls_of(const Sha256& content) const;
  std::size_t size() const { return by_url_.size(); }
  // Of the copies: several URLs may lead to one.
  std::uint64_t bytes() const { return bytes_; }

 private:
  // These view the rows of by_url_. Logical name, time (negative: last first), URL.
  using Named = std::tuple<std::string_view, std::int64_t, std::string_view>;
  using Seen = std::pair<std::int64_t, std::string_view>;

  std::map<std::string, KeptRow, std::less<>> by_url_;
  std::set<Named> by_logical_;
  std::set<Seen> by_seen_;
  struct Copy {
    std::uint64_t size = 0;
    std::set<std::string_view> urls;
  };
  std::map<Sha256, Copy> by_content_;
  std::uint64_t bytes_ = 0;
};

}  // namespace frontis::media
