// Digests of file content: SHA-256 for identity (ETag, pins), MD5, MD4 and xxHash for the
// fingerprints of build tools. Streaming, so that a large file costs no memory.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>

struct evp_md_ctx_st;

namespace frontis::media {

using Sha256 = std::array<unsigned char, 32>;

[[nodiscard]] Sha256 sha256(std::string_view bytes);

// One digest of OpenSSL's, fed piece by piece. MD4 comes from its legacy provider.
class Digest {
 public:
  enum class Algorithm { sha256, sha1, md5, md4 };

  explicit Digest(Algorithm algorithm);
  ~Digest();
  Digest(Digest&&) noexcept;
  Digest& operator=(Digest&&) noexcept;

  // False when this machine's OpenSSL lacks the algorithm (MD4 without the legacy provider);
  // update and finish then do nothing and return "".
  bool is_available() const { return context_ != nullptr; }
  void update(std::string_view bytes);
  // Lower-case hexadecimal. The digest cannot be used again.
  [[nodiscard]] std::string finish_hex();
  [[nodiscard]] Sha256 finish_sha256();  // only for Algorithm::sha256

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

}  // namespace frontis::media
