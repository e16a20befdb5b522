// Calls that are refused: by whom they come, in which state, of what shape; each with its reason and with nothing written
// and nobody asked for money. And validate_only, which never writes either.
#include <functional>
#include <map>
#include <set>
#include <string>

#include "common/core/refusal.h"
#include "google/protobuf/descriptor.h"
#include "tests/component/milestone_billing/ways_out.h"

namespace milepost::billing {
namespace {

using Stub = v1::MilestoneBilling::Stub;

class RefusalsTest : public BillingTest {
 protected:
  // Runs `calls`, which must leave the database and the provider as they were.
  void ExpectUntouched(const std::function<void()>& calls) {
    const std::vector<int64_t> before = Footprint();
    const size_t asked = Simulator::Get().Calls("").size();
    calls();
    EXPECT_EQ(Footprint(), before);
    EXPECT_EQ(Simulator::Get().Calls("").size(), asked);
  }

  v1::DeliverMilestoneRequest Delivery(const std::string& order, int milestone, bool final_delivery = false) {
    v1::DeliverMilestoneRequest request;
    request.set_name(MilestoneName(order, milestone));
    request.set_final_delivery(final_delivery);
    request.set_request_id(NewRequestId());
    return request;
  }
  v1::AcceptMilestoneRequest Acceptance(const std::string& order, int milestone,
                                        v1::NextStep next = v1::NEXT_STEP_START_NEXT) {
    v1::AcceptMilestoneRequest request;
    request.set_name(MilestoneName(order, milestone));
    request.set_next(next);
    request.set_request_id(NewRequestId());
    return request;
  }
  v1::RequestRevisionRequest Revision(const std::string& order) {
    v1::RequestRevisionRequest request;
    request.set_name(MilestoneName(order, 1));
    request.set_message("please");
    request.set_request_id(NewRequestId());
    return request;
  }
  template <class Request>
  Request Named(const std::string& name) {
    Request request;
    request.set_name(name);
    request.set_request_id(NewRequestId());
    return request;
  }
  v1::RetryPaymentRequest Retrial(const std::string& order) {
    auto request = Named<v1::RetryPaymentRequest>(order);
    request.set_payment_method("pm_ok");
    return request;
  }

  v1::PostUpdateRequest Update(const std::string& order, int milestone) {
    auto request = Named<v1::PostUpdateRequest>(MilestoneName(order, milestone));
    request.set_message("half of it is done");
    return request;
  }

