#include "media/kept_table.h"

#include <algorithm>
#include <limits>

namespace frontis::media {

const KeptRow* KeptTable::find(std::string_view url) const {
  const auto position = by_url_.find(url);
  return position == by_url_.end() ? nullptr : &position->second;
}

std::vector<Sha256> KeptTable::earlier(std::string_view logical, const Sha256& content,
                                       std::size_t most) const {
  std::vector<Sha256> contents;
  if (logical.empty()) return contents;
  constexpr auto first = std::numeric_limits<std::int64_t>::min();
  for (auto named = by_logical_.lower_bound({logical, first, {}}); named != by_logical_.end();
       ++named) {
    if (std::get<0>(*named) != logical || contents.size() == most) break;
    const Sha256& found = by_url_.find(std::get<2>(*named))->second.content;
    const bool is_known = std::find(contents.begin(), contents.end(), found) != contents.end();
    if (found != content && !is_known) contents.push_back(found);
  }
  return contents;
}

const KeptRow* KeptTable::seen_first() const {
  return by_seen_.empty() ? nullptr : find(by_seen_.begin()->second);
}

void KeptTable::put(const KeptRow& row) {
  erase(row.url);
  const KeptRow& kept = by_url_.emplace(row.url, row).first->second;
  by_logical_.emplace(kept.logical, -kept.seen, kept.url);
  by_seen_.emplace(kept.seen, kept.url);
  const auto [content, is_new] = by_content_.try_emplace(kept.content, Copy{kept.size, {}});
  content->second.urls.insert(kept.url);
  if (is_new) bytes_ += kept.size;
}

void KeptTable::erase(std::string_view url) {
  const auto position = by_url_.find(url);
  if (position == by_url_.end()) return;
  const KeptRow& kept = position->second;
  by_logical_.erase({kept.logical, -kept.seen, kept.url});
  by_seen_.erase({kept.seen, kept.url});
  const auto content = by_content_.find(kept.content);
  content->second.urls.erase(kept.url);
  if (content->second.urls.empty()) {
    bytes_ -= content->second.size;
    by_content_.erase(content);
  }
  by_url_.erase(position);
}

std::vector<KeptRow> KeptTable::rows() const {
  std::vector<KeptRow> rows;
  rows.reserve(by_url_.size());
  for (auto seen = by_seen_.rbegin(); seen != by_seen_.rend(); ++seen) {
    rows.push_back(by_url_.find(seen->second)->second);
  }
  return rows;
}

std::vector<KeptRow> KeptTable::after(std::string_view url, std::size_t most) const {
  std::vector<KeptRow> rows;
  for (auto row = by_url_.upper_bound(url); row != by_url_.end() && rows.size() < most; ++row) {
    rows.push_back(row->second);
  }
  return rows;
}

std::vector<std::string> KeptTable::urls_of(const Sha256& content) const {
  const auto position = by_content_.find(content);
  if (position == by_content_.end()) return {};
  return {position->second.urls.begin(), position->second.urls.end()};
}

}  // namespace frontis::media
