#include <string>
#include <utility>
#include <vector>

#include "commands/manual_pages.h"
#include "commands/roff.h"

namespace frontis::commands {

namespace {

// Keeps the page as far to the right as the keys that it shows.
class Margin {
 public:
  explicit Margin(Roff& page) : page_(page) {}
  void move_to(std::size_t column) {
    while (!columns_.empty() && columns_.back() >= column) {
      columns_.pop_back();
      if (!columns_.empty()) page_.outdent();
    }
    if (column == 0) return;
    if (!columns_.empty()) page_.indent();
    columns_.push_back(column);
  }

 private:
  Roff& page_;
  std::vector<std::size_t> columns_;
};

// A key, and those that share its description.
struct Group {
  std::vector<std::string> lines;
  const ShownKey* first;
};

std::vector<Group> groups_of(const std::vector<ShownKey>& keys) {
  std::vector<Group> out;
  for (const ShownKey& key : keys) {
    if (!key.shares) out.push_back({{}, &key});
    out.back().lines.push_back(key.line);
  }
  return out;
}

// A description of one paragraph stands beside short keys.
void write_group(const Group& group, Roff& page) {
  const auto& description = group.first->description;
  if (const auto paragraph = single_paragraph(description))
    return page.item(group.lines, *paragraph);
  page.item(group.lines, {});
  page.indent();
  page.prose(description);
  page.outdent();
}

}  // namespace

std::string settings_page(const ShownKeys& shown, std::string_view version) {
  Roff page("FRONTIS.YAML", '5', version);
  page.section("NAME");
  page.paragraph("frontis.yaml - configuration of the web server frontis");
  page.section("DESCRIPTION");
  page.prose(shown.opening);
  page.section("KEYS");
  Margin margin(page);
  for (const Group& group : groups_of(shown.keys)) {
    margin.move_to(group.first->column);
    if (group.first->column > 0) {
      write_group(group, page);
      continue;
    }
    page.subsection(group.lines.front());
    page.prose(group.first->description);
  }
  margin.move_to(0);
  page.section("SEE ALSO");
  page.paragraph("`frontis`(1)");
  return page.text();
}

}  // namespace frontis::commands
