#include "commands/roff.h"

#include <algorithm>

namespace frontis::commands {

namespace {

// Some signs mean something to roff, and others become typographic ones, which nobody can type.
std::string_view escape_of(char c) {
  switch (c) {
    case '\\': return "\\e";
    case '-': return "\\-";
    case '\'': return "\\(aq";
    case '"': return "\\(dq";
    case '^': return "\\(ha";
    case '~': return "\\(ti";
    default: return {};
  }
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const std::string_view escape = escape_of(c);
    out += escape.empty() ? std::string_view(&c, 1) : escape;
  }
  return out;
}

// A line of text; one that begins with a dot would be taken for a macro.
std::string text_line(std::string_view text) {
  return (text.starts_with('.') ? "\\&" : "") + escaped(text) + "\n";
}

std::string with_words_in_bold(std::string_view text) {
  std::string out = text.starts_with('.') ? "\\&" : "";
  bool is_bold = false;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('`', at), text.size());
    out += escaped(text.substr(at, end - at));
    if (end < text.size()) out += (is_bold = !is_bold) ? "\\fB" : "\\fR";
    at = end + 1;
  }
  return out + (is_bold ? "\\fR\n" : "\n");
}

bool is_kept(std::string_view line) {
  return line.starts_with(' ') || line.find("  ") != line.npos;
}

}  // namespace

Roff::Roff(std::string_view name, char section, std::string_view version) {
  text_ = ".TH \"" + escaped(name) + "\" " + section + " \"\" \"frontis " + escaped(version) +
          "\" Frontis\n.nr HY 0\n.nh\n.ad l\n";
}

void Roff::section(std::string_view title) { line(".SH", title); }

void Roff::subsection(std::string_view title) { line(".SS", title); }

void Roff::paragraph(std::string_view prose) { text_ += ".PP\n" + with_words_in_bold(prose); }

void Roff::item(std::span<const std::string> names, std::string_view prose) {
  std::string_view macro = ".TP\n";
  for (const std::string& name : names) {
    text_ += macro;
    line(".B", name);
    macro = ".TQ\n";
  }
  if (!prose.empty()) text_ += with_words_in_bold(prose);
}

void Roff::example(std::span<const std::string> lines) {
  text_ += ".PP\n.EX\n";
  for (const std::string& kept : lines) text_ += text_line(kept);
  text_ += ".EE\n";
}

void Roff::prose(std::span<const std::string> lines) {
  std::string flowing;
  const auto end_paragraph = [&] {
    if (!flowing.empty()) paragraph(flowing);
    flowing.clear();
  };
  for (std::size_t i = 0; i < lines.size(); ++i) {
    std::size_t end = i;
    while (end < lines.size() && is_kept(lines[end])) ++end;
    if (end == i) {
      if (lines[i].empty()) end_paragraph();
      if (!lines[i].empty()) flowing += (flowing.empty() ? "" : " ") + lines[i];
      continue;
    }
    end_paragraph();
    example(lines.subspan(i, end - i));
    i = end - 1;
  }
  end_paragraph();
}

void Roff::line(std::string_view macro, std::string_view argument) {
  text_ += std::string(macro) + " \"" + escaped(argument) + "\"\n";
}

std::optional<std::string> single_paragraph(std::span<const std::string> lines) {
  std::string out;
  for (const std::string& line : lines) {
    if (line.empty() || is_kept(line)) return std::nullopt;
    out += (out.empty() ? "" : " ") + line;
  }
  return out;
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    out.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

}  // namespace frontis::commands
