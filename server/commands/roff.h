// Writes a manual page in roff, with the few macros of man(7) that the pages of Frontis need. Plain
// text goes in; what roff would take for its own is escaped here and nowhere else.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace frontis::commands {

class Roff {
 public:
  // As `man 5 frontis.yaml` finds it; `section` is one digit.
  Roff(std::string_view name, char section, std::string_view version);

  void section(std::string_view title);
  void subsection(std::string_view title);
  // What stands between two ` is shown in bold, as a word that one types.
  void paragraph(std::string_view prose);
  // Names, and behind them what they mean.
  void item(std::span<const std::string> names, std::string_view prose);
  // Kept as it is, line by line.
  void example(std::span<const std::string> lines);
  // Lines as people write them: those that begin with a space, or have two between their words, are
  // kept as they are; others flow together, and an empty line ends a paragraph.
  void prose(std::span<const std::string> lines);
  // What comes between these stands further to the right.
  void indent() { text_ += ".RS 4\n"; }
  void outdent() { text_ += ".RE\n"; }

  const std::string& text() const { return text_; }

 private:
  void line(std::string_view macro, std::string_view argument);

  std::string text_;
};

// Lines of prose() that flow together as one paragraph; none where they are more than that.
[[nodiscard]] std::optional<std::string> single_paragraph(std::span<const std::string> lines);

// The lines of `text`, without their ends.
[[nodiscard]] std::vector<std::string> lines_of(std::string_view text);

}  // namespace frontis::commands
