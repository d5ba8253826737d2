// The manifests that build tools leave in a root: whether they can be read, and whether what they
// list is there.
#pragma once

#include "commands/findings.h"
#include "config/settings.h"
#include "media/library.h"

namespace frontis::commands {

// Looks at no more than `most` names, which it counts down.
void check_manifests(const config::FilesAction& files, std::size_t& most, Tally& tally);

}  // namespace frontis::commands
