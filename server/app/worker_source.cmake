# Writes the C++ source TO that holds the text of FROM; run by the build, see CMakeLists.txt.
file(READ "${FROM}" text)
string(FIND "${text}" ")worker\"" end_of_raw_string)
string(REGEX MATCH "[^ -~\n]" odd "${text}")
if(NOT end_of_raw_string EQUAL -1 OR NOT odd STREQUAL "")
  message(FATAL_ERROR "${FROM} has what a raw string of ASCII cannot hold")
endif()
file(WRITE "${TO}" "#include \"app/worker_source.h\"

namespace frontis::app {

std::string_view worker_source() {
  static constexpr std::string_view text = R\"worker(${text})worker\";
  return text;
}

}  // namespace frontis::app
")
