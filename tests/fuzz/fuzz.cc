#include "tests/fuzz/fuzz.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/rpc/call.h"
#include "google/protobuf/text_format.h"
#include "re2/re2.h"
#include "tests/fuzz/generator.h"
#include "tests/fuzz/inspection.h"
#include "tests/fuzz/mutator.h"

namespace milepost::fuzz {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr int kRequestsARound = 20;  // of each method
constexpr int kRoundsADay = 8;       // the services' clocks go on after so many
constexpr size_t kFailuresMax = 20;
constexpr size_t kSentKept = 16;  // of each method
constexpr size_t kLargest = 4 << 20;
constexpr size_t kShown = 4000;  // of a text, for people

// They would end the world for the others: the clock goes forward only, and with it every deadline. So they come last, alone.
bool ComesLast(const Method& method) {
  return method.descriptor->full_name() == "milepost.testing.v1.TestClock.AdvanceClock";
}

// PauseAnswers holds these calls for as long as somebody likes, and SetScript delays them: it is what they are for. So a late answer
// says nothing, and they get little time.
bool MayHold(const Method& method) {
  return method.descriptor->service()->full_name() == "milepost.payments.v1.PaymentProvider";
}

std::string Serialized(const Message& message) {
  std::string bytes;
  // An invalid message can't be serialised; the bytes so far are as good.
  static_cast<void>(message.SerializePartialToString(&bytes));
  return bytes;
}

// An unknown field at the end that makes the request exactly so large.
void PadTo(size_t size, std::string& bytes) {
  constexpr size_t kHead = 2 + 4;  // tag 1000, and a length in four bytes
  if (bytes.size() + kHead >= size) return;
  const size_t length = size - bytes.size() - kHead;
  bytes += "\xc2\x3e";
  for (int i = 0; i < 4; ++i) bytes += static_cast<char>(((length >> (7 * i)) & 0x7f) | (i < 3 ? 0x80 : 0));
  bytes.append(length, 'x');
}

// gRPC's client aborts on a value that no header may have.
bool CanBeSent(absl::string_view value) {
  return std::all_of(value.begin(), value.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

std::string MalformedActor(Random& random) {
  static constexpr std::array<const char*, 11> kBad = {
      "",          "users/",         "users",      "nobody/fay", "users/a b",
      "users/a/b", "Users/seller-1", "operators/", "services/",  "services/offer-service2",
      "users/%00"};
  return random.OneIn(8) ? absl::StrCat("users/", std::string(3000, 'a')) : random.Pick(kBad);
}

// The bytes in hex, or @ and the file that they were written to in hex.
std::string HexOrFile(const std::string& bytes, uint64_t seed) {
  const std::string hex = absl::BytesToHexString(bytes);
  if (!hex.empty() && hex.size() <= kShown) return hex;
  static int number = 0;
  const std::filesystem::path file =
      std::filesystem::temp_directory_path() / absl::StrCat("fuzz-", seed, "-", ++number, ".hex");
  std::ofstream(file) << hex;
  return absl::StrCat("@", file.string());
}

std::string ActorOf(const Call& call) {
  return call.metadata.empty() ? "" : call.metadata.front().second;
}

// The first field of the message or of its parts that names a resource: where it stands.
struct Naming {
  Message* message = nullptr;
  const FieldDescriptor* field = nullptr;
};
Naming FindNaming(Message& message) {
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->is_repeated()) continue;
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING &&
        !KindOf(reflection.GetString(message, field)).empty())
      return {&message, field};
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    if (const Naming naming = FindNaming(*reflection.MutableMessage(&message, field));
        naming.message != nullptr)
      return naming;
  }
  return {};
}

}  // namespace

void Fuzzing::Run() {
  for (const bool last : {false, true}) {
    const std::vector<const Method*> methods = Chosen(last);
    int left = methods.empty() ? 0 : options_.requests;
    for (int round = 1; left > 0; ++round, left -= kRequestsARound) {
      PlayRound(methods, round, std::min(left, kRequestsARound));
      if (failures_.size() >= kFailuresMax || !Dead(world_).empty()) return;
      if (last) continue;
      Random random(options_.seed, "people", static_cast<uint64_t>(round));
      world_.Work(random);
      if (round % kRoundsADay == 0) world_.LetTimePass(absl::Hours(random.Between(1, 9 * 24)));
    }
  }
}

std::vector<const Method*> Fuzzing::Chosen(bool last) const {
  std::vector<const Method*> chosen;
  for (const Method& method : world_.methods())
    if (ComesLast(method) == last && RE2::PartialMatch(method.Name(), options_.methods))
      chosen.push_back(&method);
  return chosen;
}

