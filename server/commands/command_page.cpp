#include <span>
#include <string>
#include <vector>

#include "commands/manual_pages.h"
#include "commands/roff.h"

namespace frontis::commands {

namespace {

struct Row {
  std::string_view name;
  std::string_view meaning;
};

constexpr Row signals[] = {
    {"SIGTERM, SIGINT",
     "Stop: answers in flight are finished, for at most `limits: drain`; a second one ends at "
     "once."},
    {"SIGHUP",
     "What `frontis reload` does: go by the configuration as it is now, and replace the processes "
     "of "
     "`wsgi` applications."},
    {"SIGUSR1", "Open the files of the logs anew, after they have been moved."},
    {"SIGUSR2", "What `frontis upgrade` does: let the program as it is now take over."},
};

constexpr Row exits[] = {{"0", "Done."}, {"1", "A fault was found."}, {"2", "Bad usage."}};

constexpr Row files[] = {
    {"./frontis.yaml", "The configuration where no other is named."},
    {"/etc/frontis/frontis.yaml", "The configuration where that one is not there."},
    {"/var/lib/frontis", "What the configuration of the Debian package names as `state`."},
};

void write_rows(std::string_view title, std::span<const Row> rows, Roff& page) {
  page.section(title);
  for (const Row& row : rows) page.item(std::vector{std::string(row.name)}, row.meaning);
}

void write_options(const DeclaredCommand& command, Roff& page) {
  for (const DeclaredOption& option : command.options) {
    if (option.is_help()) continue;
    page.item(std::vector{option.text()}, option.description + ".");
  }
}

// Each line but those of an example is a paragraph.
void write_footer(const std::string& footer, Roff& page) {
  std::vector<std::string> lines;
  for (const std::string& line : lines_of(footer)) {
    lines.push_back(line);
    if (!line.starts_with(' ')) lines.emplace_back();
  }
  page.prose(lines);
}

// With those below it.
void write_command(const DeclaredCommand& command, Roff& page) {
  page.subsection(command.usage());
  page.paragraph(command.summary + ".");
  write_options(command, page);
  write_footer(command.footer, page);
  for (const DeclaredCommand& each : command.commands) write_command(each, page);
}

}  // namespace

std::string command_page(const DeclaredCommand& frontis, std::string_view version) {
  Roff page("FRONTIS", '1', version);
  page.section("NAME");
  page.paragraph("frontis - web server for files and Python applications");
  page.section("SYNOPSIS");
  page.paragraph("`frontis` COMMAND [OPTION...] [ARGUMENT...]");
  page.section("DESCRIPTION");
  page.paragraph(frontis.summary);
  write_footer(frontis.footer, page);
  page.section("OPTIONS");
  page.item(std::vector<std::string>{"-h, --help"}, "Say what there is, of each command as well.");
  write_options(frontis, page);
  page.section("COMMANDS");
  for (const DeclaredCommand& command : frontis.commands) write_command(command, page);
  write_rows("SIGNALS", signals, page);
  write_rows("EXIT STATUS", exits, page);
  write_rows("FILES", files, page);
  page.section("SEE ALSO");
  page.paragraph("`frontis.yaml`(5)");
  return page.text();
}

}  // namespace frontis::commands
