// GigCatalog or MilestoneBilling away: dead, refusing, or silent behind an open connection; and no database to connect to. What
// needs them is refused as UNAVAILABLE with a reason, before the caller's deadline; everything else goes on, replays included.
#include <gmock/gmock.h>

#include <functional>
#include <future>
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
// A caller's deadline, somewhat later than the longest call to a peer (rpc::PeerOptions::call_time_max). Where it passes,
// gRPC itself says DEADLINE_EXCEEDED, without a reason.
constexpr absl::Duration kDeadline = absl::Seconds(15);

class PeersDownTest : public OfferTest {
 protected:
  // Another offer_service on the same offers, with peers of its own.
  void StartWith(const std::vector<std::string>& flags) {
    server_of_test_ =
        std::make_unique<testing::ServerProcess>("offer_service", FlagsFor(schema(), peers(), flags));
    ASSERT_THAT(server_of_test_->Start(), IsOk()) << "readiness does not depend on peers";
    client_of_test_ = std::make_unique<OfferClient>(server_of_test_->channel(), kDeadline);
  }

  // Makes the calls at the same time: a silent peer costs each of them ten seconds.
  using Calls = std::vector<std::pair<std::string, std::function<absl::Status()>>>;
  static void ExpectEachRefused(const Calls& calls, Reason reason) {
    std::vector<std::future<absl::Status>> answers;
    for (const auto& [method, call] : calls) answers.push_back(std::async(std::launch::async, call));
    for (size_t i = 0; i < calls.size(); ++i) {
      const absl::Status status = answers[i].get();
      EXPECT_TRUE(IsRefusal(status, reason)) << calls[i].first << ": " << status;
      EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable) << calls[i].first;
    }
  }

  absl::Status Update(OfferClient& client, const std::string& name,
                      const std::string& request_id = NewRequestId()) {
    v1::UpdateOfferRequest request;
    *request.mutable_offer() = GoodOffer(2);
    request.mutable_offer()->set_name(name);
    request.set_request_id(request_id);
    return client.Call(&v1::OfferService::Stub::UpdateOffer, request, seller_).status();
  }

  // Each command that needs the catalog; nothing is written.
  void ExpectRefusedWithoutTheCatalog() {
    const v1::Offer draft = Draft(), sent = Sent();
    const std::string before = Written();
    OfferClient& client = *client_of_test_;
    ExpectEachRefused({{"Create", [&] { return client.Create(GoodOffer(), seller_).status(); }},
                       {"Update", [&] { return Update(client, draft.name()); }},
                       {"Send", [&] { return client.Send(draft.name(), seller_).status(); }},
                       {"Accept", [&] { return client.Accept(sent).status(); }},
                       {"Accept, validate_only", [&] { return client.PreviewAccept(sent).status(); }}},
                      Reason::kPeerUnavailable);
    EXPECT_EQ(Written(), before);
  }

  // Everything that needs no peer.
  void ExpectTheRestGoesOn() {
    const v1::Offer sent = Sent(), other = Sent(), draft = Draft();
    EXPECT_THAT(client_of_test_->Get(sent.name(), buyer_), IsOk());
    v1::ListOffersRequest request;
    request.set_role(v1::OFFER_ROLE_BUYER);
    EXPECT_FALSE(client_of_test_->List(request, buyer_).empty());
    EXPECT_THAT(client_of_test_->Withdraw(sent.name(), seller_), IsOk());
    EXPECT_THAT(client_of_test_->Decline(other.name(), buyer_), IsOk());
    EXPECT_THAT(client_of_test_->Delete(draft.name(), seller_), IsOk());
  }

  std::unique_ptr<testing::ServerProcess> server_of_test_;
  std::unique_ptr<OfferClient> client_of_test_;
};

TEST_F(PeersDownTest, ADeadCatalog) {
  StartWith({absl::StrCat("--catalog=", kNobody)});
  ExpectRefusedWithoutTheCatalog();
  ExpectTheRestGoesOn();
}

// W7, A29: the answer was lost, and GigCatalog is away when the caller asks again.
TEST_F(PeersDownTest, AReplayNeedsNoCatalog) {
  StartWith({absl::StrCat("--catalog=", kNobody)});
  const std::string create_id = NewRequestId(), update_id = NewRequestId(), accept_id = NewRequestId();
  const v1::Offer offer = GoodOffer();
  const auto created = client().Create(offer, seller_, create_id);
  ASSERT_THAT(created, IsOk());
  const auto created_again = client_of_test_->Create(offer, seller_, create_id);
  ASSERT_THAT(created_again, IsOk());
  EXPECT_EQ(created_again->name(), created->name());
  EXPECT_THAT(client_of_test_->Create(GoodOffer(2), seller_, create_id),
              RefusedWith(Reason::kRequestIdReused));

  ASSERT_THAT(Update(client(), created->name(), update_id), IsOk());
  EXPECT_THAT(Update(*client_of_test_, created->name(), update_id), IsOk());
  EXPECT_THAT(Update(*client_of_test_, created->name()), RefusedWith(Reason::kPeerUnavailable));

  const v1::Offer sent = Sent();
  peers().billing.Answer(Declines("INSUFFICIENT_FUNDS"));
  ASSERT_EQ(client().Accept(sent, accept_id)->offer().state(), v1::OFFER_STATE_SENT);
  const auto accepted_again = client_of_test_->Accept(sent, accept_id);
  ASSERT_THAT(accepted_again, IsOk());
  EXPECT_TRUE(accepted_again->replayed());
  EXPECT_EQ(accepted_again->offer().state(), v1::OFFER_STATE_SENT);
  const auto previewed = client_of_test_->PreviewAccept(sent, accept_id);
  ASSERT_THAT(previewed, IsOk());
  EXPECT_TRUE(previewed->replayed());
}

