#include "media/digest.h"

#include <openssl/evp.h>
#include <openssl/provider.h>

#include <algorithm>
#include <cstdlib>
#include <span>

#include "base/text.h"

namespace frontis::media {

namespace {

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

// OpenSSL looks an algorithm up by name through all of its providers, which costs more than the
// digest of a small file. So each is fetched once, and shared: a fetched one never changes.
// Any may be null, where the machine's policy or packages leave it out.
struct Fetched {
  const EVP_MD* sha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  const EVP_MD* sha1 = EVP_MD_fetch(nullptr, "SHA1", nullptr);
  const EVP_MD* md5 = EVP_MD_fetch(nullptr, "MD5", nullptr);
  const EVP_MD* md4 = fetch_md4();

  // In a library context of its own, so that nothing else in the process (TLS above all) can
  // come upon the legacy provider's algorithms.
  static const EVP_MD* fetch_md4() {
    OSSL_LIB_CTX* library = OSSL_LIB_CTX_new();
    if (library == nullptr) return nullptr;
    if (OSSL_PROVIDER_load(library, "legacy") != nullptr) {
      return EVP_MD_fetch(library, "MD4", nullptr);
    }
    OSSL_LIB_CTX_free(library);
    return nullptr;
  }
};

// Constants of the machine, in effect: made once at first use, under the lock that the language
// gives, and never changed. They are not freed at exit on purpose, because OpenSSL's own clean-up
// there comes in an order that we do not rule.
const Fetched& fetched() {
  static const Fetched& once = *new Fetched;
  return once;
}

const EVP_MD* find(Digest::Algorithm algorithm) {
  switch (algorithm) {
    case Digest::Algorithm::sha256: return fetched().sha256;
    case Digest::Algorithm::sha1: return fetched().sha1;
    case Digest::Algorithm::md5: return fetched().md5;
    case Digest::Algorithm::md4: return fetched().md4;
  }
  return nullptr;
}

}  // namespace

Sha256 sha256(std::string_view bytes) {
  // The context is scratch space that every call starts anew; kept, it saves four allocations.
  thread_local const std::unique_ptr<EVP_MD_CTX, FreeContext> context(EVP_MD_CTX_new());
  Sha256 out{};
  if (context == nullptr || EVP_DigestInit_ex2(context.get(), fetched().sha256, nullptr) != 1 ||
      EVP_DigestUpdate(context.get(), bytes.data(), bytes.size()) != 1 ||
      EVP_DigestFinal_ex(context.get(), out.data(), nullptr) != 1) {
    std::abort();  // an identity that is wrong would serve one file as another
  }
  return out;
}

void Digest::Free::operator()(evp_md_ctx_st* context) const { EVP_MD_CTX_free(context); }

Digest::Digest(Algorithm algorithm) {
  const EVP_MD* function = find(algorithm);
  if (function == nullptr) return;
  context_.reset(EVP_MD_CTX_new());
  if (context_ && EVP_DigestInit_ex2(context_.get(), function, nullptr) != 1) context_.reset();
}

Digest::~Digest() = default;
Digest::Digest(Digest&&) noexcept = default;
Digest& Digest::operator=(Digest&&) noexcept = default;

void Digest::update(std::string_view bytes) {
  if (!context_) return;
  if (EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) != 1) context_.reset();
}

std::string Digest::finish_hex() {
  if (!context_) return {};
  std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
  unsigned size = 0;
  const bool done = EVP_DigestFinal_ex(context_.get(), out.data(), &size) == 1;
  context_.reset();
  return done ? to_hex(std::span(out).first(size)) : std::string();
}

Sha256 Digest::finish_sha256() {
  if (!context_ || EVP_MD_CTX_get_size(context_.get()) != std::tuple_size_v<Sha256>) std::abort();
  Sha256 out{};
  if (EVP_DigestFinal_ex(context_.get(), out.data(), nullptr) != 1) std::abort();
  context_.reset();
  return out;
}

}  // namespace frontis::media
