// GigCatalog, MilestoneBilling or the database away: dead, refusing, or silent behind an open connection. What needs them is
// refused as UNAVAILABLE with a reason, before the caller's deadline; everything else goes on.
#include <gmock/gmock.h>

#include <functional>
#include <memory>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/rpc/status_map.h"
#include "tests/component/offer_service/world.h"
#include "tests/support/holding_proxy.h"
#include "tests/support/matchers.h"

namespace milepost::offers {
namespace {

using testing::HoldingProxy;
using testing::IsOk;
using testing::RefusedWith;
using testing::StatusIs;

constexpr char kNobody[] = "127.0.0.1:1";  // no server listens on port 1
// Of calls that wait for a silent peer to their end. gRPC itself would say DEADLINE_EXCEEDED, without a reason.
constexpr absl::Duration kDeadline = absl::Seconds(2);

class PeersDownTest : public OfferTest {
 protected:
  // Another offer_service on the same offers, with peers of its own.
  void StartWith(const std::vector<std::string>& flags) {
    server_of_test_ =
        std::make_unique<testing::ServerProcess>("offer_service", FlagsFor(schema(), peers(), flags));
    ASSERT_THAT(server_of_test_->Start(), IsOk()) << "readiness does not depend on peers";
    patient_ = std::make_unique<OfferClient>(server_of_test_->channel());
    hurried_ = std::make_unique<OfferClient>(server_of_test_->channel(), kDeadline);
  }

  absl::Status Update(OfferClient& client, const std::string& name) {
    v1::UpdateOfferRequest request;
    *request.mutable_offer() = GoodOffer(2);
    request.mutable_offer()->set_name(name);
    request.set_request_id(NewRequestId());
    return client.Call(&v1::OfferService::Stub::UpdateOffer, request, seller_).status();
  }

  // Each command that needs the catalog, by a caller in a hurry; nothing is written.
  void ExpectRefusedWithoutTheCatalog() {
    const v1::Offer draft = Draft(), sent = Sent();
    const std::string before = Written();
    const std::vector<std::pair<std::string, absl::Status>> answers = {
        {"Create", hurried_->Create(GoodOffer(), seller_).status()},
        {"Update", Update(*hurried_, draft.name())},
        {"Send", hurried_->Send(draft.name(), seller_).status()},
        {"Accept", hurried_->Accept(sent).status()},
        {"Accept, validate_only", hurried_->PreviewAccept(sent).status()}};
    for (const auto& [method, status] : answers) {
      EXPECT_TRUE(IsRefusal(status, Reason::kPeerUnavailable)) << method << ": " << status;
      EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable) << method;
    }
    EXPECT_EQ(Written(), before);
  }

  // Everything that needs no peer.
  void ExpectTheRestGoesOn() {
    const v1::Offer sent = Sent(), other = Sent(), draft = Draft();
    EXPECT_THAT(patient_->Get(sent.name(), buyer_), IsOk());
    v1::ListOffersRequest request;
    request.set_role(v1::OFFER_ROLE_BUYER);
    EXPECT_FALSE(patient_->List(request, buyer_).empty());
    EXPECT_THAT(patient_->Withdraw(sent.name(), seller_), IsOk());
    EXPECT_THAT(patient_->Decline(other.name(), buyer_), IsOk());
    EXPECT_THAT(patient_->Delete(draft.name(), seller_), IsOk());
  }