// All requests of a round are made of what was known before it, and what their answers say is learnt in the order of the requests:
// so chance does not depend on which answer came first.
void Fuzzing::PlayRound(const std::vector<const Method*>& methods, int round, int requests) {
  std::vector<Call> calls;
  for (const Method* method : methods) {
    Random random(options_.seed, method->Name(), static_cast<uint64_t>(round));
    for (int i = 0; i < requests; ++i) calls.push_back(Make(*method, random));
  }
  Random order(options_.seed, "order", static_cast<uint64_t>(round));
  for (size_t i = calls.size(); i > 1; --i)
    std::swap(calls[i - 1], calls[static_cast<size_t>(order.Below(i))]);
  Judge(calls, SendAll(calls, options_.in_flight), round);
}

Call Fuzzing::Make(const Method& method, Random& random) {
  Generator generator(world_.pool(), random, start_);
  Mutator mutator(world_.pool(), random);
  const bool is_mutated = random.OneIn(2);
  std::optional<Request> again = random.OneIn(4) ? Again(method, random) : std::nullopt;
  const Request request = again ? *std::move(again) : generator.Make(method, LikelyParty(method, random));
  if (!is_mutated) {
    Call call = Wrap(method, Serialized(*request.message), request.actor, false, random);
    call.party = request.party;
    return call;
  }
  const size_t room = random.OneIn(50) ? kLargest : 64 << 10;
  const bool mutates_bytes = random.OneIn(5);
  for (uint64_t i = mutates_bytes ? 1 : 0; i < 1 + random.Below(3); ++i)
    mutator.Mutate(*request.message, room);
  std::string bytes = Serialized(*request.message);
  if (mutates_bytes) mutator.MutateBytes(bytes);
  if (random.OneIn(400)) PadTo(kLargest - 1 + static_cast<size_t>(random.Below(3)), bytes);
  return Wrap(method, std::move(bytes), request.actor, true, random);
}

// One that went well before: of ours, whose request id is used again, or of people, with a request id of its own.
std::optional<Request> Fuzzing::Again(const Method& method, Random& random) const {
  const auto ours = sent_.find(method.Name());
  const bool is_replay = random.OneIn(2) && ours != sent_.end() && !ours->second.empty();
  const Sent* sent = is_replay ? &random.Pick(ours->second)
                               : world_.pool().PickWork(*method.descriptor->input_type(), random);
  if (sent == nullptr) return std::nullopt;
  Request request{.message = method.NewRequest(), .actor = sent->actor, .party = ""};
  if (!request.message->ParseFromString(sent->bytes)) return std::nullopt;
  const FieldDescriptor* id = method.descriptor->input_type()->FindFieldByName("request_id");
  if (!is_replay && id != nullptr)
    request.message->GetReflection()->SetString(request.message.get(), id, random.Uuid());
  return request;
}

// No option says which party may call a method, so the party that was admitted more often is drawn more often.
std::string Fuzzing::LikelyParty(const Method& method, Random& random) const {
  uint64_t sellers = 1, buyers = 1;
  if (const auto admitted = admitted_.find(method.Name()); admitted != admitted_.end())
    for (const auto& [party, times] : admitted->second) (party == "seller" ? sellers : buyers) += times;
  return random.Below(sellers + buyers) < sellers ? "seller" : "buyer";
}

Call Fuzzing::Wrap(const Method& method, std::string bytes, const std::string& actor, bool is_mutated,
                   Random& random) {
  Call call{.method = &method, .bytes = std::move(bytes), .metadata = {}, .deadline = kPatience};
  call.is_mutated = is_mutated;
  if (method.descriptor->server_streaming() || MayHold(method))
    call.deadline = absl::Milliseconds(random.Between(20, 200));
  if (!actor.empty() && CanBeSent(actor)) call.metadata.emplace_back(rpc::kActorMetadata, actor);
  if (!is_mutated) return call;
  static constexpr std::array<const char*, 5> kOthers = {"users/buyer-1", "operators/fuzz", "services/fuzz",
                                                         "services/offer-service",
                                                         "services/milestone-billing"};
  switch (random.Below(16)) {
    case 0:
      call.metadata.clear();
      break;
    case 1:
      call.metadata = {{rpc::kActorMetadata, MalformedActor(random)}};
      break;
    case 2:
      call.metadata.emplace_back(rpc::kActorMetadata, random.Pick(kOthers));
      break;
    case 3:
    case 4:
      call.metadata = {{rpc::kActorMetadata, random.Pick(kOthers)}};
      break;
    case 5:
      call.deadline = absl::Milliseconds(random.Between(0, 10));
      break;
    case 6:
      call.deadline = absl::Hours(24 * 365 * 300);
      if (method.descriptor->server_streaming() || MayHold(method)) call.deadline = absl::Milliseconds(50);
      break;
    case 7:
      call.metadata.emplace_back(rpc::kLanguageMetadata, "de;q=x,*;q=9,,en-\x7e;q=0.0001");
      call.metadata.emplace_back(rpc::kLogIdMetadata, std::string(500, '%'));
      break;
    default:
      break;
  }
  return call;
}