  using Answers = std::map<std::string, absl::Status>;
  // The answer of each step on this order to this actor, by the step's method; `but` is not tried.
  Answers EachStep(const std::string& actor, const std::string& order,
                   const std::set<std::string>& but = {}) {
    Answers answers;
    std::set<std::string> methods;
    const auto step = [&](const std::string& method, auto stub, const auto& request) {
      methods.insert(method);
      if (!but.contains(method)) answers[method] = client_->Billing(actor, stub, request).status();
    };
    step("DeliverMilestone", &Stub::DeliverMilestone, Delivery(order, 1));
    step("PostUpdate", &Stub::PostUpdate, Update(order, 1));
    step("RequestRevision", &Stub::RequestRevision, Revision(order));
    step("AcceptMilestone", &Stub::AcceptMilestone, Acceptance(order, 1));
    step("StartNextMilestone", &Stub::StartNextMilestone, Named<v1::StartNextMilestoneRequest>(order));
    step("EndOrder", &Stub::EndOrder, Named<v1::EndOrderRequest>(order));
    step("RetryPayment", &Stub::RetryPayment, Retrial(order));
    step("CancelLateMilestone", &Stub::CancelLateMilestone, LateCancellationOf(order, 1));
    step("RequestCancellation", &Stub::RequestCancellation, CancellationOf(order));
    step("AnswerCancellation", &Stub::AnswerCancellation, AnswerTo(order, kAgree));
    step("OpenDispute", &Stub::OpenDispute, DisputeOf(order, 1));
    step("WithdrawDispute", &Stub::WithdrawDispute, WithdrawalOf(order, 1));
    step("ResolveDispute", &Stub::ResolveDispute, ReleaseOf(order, 1));
    EXPECT_EQ(methods, StepsOfOrders()) << "EachStep does not take each step";
    return answers;
  }
};

TEST_F(RefusalsTest, WithoutAnActorNothingIsAnswered) {
  const v1::Order order = PlaceOrder({5000, 5000});
  ExpectUntouched([&] {
    for (const std::string& actor :
         {std::string(), std::string("alice"), std::string("users/"), std::string("users/a b")}) {
      for (const auto& [method, refusal] : EachStep(actor, order.name())) {
        EXPECT_THAT(refusal, RefusedWith(Reason::kActorMissing)) << actor << " " << method;
        EXPECT_TRUE(absl::IsUnauthenticated(refusal));
      }
      EXPECT_THAT(client_->Get(order.name(), actor), RefusedWith(Reason::kActorMissing));
    }
  });
}

TEST_F(RefusalsTest, SomebodyElsesOrderIsNotThere) {
  const v1::Order order = PlaceOrder({5000, 5000});
  ExpectUntouched([&] {
    const std::string unknown = "orders/" + NewRequestId();
    for (const Answers& answers : {EachStep(kStranger, order.name(), {"ResolveDispute"}),
                                   EachStep(kBuyer, unknown, {"ResolveDispute"})})
      for (const auto& [method, refusal] : answers)
        EXPECT_THAT(refusal, RefusedWith(Reason::kOrderNotFound)) << method;
    EXPECT_THAT(client_->Get(order.name(), kStranger), RefusedWith(Reason::kOrderNotFound));
    EXPECT_THAT(client_->Get(unknown), RefusedWith(Reason::kOrderNotFound));
  });
}

TEST_F(RefusalsTest, TheOtherPartysStepsAreNotMine) {
  const v1::Order order = PlaceOrder({5000, 5000});
  Must(client_->Deliver(order.name(), 1, false));
  ExpectUntouched([&] {
    EXPECT_THAT(client_->Billing(kBuyer, &Stub::DeliverMilestone, Delivery(order.name(), 1)),
                RefusedWith(Reason::kNotTheSeller));
    EXPECT_THAT(client_->Billing(kBuyer, &Stub::PostUpdate, Update(order.name(), 1)),
                RefusedWith(Reason::kNotTheSeller));
    const absl::Status own =
        client_->Billing(kSeller, &Stub::AcceptMilestone, Acceptance(order.name(), 1)).status();
    EXPECT_THAT(own, RefusedWith(Reason::kNotTheBuyer)) << "a seller does not accept his own delivery";
    EXPECT_TRUE(absl::IsPermissionDenied(own));
    EXPECT_THAT(client_->Billing(kSeller, &Stub::RequestRevision, Revision(order.name())),
                RefusedWith(Reason::kNotTheBuyer));
    EXPECT_THAT(client_->Billing(kSeller, &Stub::EndOrder, Named<v1::EndOrderRequest>(order.name())),
                RefusedWith(Reason::kNotTheBuyer));
    for (const Answers& answers :
         {EachStep(kOperator, order.name(), {"RequestCancellation", "ResolveDispute"}),
          EachStep(kOfferServiceActor, order.name(), {"ResolveDispute"})})
      for (const auto& [method, refusal] : answers)
        EXPECT_THAT(refusal, RefusedWith(Reason::kNotAUser)) << method;
    for (const char* actor : {kBuyer, kSeller, kOfferServiceActor})
      EXPECT_THAT(client_->Billing(actor, &Stub::ResolveDispute, ReleaseOf(order.name(), 1)),
                  RefusedWith(Reason::kNotAnOperator))
          << actor;
  });
}

TEST_F(RefusalsTest, StepsThatTheStateDoesNotAllow) {
  const v1::Order order = PlaceOrder({5000, 5000});
  const std::string& name = order.name();
  ExpectUntouched([&] {
    const absl::Status early = client_->Accept(name, 1, v1::NEXT_STEP_START_NEXT).status();
    EXPECT_THAT(early, RefusedWith(Reason::kMilestoneNotDelivered));
    EXPECT_TRUE(absl::IsFailedPrecondition(early));
    EXPECT_THAT(client_->Deliver(name, 1, true), RefusedWith(Reason::kNotTheLastMilestone));
    EXPECT_THAT(client_->Deliver(name, 2, false), RefusedWith(Reason::kWorkNotAuthorized));
    EXPECT_THAT(client_->Deliver(name, 7, false), RefusedWith(Reason::kMilestoneNotFound));
    EXPECT_THAT(client_->StartNext(name), RefusedWith(Reason::kNextMilestoneNotStartable));
    EXPECT_THAT(client_->End(name), RefusedWith(Reason::kNoAcceptedMilestone));
    EXPECT_THAT(client_->Retry(name, "pm_ok"), RefusedWith(Reason::kNoPaymentDue));
  });
  Must(client_->Deliver(name, 1, false));
  ExpectUntouched([&] {
    EXPECT_THAT(client_->Deliver(name, 1, false), RefusedWith(Reason::kMilestoneAlreadyDelivered));
    EXPECT_THAT(client_->Accept(name, 2, v1::NEXT_STEP_START_NEXT),
                RefusedWith(Reason::kNotTheCurrentMilestone));
  });
  Must(client_->Accept(name, 1, v1::NEXT_STEP_START_NEXT));
  ExpectUntouched([&] {
    EXPECT_THAT(client_->Deliver(name, 2, false), RefusedWith(Reason::kFinalDeliveryRequired));
    EXPECT_THAT(client_->End(name), RefusedWith(Reason::kIsTheLastMilestone));
  });
  Must(client_->Deliver(name, 2, true));
  ExpectUntouched([&] {
    EXPECT_THAT(client_->Accept(name, 2, v1::NEXT_STEP_START_NEXT), RefusedWith(Reason::kIsTheLastMilestone));
  });
  Must(client_->Accept(name, 2, v1::NEXT_STEP_UNSPECIFIED));
  ExpectUntouched([&] {
    for (const auto& [method, refusal] : EachStep(kBuyer, name, {"ResolveDispute"}))
      EXPECT_THAT(refusal,
                  ::testing::AnyOf(RefusedWith(Reason::kOrderCompleted), RefusedWith(Reason::kNotTheSeller)))
          << method;
    EXPECT_THAT(client_->Deliver(name, 2, true), RefusedWith(Reason::kOrderCompleted))
        << "deliver after the end";
  });
}

// 10: what is refused is told by what is: over the wire, with code and text.
TEST_F(RefusalsTest, AMilestoneThatIsDoneOrIsNotThereIsNamedSo) {
  const v1::Order order = PlaceOrder({5000, 5000});
  const std::string& name = order.name();
  Must(client_->Deliver(name, 1, false));
  Must(client_->Accept(name, 1, v1::NEXT_STEP_DECIDE_LATER));
  ExpectUntouched([&] {
    const absl::Status again = client_->Deliver(name, 1, false).status();
    EXPECT_THAT(again, RefusedWith(Reason::kMilestoneAlreadyAccepted));
    EXPECT_TRUE(absl::IsFailedPrecondition(again));
    EXPECT_EQ(TextOf(*RefusalOf(again), "en"), "Milestone 1 is already accepted.");
    EXPECT_THAT(client_->Accept(name, 1, v1::NEXT_STEP_UNSPECIFIED),
                RefusedWith(Reason::kMilestoneAlreadyAccepted));
    EXPECT_THAT(client_->Billing(kBuyer, &Stub::RequestRevision, Revision(name)),
                RefusedWith(Reason::kMilestoneAlreadyAccepted));
    const absl::Status nowhere = client_->Deliver(name, 4, false).status();
    EXPECT_THAT(nowhere, RefusedWith(Reason::kMilestoneNotFound));
    EXPECT_TRUE(absl::IsNotFound(nowhere));
    EXPECT_EQ(TextOf(*RefusalOf(nowhere), "en"), "There is no milestone 4.");
    EXPECT_THAT(client_->Accept(name, 4, v1::NEXT_STEP_UNSPECIFIED), RefusedWith(Reason::kMilestoneNotFound));
  });
  Must(client_->StartNext(name, "pm_declined"));
  ExpectUntouched([&] {
    EXPECT_THAT(client_->StartNext(name), RefusedWith(Reason::kMilestoneAwaitingPayment));
    EXPECT_THAT(client_->Deliver(name, 1, false), RefusedWith(Reason::kMilestoneAlreadyAccepted));
  });
  Must(client_->Retry(name, "pm_ok"));
  ExpectUntouched([&] { EXPECT_THAT(client_->StartNext(name), RefusedWith(Reason::kIsTheLastMilestone)); });
}

// 9, A21: an https URL of bounded length, and only where the milestone includes a meeting.
TEST_F(RefusalsTest, AMeetingIsAnHttpsUrlAndOnlyWhereItIsIncluded) {
  const std::string gig = NewGig({5000, 5000});
  catalog::v1::PreviewWorkflowResponse with_meeting = GigOf(gig, {5000, 5000});
  with_meeting.mutable_steps(1)->set_zoom(true);
  peers_.catalog().Set(with_meeting);
  const std::string quote = Must(client_->Quote(gig, v1::ORDER_TYPE_MILESTONES)).quote();
  const std::string name = Must(client_->Place(quote, "pm_ok")).order().name();
  v1::DeliverMilestoneRequest delivery = Delivery(name, 1);
  delivery.set_meeting_url("https://zoom.us/j/1");
  ExpectUntouched([&] {
    EXPECT_THAT(client_->Billing(kSeller, &Stub::DeliverMilestone, delivery),
                RefusedWith(Reason::kMeetingNotIncluded));
  });
  Must(client_->Deliver(name, 1, false));
  Must(client_->Accept(name, 1, v1::NEXT_STEP_START_NEXT));
  delivery = Delivery(name, 2, true);
  ExpectUntouched([&] {
    for (const std::string& url :
         {std::string("http://zoom.us/j/1"), std::string("https://"), std::string("https:///j"),
          std::string("zoom.us/j/1"), std::string("https://zoom.us@evil.example/"),
          std::string("https://zoom.us/a b"), std::string("https://zoom.us/\n"),
          std::string("https://zoom.us/\"onclick"), "https://zoom.us/" + std::string(500, 'x')}) {
      delivery.set_meeting_url(url);
      const absl::Status refused = client_->Billing(kSeller, &Stub::DeliverMilestone, delivery).status();
      EXPECT_THAT(refused, RefusedWith(Reason::kInvalidFields)) << url;
      const std::optional<Refusal> refusal = RefusalOf(refused);
      EXPECT_TRUE(refusal && !refusal->fields.empty() && refusal->fields[0].field == "meeting_url") << url;
    }
  });
  const std::string url = "https://zoom.us:443/j/1?pwd=a%20b&x=[1]#start";
  delivery.set_meeting_url(url);
  const v1::Order delivered = Must(client_->Billing(kSeller, &Stub::DeliverMilestone, delivery)).order();
  for (const v1::Order& order : {delivered, Must(client_->Get(name))}) {
    ASSERT_THAT(order.milestones(1).deliveries(), SizeIs(1));
    EXPECT_EQ(order.milestones(1).deliveries(0).meeting_url(), url);
  }
}

TEST_F(RefusalsTest, MalformedRequestsNameTheirFields) {
  const v1::Order order = PlaceOrder({5000, 5000});
  const auto fields = [&](const absl::Status& status) {
    std::vector<std::string> names;
    const std::optional<Refusal> refusal = RefusalOf(status);
    if (refusal) {
      for (const FieldViolation& violation : refusal->fields) names.push_back(violation.field);
    }
    return names;
  };
  ExpectUntouched([&] {
    v1::AcceptMilestoneRequest missing = Acceptance(order.name(), 1);
    missing.clear_request_id();
    EXPECT_THAT(fields(client_->Billing(kBuyer, &Stub::AcceptMilestone, missing).status()),
                ElementsAre("request_id"));
    missing.set_request_id("42");
    missing.set_name("orders/1");
    missing.set_etag("no read gave this one, and nothing is compared with it yet");
    EXPECT_THAT(fields(client_->Billing(kBuyer, &Stub::AcceptMilestone, missing).status()),
                ::testing::UnorderedElementsAre("name", "request_id"));
    v1::ListOrdersRequest list;
    list.set_page_size(-1);
    EXPECT_THAT(fields(client_->Billing(kBuyer, &Stub::ListOrders, list).status()), ElementsAre("page_size"));
    list.clear_page_size();
    EXPECT_THAT(fields(client_->Billing(kBuyer, &Stub::ListOrders, list).status()), ElementsAre("role"));
    EXPECT_THAT(client_->Billing(kBuyer, &Stub::QuoteOrder, v1::QuoteOrderRequest()),
                RefusedWith(Reason::kInvalidFields));
  });
}

TEST_F(RefusalsTest, ARequestIdBelongsToOneRequest) {
  const v1::Order order = PlaceOrder({5000, 5000});
  const std::string request_id = NewRequestId();
  Must(client_->Deliver(order.name(), 1, false, request_id));
  const std::string gig = NewGig({5000, 5000});
  const std::string placing_id = NewRequestId();
  const std::string first = Must(client_->Quote(gig, v1::ORDER_TYPE_MILESTONES)).quote();
  const std::string second = Must(client_->Quote(gig, v1::ORDER_TYPE_MILESTONES)).quote();
  Must(client_->Place(first, "pm_ok", placing_id));
  ExpectUntouched([&] {
    v1::DeliverMilestoneRequest other = Delivery(order.name(), 1);
    other.set_message("something else");
    other.set_request_id(request_id);
    const absl::Status reused = client_->Billing(kSeller, &Stub::DeliverMilestone, other).status();
    EXPECT_THAT(reused, RefusedWith(Reason::kRequestIdReused));
    EXPECT_TRUE(absl::IsInvalidArgument(reused));
    EXPECT_THAT(client_->Accept(order.name(), 1, v1::NEXT_STEP_START_NEXT, request_id),
                RefusedWith(Reason::kRequestIdReused));
    EXPECT_THAT(client_->Place(second, "pm_ok", placing_id), RefusedWith(Reason::kRequestIdReused));
  });
}

TEST_F(RefusalsTest, AStaleEtagLosesTheRace) {
  const v1::Order order = PlaceOrder({5000, 5000});
  Must(client_->Deliver(order.name(), 1, false));
  v1::AcceptMilestoneRequest acceptance = Acceptance(order.name(), 1);
  acceptance.set_etag(order.etag());
  ExpectUntouched([&] {
    EXPECT_THAT(client_->Billing(kBuyer, &Stub::AcceptMilestone, acceptance),
                RefusedWith(Reason::kEtagMismatch));
  });
  acceptance.set_etag(Must(client_->Get(order.name())).etag());
  EXPECT_THAT(client_->Billing(kBuyer, &Stub::AcceptMilestone, acceptance), IsOk());
}

class ValidateOnlyTest : public RefusalsTest {
 protected:
  // The preview of a mutation writes nothing, asks nobody for money, and answers the order as the step would leave it
  // before its payment is settled (PlaceOrder: after it has succeeded). Then the same request for real.
  template <class Request, class Response>
  v1::Order PreviewThenDo(const std::string& actor,
                          grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                          Request request, v1::OrderState previewed) {
    request.set_validate_only(true);
    previewed_.insert(MethodOf(Request::descriptor()));
    ExpectUntouched([&] {
      const Response preview = Must(client_->Billing(actor, method, request));
      EXPECT_EQ(preview.order().state(), previewed);
      EXPECT_FALSE(preview.replayed());
    });
    request.set_validate_only(false);
    const v1::Order order = Must(client_->Billing(actor, method, request)).order();
    ExpectPreviewedAsUsed(actor, method, request);
    return order;
  }

