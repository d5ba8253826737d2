#include "observe/sketch.h"

#include <algorithm>
#include <functional>
#include <span>
#include <string>
#include <utility>

namespace frontis::observe {

namespace {

constexpr std::string_view cut_mark = "...";

std::uint64_t key_of(std::string_view host, std::string_view path) {
  const std::hash<std::string_view> hash;
  return hash(host) * 0x9e3779b97f4a7c15ULL ^ hash(path);
}

// How much of both, one after the other, is in `out` then.
std::size_t write(std::string_view host, std::string_view path, std::span<char> out) {
  const std::size_t begin = host.copy(out.data(), out.size());
  const std::size_t length = begin + path.copy(out.data() + begin, out.size() - begin);
  if (host.size() + path.size() > out.size()) {
    cut_mark.copy(out.data() + out.size() - cut_mark.size(), cut_mark.size());
  }
  return length;
}

}  // namespace

Sketch::Sketch() : places_(std::make_unique_for_overwrite<std::array<Place, places>>()) {}

void Sketch::add(std::string_view host, std::string_view path, std::uint64_t weight, int status) {
  Place& place = place_of(key_of(host, path), host, path);
  place.weight += weight;
  place.worst = std::max(place.worst, weight);
  place.status = static_cast<std::uint16_t>(status);
  ++place.times;
}

Sketch::Place& Sketch::place_of(std::uint64_t key, std::string_view host, std::string_view path) {
  const auto begin = places_->begin();
  const auto end = begin + static_cast<std::ptrdiff_t>(used_);
  const auto known =
      std::find_if(begin, end, [key](const Place& place) { return place.key == key; });
  if (known != end) return *known;
  Place* place = nullptr;
  std::uint64_t inherited = 0;
  if (used_ < places) {
    place = &(*places_)[used_++];
  } else {
    place = &*std::min_element(begin, end,
                               [](const Place& a, const Place& b) { return a.weight < b.weight; });
    inherited = place->weight;
  }
  place->key = key;
  place->weight = place->inherited = inherited;
  place->worst = 0;
  place->times = 0;
  place->length = static_cast<std::uint16_t>(write(host, path, place->text));
  return *place;
}

void Sketch::append_to(std::vector<UrlFigures>& urls) const {
  for (std::size_t i = 0; i < used_; ++i) {
    const Place& place = (*places_)[i];
    urls.push_back({std::string(place.text.data(), place.length), place.times,
                    place.weight - place.inherited, place.worst, place.status});
  }
}

void RecentSketch::turn() {
  std::swap(now_, before_);
  now_.clear();
}

void RecentSketch::append_to(std::vector<UrlFigures>& urls) const {
  now_.append_to(urls);
  before_.append_to(urls);
}

}  // namespace frontis::observe
