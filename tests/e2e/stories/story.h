// A story: what people do with Milepost, step by step, told while it happens and asserted as it goes.
//
// Each step is one call over the wire. An expectation that does not hold ends the story: StoryFailed travels
// to the player, which says which step of which story failed and what it saw (this is a test program; the
// servers have no exceptions across their interfaces).
#pragma once

#include <iostream>
#include <sstream>
#include <stdexcept>
#include <string>

#include "google/type/money.pb.h"
#include "tests/e2e/stories/platform_client.h"

namespace milepost::e2e {

struct StoryFailed : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// A user of the story; the run's tag keeps users of several runs on one database apart.
struct Person {
  std::string given_name;  // "sara"
  std::string actor;       // "users/sara-1f2e"
};

class Story {
 public:
  Story(PlatformClient& client, std::string title, std::string run_tag);

  Person NewPerson(const std::string& given_name) const;

  // Says what happens now; numbers the steps.
  void Tell(const Person& who, const std::string& what);
  void TellAll(const std::string& what);
  // A line of what can be seen afterwards.
  void Show(const std::string& what) const;
  // Order, milestones, payments, escrow, the seller's balance and the next deadline, read back over the wire.
  void ShowOrder(const std::string& order_name, const Person& viewer, const Person& seller);

  // One call that must succeed.
  template <class Stub, class Request, class Response>
  Response Do(const Person& who, Stub& stub,
              grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
              const Request& request) {
    Reply<Response> reply = client_.Call(who.actor, stub, method, request);
    if (!reply.ok())
      Fail("the call was refused: " + reply.reason + " (" + reply.status.error_message() + ")" +
           Violations(reply));
    return std::move(reply.response);
  }

  // One call that must be refused, with this reason.
  template <class Stub, class Request, class Response>
  void Refused(const Person& who, const std::string& reason, Stub& stub,
               grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
               const Request& request) {
    const Reply<Response> reply = client_.Call(who.actor, stub, method, request);
    if (reply.ok()) Fail("the call should have been refused with " + reason + ", and succeeded");
    Expect("the reason of the refusal", reply.reason, reason);
    Show("refused: " + reply.reason + " — " + reply.status.error_message());
  }

  template <class Actual, class Expected>
  void Expect(const std::string& what, const Actual& actual, const Expected& expected) const {
    if (actual == expected) return;
    std::ostringstream text;
    text << what << " is " << actual << ", expected " << expected;
    Fail(text.str());
  }

  [[noreturn]] void Fail(const std::string& what) const;

  // All three services' clocks go on by this; answers how many deadlines fired in MilestoneBilling.
  int64_t AdvanceClocks(int64_t seconds);

  billing::v1::Order GetOrder(const std::string& name, const Person& viewer);
  // The seller's earnings that are cleared or clearing, in cents, and the whole ledger's proof.
  int64_t SellerBalance(const Person& seller);
  // An order's end: escrow 0, trial balance 0, and every share exact to the cent.
  struct Shares {
    int64_t seller;
    int64_t commission;
    int64_t buyer_fees;         // charged
    int64_t refunded = 0;       // of the milestones' money, back to the buyer
    int64_t fees_refunded = 0;  // of buyer_fees, back to the buyer with it
  };
  // Once for each order of a story, one order after the other.
  void ExpectSettled(const billing::v1::Order& order, const Person& seller, const Shares& shares);

  PlatformClient& client() { return client_; }

 private:
  template <class R>
  static std::string Violations(const R& reply) {
    std::string text;
    for (const auto& [field, description] : reply.violations) text += "; " + field + " " + description;
    return text;
  }

  // What the platform has earned on one of its accounts so far, all orders together.
  int64_t PlatformBalance(const std::string& account);
  // From here on counts what the platform earns.
  void NoteEarnings();
  // The platform's shares in the ledger: unless a clock was advanced, which fires other orders' deadlines, too.
  void ExpectEarned(const Shares& shares);
  // The order's events prove everything else that is stored of it (W1), its entries and their sums included.
  void ExpectProven(const std::string& order_name, const Shares& shares);

  PlatformClient& client_;
  std::string title_;
  std::string run_tag_;
  // Of the platform, when the story began, or when its last order was settled.
  int64_t commission_before_ = 0, buyer_fees_before_ = 0;
  bool clocks_advanced_ = false;  // since then
  int step_ = 0;
};

// An actor for the platform's operator.
extern const Person kOperator;

// Whole cents as money on the wire, and back.
google::type::Money Usd(int64_t cents);
int64_t Cents(const google::type::Money& money);
// "150.00 USD"
std::string Print(const google::type::Money& money);

// The stories. Each throws StoryFailed.
void PlayGigToCompletion(Story& story);
void PlayOfferEndedEarly(Story& story);
void PlaySilence(Story& story);
void PlayTemplateToCompletion(Story& story);
void PlayDisputeAndCancellation(Story& story);
void PlayNeverDelivered(Story& story);

}  // namespace milepost::e2e
