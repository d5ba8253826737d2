# Writes the C++ source TO that holds the file FROM, conf/frontis.yaml; run by the build, see
# CMakeLists.txt.
file(READ "${FROM}" text)
string(FIND "${text}" ")yaml\"" end_of_raw_string)
string(REGEX MATCH "[^ -~\n]" odd "${text}")
if(NOT end_of_raw_string EQUAL -1 OR NOT odd STREQUAL "")
  message(FATAL_ERROR "${FROM} has what a raw string of ASCII cannot hold")
endif()
file(WRITE "${TO}" "#include \"commands/shown_configuration.h\"

namespace frontis::commands {

std::string_view shown_configuration() {
  static constexpr std::string_view text = R\"yaml(${text})yaml\";
  return text;
}

}  // namespace frontis::commands
")
