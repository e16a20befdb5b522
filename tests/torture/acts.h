// What virtual clients do: each act is a short piece of somebody's work, with all the mutations of the three services
// between them. An act that is refused or unanswered half-way ends there.
#pragma once

#include <string>

#include "tests/torture/client.h"

namespace milepost::torture {

// Chooses by what the market lacks, and otherwise by chance.
void ActOnce(Client& client);

// Gigs (catalog_acts.cc)
void PublishGig(Client& client);  // CreateGig, PublishGig
void WritePlan(Client& client);   // StartMilestonePlan … PublishMilestonePlan of a gig without
void ReworkGig(
    Client& client);  // UpdateGig; pause and publish; payments off and on; another milestone, and gone

// Offers (offer_acts.cc)
void WriteOffer(Client& client);   // CreateOffer, sometimes UpdateOffer
void SendOffer(Client& client);    // of a draft, or DeleteOffer
void AnswerOffer(Client& client);  // AcceptOffer, DeclineOffer, WithdrawOffer

// Orders (order_acts.cc)
void OrderGig(Client& client);   // QuoteOrder, PlaceGigOrder
void StepOrder(Client& client);  // the next step of an order, mostly a sensible one

// "users/seller-3": few enough that they meet again.
std::string SomeSeller(Client& client);
std::string SomeBuyer(Client& client);
// Mostly one that pays; the others decline, are slow, lose calls or answers, or stay pending until voided.
std::string SomePaymentMethod(Client& client);

}  // namespace milepost::torture