  static std::string MethodOf(const google::protobuf::Descriptor* request) {
    const std::string name(request->name());
    return name.substr(0, name.size() - std::string("Request").size());
  }

  // W7: with validate_only the id of a request that was executed is answered as without it: the same request as its
  // replay, another one with REQUEST_ID_REUSED.
  template <class Request, class Response>
  void ExpectPreviewedAsUsed(const std::string& actor,
                             grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                             const Request& executed) {
    SCOPED_TRACE(Request::descriptor()->name());
    Request preview = executed, another = executed;
    preview.set_validate_only(true);
    another.set_validate_only(true);
    if constexpr (requires { another.set_etag("another"); })
      another.set_etag("another");
    else
      another.set_payment_method("pm_another");
    ExpectUntouched([&] {
      const Response previewed = Must(client_->Billing(actor, method, preview));
      EXPECT_TRUE(previewed.replayed());
      EXPECT_EQ(previewed.SerializeAsString(),
                Must(client_->Billing(actor, method, executed)).SerializeAsString());
      EXPECT_THAT(client_->Billing(actor, method, another), RefusedWith(Reason::kRequestIdReused));
    });
  }

  // The steps by which orders are cancelled and disputed.
  void PreviewWaysOut() {
    const std::string cancelled = PlaceOrder({5000, 5000}).name(), late = PlaceOrder({5000, 5000}).name(),
                      disputed = PlaceOrder({5000, 5000}).name();
    PreviewThenDo(kSeller, &Stub::RequestCancellation, CancellationOf(cancelled, 1000),
                  v1::ORDER_STATE_ACTIVE);
    PreviewThenDo(kBuyer, &Stub::AnswerCancellation, AnswerTo(cancelled, kAgree), v1::ORDER_STATE_CANCELLED);
    client_->Advance(absl::Hours(6 * 24));
    PreviewThenDo(kBuyer, &Stub::CancelLateMilestone, LateCancellationOf(late, 1), v1::ORDER_STATE_CANCELLED);
    PreviewThenDo(kSeller, &Stub::OpenDispute, DisputeOf(disputed, 1), v1::ORDER_STATE_DISPUTED);
    PreviewThenDo(kSeller, &Stub::WithdrawDispute, WithdrawalOf(disputed, 1), v1::ORDER_STATE_ACTIVE);
    Must(client_->Billing(kBuyer, &Stub::OpenDispute, DisputeOf(disputed, 1)));
    PreviewThenDo(kOperator, &Stub::ResolveDispute, SplitOf(disputed, 1, 2000), v1::ORDER_STATE_CANCELLED);
  }

