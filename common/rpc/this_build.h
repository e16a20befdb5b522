// What a server runs on: its own version and those of gRPC, protobuf and the compiler; as a metric and as log lines.
#pragma once

#include <string>

#include "common/obs/exposition.h"

namespace milepost::rpc {

struct BuildInfo {
  std::string version;   // of Milepost, as git describes the commit; "no server" in a program that is none
  std::string grpc;      // of the library that is loaded
  std::string protobuf;  // of the headers; a library that does not fit them ends the process before main
  std::string compiler;  // "gcc 12.2.0"
};
BuildInfo ThisBuild();

// The metric milepost_build_info.
void ReadBuild(obs::Exposition& exposition);

// The log line of a server's start; and a warning that lists the known faults of its gRPC, if it has any.
void LogBuild();

// Sets the version. cmake/version.cmake generates a file for each server that makes one before main.
class ServerVersion {
 public:
  explicit ServerVersion(const char* version);  // a literal
};

}  // namespace milepost::rpc
