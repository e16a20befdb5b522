#include "common/rpc/reflection_v1.h"

#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/descriptor.pb.h"
#include "grpc/reflection/v1/reflection.grpc.pb.h"
#include "grpcpp/server_context.h"
#include "grpcpp/support/server_callback.h"

namespace milepost::rpc {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;
using grpc::reflection::v1::ExtensionRequest;
using grpc::reflection::v1::FileDescriptorResponse;
using grpc::reflection::v1::ServerReflection;
using grpc::reflection::v1::ServerReflectionRequest;
using grpc::reflection::v1::ServerReflectionResponse;

const DescriptorPool& Pool() {
  return *DescriptorPool::generated_pool();
}

void SetNotFound(absl::string_view what, ServerReflectionResponse& response) {
  response.mutable_error_response()->set_error_code(grpc::StatusCode::NOT_FOUND);
  response.mutable_error_response()->set_error_message(std::string(what));
}

// The file and what it imports, each once.
void Add(const FileDescriptor& file, std::set<const FileDescriptor*>& added, FileDescriptorResponse& files) {
  if (!added.insert(&file).second) return;
  google::protobuf::FileDescriptorProto described;
  file.CopyTo(&described);
  files.add_file_descriptor_proto(described.SerializeAsString());
  for (int i = 0; i < file.dependency_count(); ++i) Add(*file.dependency(i), added, files);
}

void AnswerFile(const FileDescriptor* file, ServerReflectionResponse& response) {
  if (!file) return SetNotFound("there is no such file or symbol", response);
  std::set<const FileDescriptor*> added;
  Add(*file, added, *response.mutable_file_descriptor_response());
}

const FileDescriptor* FileOf(const ExtensionRequest& extension) {
  const Descriptor* const extended = Pool().FindMessageTypeByName(extension.containing_type());
  if (!extended) return nullptr;
  const FieldDescriptor* const field = Pool().FindExtensionByNumber(extended, extension.extension_number());
  return field ? field->file() : nullptr;
}

void AnswerExtensions(const std::string& type, ServerReflectionResponse& response) {
  const Descriptor* const extended = Pool().FindMessageTypeByName(type);
  if (!extended) return SetNotFound("there is no such message", response);
  auto& numbers = *response.mutable_all_extension_numbers_response();
  numbers.set_base_type_name(type);
  std::vector<const FieldDescriptor*> extensions;
  Pool().FindAllExtensions(extended, &extensions);
  for (const FieldDescriptor* field : extensions) numbers.add_extension_number(field->number());
}

ServerReflectionResponse Answer(const ServerReflectionRequest& request,
                                const std::vector<std::string>& services) {
  ServerReflectionResponse response;
  response.set_valid_host(request.host());
  *response.mutable_original_request() = request;
  switch (request.message_request_case()) {
    case ServerReflectionRequest::kFileByFilename:
      AnswerFile(Pool().FindFileByName(request.file_by_filename()), response);
      break;
    case ServerReflectionRequest::kFileContainingSymbol:
      AnswerFile(Pool().FindFileContainingSymbol(request.file_containing_symbol()), response);
      break;
    case ServerReflectionRequest::kFileContainingExtension:
      AnswerFile(FileOf(request.file_containing_extension()), response);
      break;
    case ServerReflectionRequest::kAllExtensionNumbersOfType:
      AnswerExtensions(request.all_extension_numbers_of_type(), response);
      break;
    case ServerReflectionRequest::kListServices:
      for (const std::string& name : services)
        response.mutable_list_services_response()->add_service()->set_name(name);
      break;
    case ServerReflectionRequest::MESSAGE_REQUEST_NOT_SET:
      response.mutable_error_response()->set_error_code(grpc::StatusCode::UNIMPLEMENTED);
      response.mutable_error_response()->set_error_message("the request asks nothing that is known here");
      break;
  }
  return response;
}

class Conversation;

class ReflectionService final : public ServerReflection::CallbackService {
 public:
  explicit ReflectionService(std::vector<std::string> services) : services_(std::move(services)) {
    services_.emplace_back(ServerReflection::service_full_name());
  }

  grpc::ServerBidiReactor<ServerReflectionRequest, ServerReflectionResponse>* ServerReflectionInfo(
      grpc::CallbackServerContext*) override;
  void EndStreams();

  const std::vector<std::string>& services() const { return services_; }
  // The conversation is over, and may be deleted.
  void Forget(Conversation& conversation) {
    const std::lock_guard lock(mutex_);
    conversations_.erase(&conversation);
  }

 private:
  std::vector<std::string> services_;
  std::mutex mutex_;
  std::set<Conversation*> conversations_;  // guarded by mutex_, as is the next
  bool ended_ = false;
};

// One stream: read, answer, read the next.
class Conversation final : public grpc::ServerBidiReactor<ServerReflectionRequest, ServerReflectionResponse> {
 public:
  explicit Conversation(ReflectionService& service) : service_(service) { StartRead(&request_); }

  // Once the answer that is under way has been written.
  void End() {
    const std::lock_guard lock(mutex_);
    ending_ = true;
    if (!writing_) FinishOnce(Ended());
  }

  void OnReadDone(bool ok) override {
    if (ok) response_ = Answer(request_, service_.services());
    const std::lock_guard lock(mutex_);
    if (!ok) return FinishOnce(grpc::Status::OK);  // the caller has no more questions
    if (ending_) return FinishOnce(Ended());
    writing_ = true;
    StartWrite(&response_);
  }
  void OnWriteDone(bool ok) override {
    const std::lock_guard lock(mutex_);
    writing_ = false;
    if (!ok) return FinishOnce(grpc::Status(grpc::StatusCode::UNAVAILABLE, "the caller is gone"));
    if (ending_) return FinishOnce(Ended());
    StartRead(&request_);
  }
  void OnDone() override {
    service_.Forget(*this);
    delete this;
  }

 private:
  static grpc::Status Ended() {
    return grpc::Status(grpc::StatusCode::UNAVAILABLE, "the server is stopping");
  }
  // A read may still be under way: gRPC ends it with the stream.
  void FinishOnce(const grpc::Status& status) {
    if (!std::exchange(finished_, true)) Finish(status);
  }

  ReflectionService& service_;
  ServerReflectionRequest request_;
  ServerReflectionResponse response_;
  std::mutex mutex_;      // of what follows; taken after the service's
  bool writing_ = false;  // response_ is under way
  bool ending_ = false;
  bool finished_ = false;
};

grpc::ServerBidiReactor<ServerReflectionRequest, ServerReflectionResponse>*
ReflectionService::ServerReflectionInfo(grpc::CallbackServerContext*) {
  auto* const conversation = new Conversation(*this);
  const std::lock_guard lock(mutex_);
  conversations_.insert(conversation);
  if (ended_) conversation->End();
  return conversation;
}

void ReflectionService::EndStreams() {
  const std::lock_guard lock(mutex_);
  ended_ = true;
  for (Conversation* const conversation : conversations_) conversation->End();
}

}  // namespace

ReflectionV1 MakeReflectionV1(std::vector<std::string> services) {
  auto service = std::make_unique<ReflectionService>(std::move(services));
  ReflectionService* const streams = service.get();
  return {std::move(service), [streams] { streams->EndStreams(); }};
}

}  // namespace milepost::rpc