TEST_F(PeersDownTest, ACatalogThatRefuses) {
  StartWith({});
  for (const grpc::Status& failure :
       {rpc::ToGrpc(Refuse(Reason::kDatabaseUnavailable)), rpc::ToGrpc(Refuse(Reason::kShuttingDown)),
        grpc::Status(grpc::StatusCode::UNAVAILABLE, "a proxy's own words"),
        grpc::Status(grpc::StatusCode::INTERNAL, "a stack trace")}) {
    const v1::Offer draft = Draft();
    peers().catalog.FailWith(failure);
    const absl::Status refused = client_of_test_->Send(draft.name(), seller_).status();
    EXPECT_THAT(refused, StatusIs(absl::StatusCode::kUnavailable)) << failure.error_message();
    EXPECT_TRUE(RefusalOf(refused).has_value()) << "with a reason";
    EXPECT_THAT(client_of_test_->Delete(draft.name(), seller_), IsOk());
    peers().catalog.FailWith(grpc::Status::OK);
  }
}

// The connection stands, and not a byte comes back.
TEST_F(PeersDownTest, ACatalogThatSwallowsEverything) {
  HoldingProxy wire(std::stoi(peers().address().substr(sizeof "127.0.0.1:" - 1)));
  StartWith({absl::StrCat("--catalog=127.0.0.1:", wire.port())});
  ASSERT_THAT(client_of_test_->Create(GoodOffer(), seller_), IsOk()) << "the wire carries";
  wire.HoldAnswers();
  ExpectRefusedWithoutTheCatalog();
  ExpectTheRestGoesOn();
  wire.ReleaseAnswers();
}

TEST_F(PeersDownTest, ADeadBilling) {
  StartWith({absl::StrCat("--billing=", kNobody)});
  const v1::Offer sent = Sent();
  const std::string before = Written();
  EXPECT_THAT(client_of_test_->PreviewAccept(sent), RefusedWith(Reason::kPeerUnavailable));
  EXPECT_EQ(Written(), before);
  const auto accepted = client_of_test_->Accept(sent);
  ASSERT_THAT(accepted, IsOk()) << "A29: the acceptance is saved, and settles when MilestoneBilling is back";
  EXPECT_EQ(accepted->offer().state(), v1::OFFER_STATE_ACCEPTING);
  EXPECT_THAT(client_of_test_->Create(GoodOffer(), seller_), IsOk());
  ExpectTheRestGoesOn();
}

TEST_F(PeersDownTest, ABillingThatSwallowsEverything) {
  HoldingProxy wire(std::stoi(peers().address().substr(sizeof "127.0.0.1:" - 1)));
  StartWith({absl::StrCat("--billing=127.0.0.1:", wire.port())});
  ASSERT_THAT(client_of_test_->PreviewAccept(Sent()), IsOk()) << "the wire carries";
  wire.HoldAnswers();
  const v1::Offer previewed = Sent(), accepting = Sent();
  auto accept = std::async(std::launch::async, [&] { return client_of_test_->Accept(accepting); });
  ExpectEachRefused(
      {{"Accept, validate_only", [&] { return client_of_test_->PreviewAccept(previewed).status(); }}},
      Reason::kPeerUnavailable);
  EXPECT_EQ(client_of_test_->Get(previewed.name(), buyer_)->etag(), previewed.etag());
  const auto accepted = accept.get();
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
  const auto listed = [&] {
    return client.Call(&v1::OfferService::Stub::ListOffers, list, seller_).status();
  };
  ExpectEachRefused({{"Create", [&] { return client.Create(GoodOffer(), seller_).status(); }},
                     {"Get", [&] { return client.Get(sent.name(), seller_).status(); }},
                     {"List", listed},
                     {"Update", [&] { return Update(client, draft.name()); }},
                     {"Delete", [&] { return client.Delete(draft.name(), seller_).status(); }},
                     {"Send", [&] { return client.Send(draft.name(), seller_).status(); }},
                     {"Withdraw", [&] { return client.Withdraw(sent.name(), seller_).status(); }},
                     {"Decline", [&] { return client.Decline(sent.name(), buyer_).status(); }},
                     {"Accept", [&] { return client.Accept(sent).status(); }},
                     {"Accept, validate_only", [&] { return client.PreviewAccept(sent).status(); }},
                     {"RecordOrderOutcome",
                      [&] { return client.RecordOutcome(sent, v1::ORDER_OUTCOME_COMPLETED).status(); }}},
                    Reason::kDatabaseUnavailable);
}

}  // namespace
}  // namespace milepost::offers