void Fuzzing::Judge(const std::vector<Call>& calls, const std::vector<Answer>& answers, int round) {
  for (size_t i = 0; i < calls.size(); ++i) {
    const Call& call = calls[i];
    tally_.Add(call, answers[i]);
    if (const auto wrong = WhatIsWrong(call, answers[i]); wrong && failures_.size() < kFailuresMax)
      failures_.push_back({.call = call, .what = *wrong, .round = round});
    if (const auto code = answers[i].status.error_code(); !call.party.empty() &&
                                                          code != grpc::StatusCode::PERMISSION_DENIED &&
                                                          code != grpc::StatusCode::NOT_FOUND)
      ++admitted_[call.method->Name()][call.party];
    for (const std::string& message : answers[i].messages) {
      const std::unique_ptr<Message> response = call.method->NewResponse();
      if (response->ParseFromString(message)) {
        world_.pool().Learn(*response, ActorOf(call));
      } else if (failures_.size() < kFailuresMax) {
        failures_.push_back({.call = call, .what = "its answer is no message of its type", .round = round});
      }
    }
    if (answers[i].status.ok()) Remember(call);
  }
}

void Fuzzing::Remember(const Call& call) {
  constexpr size_t kSmall = 4096;
  if (call.bytes.size() > kSmall) return;
  const std::unique_ptr<Message> request = call.method->NewRequest();
  if (!request->ParseFromString(call.bytes)) return;
  world_.pool().LearnTexts(*request);
  std::vector<Sent>& sent = sent_[call.method->Name()];
  if (sent.size() >= kSentKept) sent.erase(sent.begin());
  sent.push_back(
      {.bytes = call.bytes, .actor = call.metadata.empty() ? std::string() : call.metadata.front().second});
}

void Fuzzing::RunAlone(const Method& method, const std::string& bytes,
                       const std::optional<std::string>& actor) {
  Random random(options_.seed, method.Name(), 0);
  std::vector<Call> calls = {Wrap(method, bytes, actor.value_or(""), false, random)};
  const std::unique_ptr<Message> request = method.NewRequest();
  const Naming naming = request->ParseFromString(bytes) ? FindNaming(*request) : Naming();
  if (naming.message != nullptr) {
    const google::protobuf::Reflection& reflection = *naming.message->GetReflection();
    const std::string kind = KindOf(reflection.GetString(*naming.message, naming.field));
    for (const Resource* resource : world_.pool().All(kind)) {
      reflection.SetString(naming.message, naming.field, resource->name);
      std::vector<std::string> actors = {actor.value_or("")};
      for (const char* party : {"seller", "buyer"})
        if (const auto who = resource->texts.find(party); who != resource->texts.end())
          actors.push_back(who->second);
      for (const std::string& who : actors)
        calls.push_back(Wrap(method, Serialized(*request), who, false, random));
    }
  }
  Judge(calls, SendAll(calls, options_.in_flight), 0);
}

std::string Describe(const Failure& failure, uint64_t seed) {
  const Call& call = failure.call;
  std::string text = "  no message of its type\n";
  const std::unique_ptr<Message> request = call.method->NewRequest();
  if (request->ParseFromString(call.bytes))
    static_cast<void>(google::protobuf::TextFormat::PrintToString(*request, &text));
  std::string metadata, actor;
  for (const auto& [key, value] : call.metadata) {
    absl::StrAppend(&metadata, metadata.empty() ? "" : ", ", key, ": ", value.substr(0, kShown));
    if (key == rpc::kActorMetadata && actor.empty())
      actor = absl::StrCat(" --actor='", value.substr(0, kShown), "'");
  }
  return absl::StrCat("FAILED ", call.method->Name(), ": ", failure.what, "\n  seed ", seed, ", round ",
                      failure.round, "; metadata: ", metadata, "\n  deadline ",
                      absl::FormatDuration(call.deadline), "; ", call.bytes.size(), " bytes:\n",
                      text.substr(0, kShown), "  alone: ./dev fuzz --seed=", seed, " --method='^",
                      call.method->Name(), "$'", actor, " --request=", HexOrFile(call.bytes, seed), "\n");
}

}  // namespace milepost::fuzz
