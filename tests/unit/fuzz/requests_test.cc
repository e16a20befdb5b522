// The requests of the fuzzing: plausible ones of every method mostly keep the rules beside the fields, mutated ones break every kind
// of rule, and the same seed makes the same bytes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "absl/strings/match.h"
#include "common/rpc/request_bytes.h"
#include "common/rpc/validation.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/empty.pb.h"
#include "milepost/billing/v1/order.pb.h"
#include "milepost/catalog/v1/gig.pb.h"
#include "milepost/catalog/v1/gig_catalog.pb.h"
#include "milepost/offers/v1/offer_service.pb.h"
#include "tests/fuzz/generator.h"
#include "tests/fuzz/mutator.h"

namespace milepost::fuzz {
namespace {

using google::protobuf::Message;
using ::testing::HasSubstr;

constexpr int kRequests = 200;

std::vector<Method> ContractMethods() {
  std::vector<Method> methods;
  for (const char* service :
       {"catalog.v1.GigCatalog", "offers.v1.OfferService", "billing.v1.MilestoneBilling", "billing.v1.Ledger",
        "events.v1.EventFeed", "payments.v1.PaymentProvider", "testing.v1.PaymentSimulator",
        "testing.v1.TestClock"})
    for (const Method& method : MethodsOfService("server", nullptr, std::string("milepost.") + service))
      methods.push_back(method);
  return methods;
}

class Requests : public ::testing::Test {
 protected:
  Requests() {
    catalog::v1::Gig gig;
    gig.set_name("gigs/01a22c73-04f3-716e-895f-d439216a4ac3");
    gig.set_seller("users/sam");
    gig.set_etag("etag-of-the-gig");
    gig.set_subcategory("business-plans");
    pool_.Learn(gig, "users/sam");
    billing::v1::Order order;
    order.set_name("orders/01a22c73-04f3-716e-895f-d439216a4ac4");
    order.set_seller("users/sam");
    order.set_buyer("users/bea");
    pool_.Learn(order, "users/bea");
    pool_.LearnText("payment_method", "pm_ok");
    pool_.LearnText("account", "suspense");
    pool_.LearnText("key", "orders/1");
  }

