#include "commands/commands.h"

int main(int count, char** arguments) { return frontis::commands::run(count, arguments); }
