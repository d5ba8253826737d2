#include "commands/findings.h"

#include <algorithm>

namespace frontis::commands {

namespace {

std::string placed(std::string_view place, std::string sentence) {
  return place.empty() ? std::move(sentence) : std::string(place) + ": " + sentence;
}

bool add_once(std::vector<std::string>& to, std::string sentence) {
  if (std::find(to.begin(), to.end(), sentence) != to.end()) return true;
  if (to.size() >= Findings::most) return false;
  to.push_back(std::move(sentence));
  return true;
}

}  // namespace

void Findings::add(std::string_view place, std::string sentence) {
  if (!add_once(found_, placed(place, std::move(sentence)))) ++left_out_;
}

void Findings::note(std::string_view place, std::string sentence) {
  static_cast<void>(add_once(notes_, placed(place, std::move(sentence))));
}

void Tally::add(std::string_view kind, std::string sentence) {
  const auto is_same = [kind](const Kind& one) { return one.name == kind; };
  auto known = std::find_if(kinds_.begin(), kinds_.end(), is_same);
  if (known == kinds_.end()) known = kinds_.insert(kinds_.end(), {kind});
  if (++known->count <= most_of_a_kind) findings_.add(place_, std::move(sentence));
}

Tally::~Tally() {
  for (const Kind& kind : kinds_) {
    if (kind.count <= most_of_a_kind) continue;
    findings_.note(place_, "and " + std::to_string(kind.count - most_of_a_kind) + " more " +
                               std::string(kind.name));
  }
}

}  // namespace frontis::commands
