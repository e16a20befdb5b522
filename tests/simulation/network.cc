#include "tests/simulation/network.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "asio/co_spawn.hpp"
#include "asio/detached.hpp"
#include "common/core/actor.h"
#include "common/core/refusal.h"
#include "common/core/status_macros.h"
#include "common/rpc/status_map.h"
#include "common/rpc/validation.h"
#include "tests/simulation/chance.h"

namespace milepost::simulation {
namespace {

grpc::Status NoAnswer() {
  return {grpc::StatusCode::UNAVAILABLE, "simulated"};
}

// A call whose caller does nothing after its answer but to write it down: it may come long after the caller's deadline, as from a
// handler that was held up on its way to its lane.
bool MayBeSlow(const google::protobuf::Message& request) {
  const absl::string_view type = request.GetDescriptor()->name();
  return type == "ChargeRequest" || type == "VoidChargeRequest" || type == "RefundRequest";
}

// As a server checks what one of our own services sends.
absl::Status CheckShape(const google::protobuf::Message& request) {
  std::vector<FieldViolation> violations = rpc::MessageRules::Of(*request.GetDescriptor())
                                               .Violations(request, rpc::MessageRules::Author::kOurService);
  return violations.empty() ? absl::OkStatus() : RefuseFields(std::move(violations));
}

// The name of the order or offer that a request is about, by its key or its resource's name; 0: of none.
uint64_t SubjectOf(const google::protobuf::Message& request) {
  for (const char* field : {"key", "offer", "name"}) {
    const google::protobuf::FieldDescriptor* found = request.GetDescriptor()->FindFieldByName(field);
    if (found == nullptr) continue;
    const std::string text = request.GetReflection()->GetString(request, found);
    const size_t slash = text.find('/');
    if (slash == std::string::npos || absl::StartsWith(text, "gigs/")) return 0;
    const absl::StatusOr<Uuid> id = Uuid::Parse(text.substr(slash + 1, 36));
    return id.ok() ? simulation::NameOf(*id) : 0;
  }
  return 0;
}

}  // namespace

void Network::Port::Carry(const rpc::PeerOptions& peer, const rpc::PeerCall& call,
                          const google::protobuf::Message& request, google::protobuf::Message& response,
                          absl::AnyInvocable<void(grpc::Status)> done) {
  Shared message = network_.Made(this, call.actor.empty() ? peer.self : call.actor, request, response);
  message->wanted = &response;
  message->done = std::move(done);
  network_.waiting_.push_back(std::move(message));
}

Network::Shared Network::Made(const Port* sender, const std::string& actor,
                              const google::protobuf::Message& request, google::protobuf::Message& response) {
  const google::protobuf::Descriptor* type = request.GetDescriptor();
  auto message = std::make_shared<Message>();
  const uint64_t content =
      simulation::NameOf(HashUuid(absl::StrCat(type->name(), "\n", request.SerializeAsString())));
  message->name = Mix(content, ++sent_[content]);
  message->subject = SubjectOf(request);
  message->sender = sender;
  tell_(message->subject);
  message->request.reset(request.New());
  message->request->CopyFrom(request);
  message->answer.reset(response.New());
  rpc::Call& call = message->call;
  call.actor = Actor::Parse(actor).value_or(Actor());
  call.method = std::string(absl::StripSuffix(type->name(), "Request"));
  const rpc::RequestFields& fields = fields_.try_emplace(type, *type).first->second;
  std::vector<FieldViolation> violations;
  fields.Read(request, call, violations);
  if (call.request_id) call.request_hash = Sha256(absl::StrCat(actor, "\n", fields.Hash(request)));
  if (!violations.empty()) message->status = RefuseFields(std::move(violations));
  std::erase_if(known_, [](const auto& one) { return one.expired(); });
  known_.push_back(message);
  return message;
}

void Network::DeliverOne(uint64_t seed) {
  if (waiting_.empty()) return;
  const auto chosen = std::min_element(
      waiting_.begin(), waiting_.end(),
      [seed](const Shared& a, const Shared& b) { return Mix(a->name, seed) < Mix(b->name, seed); });
  const Shared message = *chosen;
  waiting_.erase(chosen);
  tell_(message->subject);
  const Fate fate = FateOf(*message);
  if (fate == Fate::kHeldUp || fate == Fate::kRepeated) HoldUpCopy(*message);
  switch (fate) {
    case Fate::kLost:
    case Fate::kHeldUp:
      return LoseAnswer(message);
    case Fate::kAnswerLost:
      return Arrive(message, [](Network&, const Shared& answered) { LoseAnswer(answered); });
    case Fate::kAnswerSlow:
      return Arrive(message, [](Network& network, const Shared& answered) {
        network.slow_answers_[answered->name] = answered;
      });
    case Fate::kRepeated:
    case Fate::kArrives:
      return Arrive(message, [](Network&, const Shared& answered) { Answer(answered); });
  }
}

Network::Fate Network::FateOf(const Message& message) const {
  if (!faulty_) return Fate::kArrives;
  Chance chance(Mix(seed_, message.name));
  const uint64_t percent = chance.Below(100);
  if (percent < 2) return Fate::kLost;
  if (percent < 4) return Fate::kHeldUp;
  if (percent < 6) return Fate::kAnswerLost;
  if (percent < 8) return Fate::kRepeated;
  if (percent < 10 && MayBeSlow(*message.request)) return Fate::kAnswerSlow;
  return Fate::kArrives;
}

void Network::HoldUpCopy(const Message& message) {
  auto copy = std::make_shared<Message>();
  copy->name = Mix(message.name, 1);
  copy->subject = message.subject;
  copy->call = message.call;
  copy->request.reset(message.request->New());
  copy->request->CopyFrom(*message.request);
  copy->answer.reset(message.answer->New());
  held_up_[copy->name] = std::move(copy);
}

std::vector<uint64_t> Network::HeldUp() const {
  std::vector<uint64_t> names;
  for (const auto& [name, message] : held_up_) names.push_back(name);
  for (const auto& [name, message] : slow_answers_) names.push_back(name);
  return names;
}

void Network::DeliverHeldUp(uint64_t name) {
  if (const auto found = held_up_.find(name); found != held_up_.end()) {
    const Shared message = found->second;
    held_up_.erase(found);
    tell_(message->subject);
    Arrive(message, [](Network&, const Shared&) {});
  } else if (const auto slow = slow_answers_.find(name); slow != slow_answers_.end()) {
    const Shared message = slow->second;
    slow_answers_.erase(slow);
    tell_(message->subject);
    Answer(message);
  }
}

void Network::Arrive(const Shared& message, Answered answered) {
  asio::co_spawn(io_, Handle(message, answered), asio::detached);
}

asio::awaitable<void> Network::Handle(Shared message, Answered answered) {
  Handling handling(std::move(message));
  const google::protobuf::Message& request = *(*handling).request;
  absl::Status& status = (*handling).status;
  const auto server = servers_.find(request.GetDescriptor());
  if (server == servers_.end())
    status = absl::UnimplementedError(absl::StrCat("nobody serves ", request.GetTypeName()));
  if (status.ok()) status = CheckShape(request);
  if (status.ok()) {
    auto answering = server->second((*handling).call, request, *(*handling).answer);
    status = co_await std::move(answering);
  }
  answered(*this, handling.HandOver());
}

void Network::Answer(const Shared& message) {
  if (!message->done) return;
  if (message->status.ok()) message->wanted->CopyFrom(*message->answer);
  std::exchange(message->done, nullptr)(rpc::ToGrpc(message->status));
}

void Network::LoseAnswer(const Shared& message) {
  if (message && message->done) std::exchange(message->done, nullptr)(NoAnswer());
}

void Network::End() {
  for (const std::weak_ptr<Message>& known : known_)
    if (const Shared message = known.lock()) message->done = nullptr;
}

void Network::Forget(const Port* sender) {
  for (const std::weak_ptr<Message>& known : known_) {
    const Shared message = known.lock();
    if (message && message->sender == sender) message->done = nullptr;
  }
}

}  // namespace milepost::simulation
