// Root reads everything, so a test of permissions is run as another user then.
#pragma once

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

namespace frontis::media {

class AsOrdinaryUser {
 public:
  // `folder` is opened to that user.
  explicit AsOrdinaryUser(const std::filesystem::path& folder) {
    EXPECT_EQ(chmod(folder.c_str(), 0755), 0);
    constexpr uid_t nobody = 65534;
    EXPECT_EQ(seteuid(was_ == 0 ? nobody : was_), 0);
  }
  ~AsOrdinaryUser() { EXPECT_EQ(seteuid(was_), 0); }
  AsOrdinaryUser(const AsOrdinaryUser&) = delete;
  AsOrdinaryUser& operator=(const AsOrdinaryUser&) = delete;

 private:
  const uid_t was_ = geteuid();
};

}  // namespace frontis::media
