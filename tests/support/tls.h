// Certificates for servers that speak TLS, and for their clients, made by the command openssl.
#pragma once

#include <string>

namespace milepost::testing {

// A certificate (PEM) and its key, as paths.
struct Certificate {
  std::string file, key_file;
};

// An authority of a test's own. Dies, with openssl's words, where a certificate can't be made. Not thread-safe.
class CertificateAuthority {
 public:
  // Its files lie in `folder`, which exists and is for it alone.
  explicit CertificateAuthority(std::string folder);

  // Its own certificate: what those are given who trust it.
  const std::string& file() const { return own_.file; }
  // A certificate for `names`, written as openssl's subjectAltName: "IP:127.0.0.1,DNS:localhost".
  Certificate Issue(const std::string& names);

 private:
  const std::string folder_;
  const Certificate own_;
  int issued_ = 0;
};

}  // namespace milepost::testing