  std::unique_ptr<testing::ServerProcess> server_of_test_;
  std::unique_ptr<OfferClient> patient_, hurried_;
};

TEST_F(PeersDownTest, ADeadCatalog) {
  StartWith({absl::StrCat("--catalog=", kNobody)});
  ExpectRefusedWithoutTheCatalog();
  ExpectTheRestGoesOn();
}

TEST_F(PeersDownTest, ACatalogThatRefuses) {
  StartWith({});
  for (const grpc::Status& failure :
       {rpc::ToGrpc(Refuse(Reason::kDatabaseUnavailable)), rpc::ToGrpc(Refuse(Reason::kShuttingDown)),
        grpc::Status(grpc::StatusCode::UNAVAILABLE, "a proxy's own words"),
        grpc::Status(grpc::StatusCode::INTERNAL, "a stack trace")}) {
    const v1::Offer draft = Draft();
    peers().catalog.FailWith(failure);
    const absl::Status refused = hurried_->Send(draft.name(), seller_).status();
    EXPECT_THAT(refused, StatusIs(absl::StatusCode::kUnavailable)) << failure.error_message();
    EXPECT_TRUE(RefusalOf(refused).has_value()) << "with a reason";
    EXPECT_THAT(patient_->Delete(draft.name(), seller_), IsOk());
    peers().catalog.FailWith(grpc::Status::OK);
  }
}

// The connection stands, and not a byte comes back.
TEST_F(PeersDownTest, ACatalogThatSwallowsEverything) {
  HoldingProxy wire(std::stoi(peers().address().substr(sizeof "127.0.0.1:" - 1)));
  StartWith({absl::StrCat("--catalog=127.0.0.1:", wire.port())});
  ASSERT_THAT(patient_->Create(GoodOffer(), seller_), IsOk()) << "the wire carries";
  wire.HoldAnswers();
  ExpectRefusedWithoutTheCatalog();
  ExpectTheRestGoesOn();
  wire.ReleaseAnswers();
}

TEST_F(PeersDownTest, ADeadBilling) {
  StartWith({absl::StrCat("--billing=", kNobody)});
  const v1::Offer sent = Sent();
  const std::string before = Written();
  EXPECT_THAT(hurried_->PreviewAccept(sent), RefusedWith(Reason::kPeerUnavailable));
  EXPECT_EQ(Written(), before);
  const auto accepted = hurried_->Accept(sent);
  ASSERT_THAT(accepted, IsOk()) << "A29: the acceptance is saved, and settles when MilestoneBilling is back";
  EXPECT_EQ(accepted->offer().state(), v1::OFFER_STATE_ACCEPTING);
  EXPECT_THAT(patient_->Create(GoodOffer(), seller_), IsOk());
  ExpectTheRestGoesOn();
}

TEST_F(PeersDownTest, ABillingThatSwallowsEverything) {
  HoldingProxy wire(std::stoi(peers().address().substr(sizeof "127.0.0.1:" - 1)));
  StartWith({absl::StrCat("--billing=127.0.0.1:", wire.port())});
  ASSERT_THAT(patient_->PreviewAccept(Sent()), IsOk()) << "the wire carries";
  wire.HoldAnswers();
  const v1::Offer previewed = Sent(), accepting = Sent();
  const std::string before = Written();
  EXPECT_THAT(hurried_->PreviewAccept(previewed), RefusedWith(Reason::kPeerUnavailable));
  EXPECT_EQ(Written(), before);
  const auto accepted = hurried_->Accept(accepting);
  ASSERT_THAT(accepted, IsOk()) << "within the caller's deadline";
  EXPECT_EQ(accepted->offer().state(), v1::OFFER_STATE_ACCEPTING);
  wire.ReleaseAnswers();
}

TEST_F(PeersDownTest, WithoutTheDatabaseEverythingIsUnavailableWithAReason) {
  db::ConnectOptions nowhere = schema();
  nowhere.socket = "/nonexistent/mariadb.sock";
  testing::ServerProcess server("offer_service", FlagsFor(nowhere, peers()));
  ASSERT_THAT(server.Spawn(), IsOk());
  OfferClient client(server.channel(), kDeadline);
  const v1::Offer draft = Draft(), sent = Sent();
  v1::ListOffersRequest list;
  list.set_role(v1::OFFER_ROLE_SELLER);
  const std::vector<std::pair<std::string, absl::Status>> answers = {
      {"Create", client.Create(GoodOffer(), seller_).status()},
      {"Get", client.Get(sent.name(), seller_).status()},
      {"List", client.Call(&v1::OfferService::Stub::ListOffers, list, seller_).status()},
      {"Update", Update(client, draft.name())},
      {"Delete", client.Delete(draft.name(), seller_).status()},
      {"Send", client.Send(draft.name(), seller_).status()},
      {"Withdraw", client.Withdraw(sent.name(), seller_).status()},
      {"Decline", client.Decline(sent.name(), buyer_).status()},
      {"Accept", client.Accept(sent).status()},
      {"Accept, validate_only", client.PreviewAccept(sent).status()},
      {"RecordOrderOutcome", client.RecordOutcome(sent, v1::ORDER_OUTCOME_COMPLETED).status()}};
  for (const auto& [method, status] : answers) {
    EXPECT_TRUE(IsRefusal(status, Reason::kDatabaseUnavailable)) << method << ": " << status;
    EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable) << method;
  }
}

}  // namespace
}  // namespace milepost::offers
