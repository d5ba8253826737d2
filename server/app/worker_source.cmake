# Sets `text` to the modules of the worker, which lie in the folder FROM, as one text of Python; see
# server/embed_text.cmake.

# Each after those that it imports.
set(modules records faults answer connection serving ending loading main)
file(GLOB found "${FROM}/*.py")
list(LENGTH found there)
list(LENGTH modules held)
if(NOT there EQUAL held)
  message(FATAL_ERROR "${FROM} has ${there} modules, and ${held} are named in worker_source.cmake")
endif()

set(text "import sys
import types


def module(name, text):
    name = 'frontis_worker.' + name
    made = sys.modules[name] = types.ModuleType(name)
    exec(compile(text, '<' + name.replace('.', '/') + '.py>', 'exec'), made.__dict__)


")
foreach(name IN LISTS modules)
  file(READ "${FROM}/${name}.py" module)
  string(FIND "${module}" "'''" end_of_python_string)
  if(NOT end_of_python_string EQUAL -1)
    message(FATAL_ERROR "${FROM}/${name}.py has ''', which ends the string that holds it")
  endif()
  string(APPEND text "module('${name}', r'''${module}''')\n")
endforeach()
string(APPEND text "sys.modules['frontis_worker.main'].main()\n")
