// GigCatalog and MilestoneBilling as OfferService's tests want them: small in-process servers on real sockets whose
// answers a test writes down. Thread-safe.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "grpcpp/server.h"
#include "milepost/billing/v1/milestone_billing.grpc.pb.h"
#include "milepost/catalog/v1/gig_catalog.grpc.pb.h"

namespace milepost::offers {

// Every user sees a gig as the contract says: its seller always, others from PUBLISHED on, services always.
class FakeGigCatalog final : public catalog::v1::GigCatalog::Service {
 public:
  // Milestone offers are allowed in "3d-product" and not in "logo-design" (A9).
  // A gig of `seller`; its name.
  std::string AddGig(const std::string& seller,
                     catalog::v1::GigState state = catalog::v1::GIG_STATE_PUBLISHED,
                     const std::string& subcategory = "3d-product");
  void SetState(const std::string& gig, catalog::v1::GigState state);
  // As when an operator changes the gig's subcategory.
  void SetMilestoneOffers(const std::string& gig, bool allowed);
  // From now on every call ends with this status; OK: none does.
  void FailWith(const grpc::Status& status);
  // How many calls have come.
  int asked() const;

  grpc::Status GetGig(grpc::ServerContext* context, const catalog::v1::GetGigRequest* request,
                      catalog::v1::GetGigResponse* response) override;

 private:
  mutable std::mutex mutex_;
  grpc::Status failure_;
  std::map<std::string, catalog::v1::Gig> gigs_;
  int asked_ = 0;
};

// Answers PlaceOrder by a script; unless told otherwise it places every order at once.
class FakeBilling final : public billing::v1::MilestoneBilling::Service {
 public:
  using Script =
      std::function<grpc::Status(const billing::v1::PlaceOrderRequest&, billing::v1::PlaceOrderResponse&)>;

  // For all offers (those that have no script of their own).
  void Answer(Script script);
  // Calls wait until Release(); they are answered by the script that is set by then.
  void Hold();
  void Release();
  // Waits until so many calls have come since the start or Forget().
  void AwaitCalls(size_t count);
  std::vector<billing::v1::PlaceOrderRequest> calls() const;
  // The calls with validate_only, which are not among calls().
  std::vector<billing::v1::PlaceOrderRequest> previews() const;
  void Forget();

  grpc::Status PlaceOrder(grpc::ServerContext* context, const billing::v1::PlaceOrderRequest* request,
                          billing::v1::PlaceOrderResponse* response) override;

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Script script_;
  bool held_ = false;
  std::vector<billing::v1::PlaceOrderRequest> calls_;
  std::vector<billing::v1::PlaceOrderRequest> previews_;
};

// Scripts.
// With validate_only also with a preview, which names 12.34 as the total.
FakeBilling::Script Places();
FakeBilling::Script LeavesOpen();
FakeBilling::Script Declines(const std::string& reason);
FakeBilling::Script Refuses(const absl::Status& refusal);
// As a lost connection would: nobody knows what happened.
FakeBilling::Script Vanishes();

// Both peers behind one server.
class Peers {
 public:
  Peers();
  ~Peers();
  const std::string& address() const { return address_; }

  FakeGigCatalog catalog;
  FakeBilling billing;

 private:
  std::unique_ptr<grpc::Server> server_;
  std::string address_;
};

}  // namespace milepost::offers
