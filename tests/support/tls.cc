#include "tests/support/tls.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"

namespace milepost::testing {
namespace {

// An elliptic key is made at once; one for RSA takes a second of a small machine.
constexpr char kNewKey[] = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";

void OpenSsl(const std::string& folder, const std::string& arguments) {
  const std::string log = absl::StrCat(folder, "/openssl.log");
  const std::string command =
      absl::StrCat("cd '", folder, "' && openssl ", arguments, " >>'", log, "' 2>&1 </dev/null");
  if (std::system(command.c_str()) == 0) return;
  std::ifstream said(log);
  std::fprintf(stderr, "openssl %s:\n%s\n", arguments.c_str(),
               std::string(std::istreambuf_iterator<char>(said), {}).c_str());
  std::abort();
}

}  // namespace

CertificateAuthority::CertificateAuthority(std::string folder)
    : folder_(std::move(folder)),
      own_{absl::StrCat(folder_, "/authority.pem"), absl::StrCat(folder_, "/authority.key")} {
  OpenSsl(folder_, absl::StrCat("req -x509 ", kNewKey, " -days 2 -subj '/CN=an authority of tests' -keyout '",
                                own_.key_file, "' -out '", own_.file, "'"));
}

Certificate CertificateAuthority::Issue(const std::string& names) {
  const std::string base = absl::StrCat(folder_, "/", ++issued_);
  const Certificate issued{absl::StrCat(base, ".pem"), absl::StrCat(base, ".key")};
  std::ofstream(base + ".ext") << "subjectAltName=" << names << "\n";
  OpenSsl(folder_, absl::StrCat("req ", kNewKey, " -subj '/CN=", issued_, "' -keyout '", issued.key_file,
                                "' -out '", base, ".csr'"));
  OpenSsl(folder_,
          absl::StrCat("x509 -req -in '", base, ".csr' -CA '", own_.file, "' -CAkey '", own_.key_file,
                       "' -CAcreateserial -days 2 -extfile '", base, ".ext' -out '", issued.file, "'"));
  return issued;
}

}  // namespace milepost::testing
