# Sets `text` to the page of the folder FROM: page.html with page.css and all of its scripts in it;
# see server/embed_text.cmake.

file(READ "${FROM}/page.html" text)
file(READ "${FROM}/page.css" css)
# Each after those that it uses at once.
foreach(name numbers charts tables page)
  file(READ "${FROM}/${name}.js" script)
  string(APPEND js "${script}\n")
endforeach()
foreach(part css js)
  string(TOUPPER "@${part}@" mark)
  string(FIND "${text}" "${mark}" place)
  string(FIND "${${part}}" "</s" end_of_element)
  if(place EQUAL -1 OR NOT end_of_element EQUAL -1)
    message(FATAL_ERROR "page.html has no ${mark}, or its ${part} has what ends the element")
  endif()
  string(REPLACE "${mark}" "${${part}}" text "${text}")
endforeach()
