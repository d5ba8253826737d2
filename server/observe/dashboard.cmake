# Writes the C++ source TO that holds the page of the folder FROM: page.html with page.css and all
# of its scripts in it; run by the build, see CMakeLists.txt.

file(READ "${FROM}/page.html" page)
file(READ "${FROM}/page.css" css)
# Each after those that it uses at once.
foreach(name numbers charts tables page)
  file(READ "${FROM}/${name}.js" text)
  string(APPEND js "${text}\n")
endforeach()
foreach(part css js)
  string(TOUPPER "@${part}@" mark)
  string(FIND "${page}" "${mark}" place)
  string(FIND "${${part}}" "</s" end_of_element)
  if(place EQUAL -1 OR NOT end_of_element EQUAL -1)
    message(FATAL_ERROR "page.html has no ${mark}, or its ${part} has what ends the element")
  endif()
  string(REPLACE "${mark}" "${${part}}" page "${page}")
endforeach()

string(FIND "${page}" ")page\"" end_of_raw_string)
string(REGEX MATCH "[^ -~\n]" odd "${page}")
if(NOT end_of_raw_string EQUAL -1 OR NOT odd STREQUAL "")
  message(FATAL_ERROR "${FROM} has what a raw string of ASCII cannot hold")
endif()
file(WRITE "${TO}" "#include \"observe/dashboard.h\"

namespace frontis::observe {

std::string_view dashboard_source() {
  static constexpr std::string_view text = R\"page(${page})page\";
  return text;
}

}  // namespace frontis::observe
")