  Request Plausible(const Method& method, Random& random) {
    return Generator(pool_, random, absl::FromUnixSeconds(1'800'000'000)).Make(method, "seller");
  }

  Pool pool_;
};

TEST_F(Requests, OfEveryMethodAtLeastAThirdKeepTheRules) {
  const std::vector<Method> methods = ContractMethods();
  ASSERT_GT(methods.size(), 60u);
  for (const Method& method : methods) {
    Random random(1, method.Name(), 0);
    int kept = 0;
    for (int i = 0; i < kRequests; ++i) {
      const Request request = Plausible(method, random);
      if (rpc::MessageRules::Of(*method.descriptor->input_type()).Violations(*request.message).empty())
        ++kept;
    }
    EXPECT_GE(kept, kRequests / 3) << method.Name();
  }
}

TEST_F(Requests, KeepAnIntegerBelowTheFieldThatItsRuleNames) {
  int subscriptions = 0;
  for (const Method& method : ContractMethods()) {
    if (method.descriptor->full_name() != "milepost.offers.v1.OfferService.CreateOffer") continue;
    Random random(2, method.Name(), 0);
    for (int i = 0; i < kRequests; ++i) {
      const Request request = Plausible(method, random);
      offers::v1::CreateOfferRequest create;
      ASSERT_TRUE(create.ParseFromString(request.message->SerializeAsString()));
      if (!create.offer().has_subscription()) continue;
      ++subscriptions;
      EXPECT_LE(create.offer().subscription().days(), create.offer().subscription().interval_days());
    }
  }
  EXPECT_GT(subscriptions, 10);
}

TEST_F(Requests, AreTheSameFromTheSameSeed) {
  for (const Method& method : ContractMethods()) {
    Random one(7, method.Name(), 3), same(7, method.Name(), 3);
    for (int i = 0; i < 20; ++i) {
      Request request = Plausible(method, one), again = Plausible(method, same);
      EXPECT_EQ(request.message->SerializeAsString(), again.message->SerializeAsString()) << method.Name();
      EXPECT_EQ(request.actor, again.actor);
      Mutator(pool_, one).Mutate(*request.message, 10'000);
      Mutator(pool_, same).Mutate(*again.message, 10'000);
      EXPECT_EQ(request.message->SerializeAsString(), again.message->SerializeAsString()) << method.Name();
    }
  }
}

TEST_F(Requests, AreSentByWhomTheContractAdmits) {
  for (const Method& method : ContractMethods()) {
    Random random(1, method.Name(), 0);
    const type::v1::Callers& callers = method.callers();
    for (int i = 0; i < 50; ++i) {
      const std::string actor = Plausible(method, random).actor;
      const bool admitted = callers.anyone() || (callers.users() && absl::StartsWith(actor, "users/")) ||
                            (callers.operators() && absl::StartsWith(actor, "operators/")) ||
                            (callers.services() && absl::StartsWith(actor, "services/")) ||
                            actor == "services/" + callers.service();
      EXPECT_TRUE(admitted) << method.Name() << " as '" << actor << "'";
    }
  }
}

TEST_F(Requests, AreAboutWhatExistsAndByItsSeller) {
  int about_the_gig = 0, by_its_seller = 0;
  Random random(3);
  for (const Method& method : ContractMethods()) {
    if (method.descriptor->name() != "PauseGig") continue;
    for (int i = 0; i < kRequests; ++i) {
      const Request request = Plausible(method, random);
      about_the_gig += absl::StrContains(request.message->SerializeAsString(),
                                         "gigs/01a22c73-04f3-716e-895f-d439216a4ac3");
      by_its_seller += request.actor == "users/sam";
    }
  }
  EXPECT_GT(about_the_gig, kRequests * 3 / 4);
  EXPECT_GT(by_its_seller, kRequests / 3);
}

// What each violation says, without the numbers of the field: one for each kind of rule.
TEST_F(Requests, ThatAreMutatedBreakEveryKindOfRule) {
  std::string said;
  for (const Method& method : ContractMethods()) {
    Random random(5, method.Name(), 0);
    for (int i = 0; i < kRequests; ++i) {
      const Request request = Plausible(method, random);
      for (int times = 0; times < 2; ++times) Mutator(pool_, random).Mutate(*request.message, 100'000);
      for (const FieldViolation& violation :
           rpc::MessageRules::Of(*method.descriptor->input_type()).Violations(*request.message))
        if (said.size() < (1 << 20)) said += violation.description + "\n";
    }
  }
  for (const char* kind : {"is required", "UUID", "resource name", "must match", "must be at least",
                           "must be at most", "currency", "one line of text", "must have", "must be one of",
                           "valid Timestamp", "valid Duration", "must not be blank"})
    EXPECT_THAT(said, HasSubstr(kind));
}

// More elements than a request may have, in a list that is one field on the wire.
TEST_F(Requests, ThatAreMutatedFloodAPackedList) {
  int flooded = 0;
  for (const Method& method : ContractMethods()) {
    if (method.descriptor->full_name() != "milepost.catalog.v1.GigCatalog.AddMilestone") continue;
    Random random(13, method.Name(), 0);
    for (int i = 0; i < 20 * kRequests; ++i) {
      const Request request = Plausible(method, random);
      Mutator(pool_, random).Mutate(*request.message, 64 << 10);
      catalog::v1::AddMilestoneRequest add;
      ASSERT_TRUE(add.ParseFromString(request.message->SerializeAsString()));
      flooded += add.milestone().packages_size() > rpc::kPartsMax;
    }
  }
  EXPECT_GT(flooded, 0);
}

TEST_F(Requests, StayWithinTheirRoom) {
  constexpr size_t kRoom = 50'000;
  for (const Method& method : ContractMethods()) {
    Random random(9, method.Name(), 0);
    for (int i = 0; i < kRequests; ++i) {
      const Request request = Plausible(method, random);
      const size_t before = request.message->ByteSizeLong();
      Mutator(pool_, random).Mutate(*request.message, kRoom);
      EXPECT_LE(request.message->ByteSizeLong(), before + 2 * kRoom) << method.Name();
    }
  }
}

TEST_F(Requests, AsBytesAreOftenNoMessageAndOftenOne) {
  int parsed = 0, refused = 0;
  Random random(11);
  for (int i = 0; i < 1000; ++i) {
    catalog::v1::Gig gig;
    gig.set_title("a title");
    gig.set_description("a description");
    std::string bytes = gig.SerializeAsString();
    Mutator(pool_, random).MutateBytes(bytes);
    (google::protobuf::Empty().ParseFromString(bytes) ? parsed : refused) += 1;
  }
  EXPECT_GT(parsed, 100);
  EXPECT_GT(refused, 300);
}

}  // namespace
}  // namespace milepost::fuzz
