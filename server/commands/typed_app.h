// An application as people type it after `frontis run`, who know gunicorn or flask: a module and
// its callable where we want them, but also a file, or the module where a folder is meant. Says
// what to type instead; looks at nothing but the words.
#pragma once

#include <string>

namespace frontis::commands {

// What is wrong with a value of --app, and what to write; empty where nothing is.
[[nodiscard]] std::string typed_app_fault(const std::string& typed);

// The arguments that run the application which stands in place of DIR: "--app mysite.wsgi" of
// "mysite.wsgi"; empty where it looks like none.
[[nodiscard]] std::string app_in_place_of_folder(const std::string& typed);

}  // namespace frontis::commands