  std::set<std::string> previewed_;  // methods
};

TEST_F(ValidateOnlyTest, NoMutationWritesAnything) {
  v1::PlaceGigOrderRequest placing;
  placing.set_quote(Must(client_->Quote(NewGig({5000, 5000, 5000}), v1::ORDER_TYPE_MILESTONES)).quote());
  placing.set_payment_method("pm_ok");
  placing.set_request_id(NewRequestId());
  const std::string name =
      PreviewThenDo(kBuyer, &Stub::PlaceGigOrder, placing, v1::ORDER_STATE_PLACING).name();
  PreviewThenDo(kSeller, &Stub::DeliverMilestone, Delivery(name, 1), v1::ORDER_STATE_ACTIVE);
  PreviewThenDo(kSeller, &Stub::PostUpdate, Update(name, 1), v1::ORDER_STATE_ACTIVE);
  PreviewThenDo(kBuyer, &Stub::RequestRevision, Revision(name), v1::ORDER_STATE_ACTIVE);
  Must(client_->Deliver(name, 1, false));
  PreviewThenDo(kBuyer, &Stub::AcceptMilestone, Acceptance(name, 1, v1::NEXT_STEP_DECIDE_LATER),
                v1::ORDER_STATE_AWAITING_NEXT);
  auto starting = Named<v1::StartNextMilestoneRequest>(name);
  starting.set_payment_method("pm_declined");
  PreviewThenDo(kBuyer, &Stub::StartNextMilestone, starting, v1::ORDER_STATE_AWAITING_PAYMENT);
  PreviewThenDo(kBuyer, &Stub::RetryPayment, Retrial(name), v1::ORDER_STATE_AWAITING_PAYMENT);
  Must(client_->Deliver(name, 2, false));
  Must(client_->Accept(name, 2, v1::NEXT_STEP_DECIDE_LATER));
  const v1::Order ended =
      PreviewThenDo(kBuyer, &Stub::EndOrder, Named<v1::EndOrderRequest>(name), v1::ORDER_STATE_COMPLETED);
  ExpectSettled(ended);
  PreviewWaysOut();
  v1::PlaceOrderRequest offered = AcceptanceOf(NewOffer({5000}), 1);
  EXPECT_EQ(PreviewThenDo(kOfferServiceActor, &Stub::PlaceOrder, offered, v1::ORDER_STATE_ACTIVE).state(),
            v1::ORDER_STATE_ACTIVE);
  const std::string open = PlaceOrder({5000, 5000}, "pm_pending").last_payment().charge();
  PreviewThenDo(kOperator, &Stub::ResolveCharge, ResolutionOf(open), v1::ORDER_STATE_PLACEMENT_FAILED);
  EXPECT_EQ(previewed_, Mutations()) << "a method with validate_only is not tried here";
}

TEST_F(ValidateOnlyTest, ARefusalIsPreviewedAsItWouldBe) {
  const v1::Order order = PlaceOrder({5000, 5000});
  ExpectUntouched([&] {
    v1::AcceptMilestoneRequest early = Acceptance(order.name(), 1);
    early.set_validate_only(true);
    EXPECT_THAT(client_->Billing(kBuyer, &Stub::AcceptMilestone, early),
                RefusedWith(Reason::kMilestoneNotDelivered));
    EXPECT_THAT(client_->Billing(kStranger, &Stub::AcceptMilestone, early),
                RefusedWith(Reason::kOrderNotFound));
    EXPECT_THAT(client_->Billing(kSeller, &Stub::AcceptMilestone, early), RefusedWith(Reason::kNotTheBuyer));
  });
}

// W3: what the preview shows is what the real step, at the same etag and time, leaves.
TEST_F(ValidateOnlyTest, ThePreviewEqualsTheLaterRealResult) {
  const v1::Order order = PlaceOrder({5000, 5000});
  Must(client_->Deliver(order.name(), 1, false));
  v1::AcceptMilestoneRequest acceptance = Acceptance(order.name(), 1, v1::NEXT_STEP_END_ORDER);
  acceptance.set_etag(Must(client_->Get(order.name())).etag());
  acceptance.set_validate_only(true);
  const v1::Order preview = Must(client_->Billing(kBuyer, &Stub::AcceptMilestone, acceptance)).order();
  acceptance.set_validate_only(false);
  const v1::Order real = Must(client_->Billing(kBuyer, &Stub::AcceptMilestone, acceptance)).order();
  EXPECT_EQ(preview.SerializeAsString(), real.SerializeAsString());
}

}  // namespace
}  // namespace milepost::billing
