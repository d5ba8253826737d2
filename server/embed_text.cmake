# Writes the C++ source TO, in which FUNCTION of the room ROOM, declared in HEADER, returns a text:
# that of the file FROM, or the one which the script COMPOSER makes of the folder FROM and leaves in
# `text`. Run by the build, see frontis_embed_text in CMakeLists.txt.

if(COMPOSER)
  include("${COMPOSER}")
else()
  file(READ "${FROM}" text)
endif()

string(FIND "${text}" ")text\"" end_of_raw_string)
string(REGEX MATCH "[^ -~\n]" odd "${text}")
if(NOT end_of_raw_string EQUAL -1 OR NOT odd STREQUAL "")
  message(FATAL_ERROR "${FROM} has what a raw string of ASCII cannot hold")
endif()
file(WRITE "${TO}" "#include \"${HEADER}\"

namespace frontis::${ROOM} {

std::string_view ${FUNCTION}() {
  static constexpr std::string_view text = R\"text(${text})text\";
  return text;
}

}  // namespace frontis::${ROOM}
")
