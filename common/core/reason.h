// The table of all refusals. Clients switch on the Reason (google.rpc.ErrorInfo.reason, domain "milepost"). From here
// the error map (common/rpc/status_map) makes google.rpc.Status; docs/API.md prints the table.
//
// Adding one: a line in MILEPOST_REASONS, in the block of its subject. Names never change once released.
#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace milepost {

// X(enumerator, wire name, canonical code, English text, German text). {key} in a text is filled from the refusal's
// details, which also leave as ErrorInfo.metadata.
// clang-format off
#define MILEPOST_REASONS(X)                                                                                           \
  /* The request itself */                                                                                            \
  X(kInvalidFields, "INVALID_FIELDS", kInvalidArgument, "One or more fields are invalid; see the field violations.",  \
    "Ein oder mehrere Felder sind ungültig; siehe die Feldfehler.")                                                   \
  X(kRequestIdReused, "REQUEST_ID_REUSED", kInvalidArgument,                                                          \
    "This request_id was already used for another request about the same resource or, for a creation, by the same "   \
    "caller; make a new one.",                                                                                        \
    "Diese request_id wurde schon für eine andere Anfrage zu derselben Ressource oder, beim Anlegen, vom selben "     \
    "Aufrufer benutzt; bitte eine neue erzeugen.")                                                                    \
  X(kInvalidPageToken, "INVALID_PAGE_TOKEN", kInvalidArgument,                                                        \
    "The page_token is malformed or belongs to another list request; list again from the first page.",                \
    "Das page_token ist fehlerhaft oder gehört zu einer anderen Listenanfrage; bitte wieder mit der ersten Seite "    \
    "beginnen.")                                                                                                      \
  X(kActorMissing, "ACTOR_MISSING", kUnauthenticated,                                                                 \
    "The metadata milepost-actor is missing or malformed; send users/…, operators/… or services/….",                  \
    "Die Metadaten milepost-actor fehlen oder sind fehlerhaft; bitte users/…, operators/… oder services/… senden.")   \
  X(kNotAUser, "NOT_A_USER", kPermissionDenied, "Only a user may call this method.",                                  \
    "Nur ein Benutzer darf diese Methode aufrufen.")                                                                  \
  X(kNotAPeerService, "NOT_A_PEER_SERVICE", kPermissionDenied, "Only {service} may call this method.",                \
    "Nur {service} darf diese Methode aufrufen.")                                                                     \
  X(kNotAnOperator, "NOT_AN_OPERATOR", kPermissionDenied, "Only an operator or a peer service may call this method.", \
    "Nur ein Operator oder ein Dienst der Plattform darf diese Methode aufrufen.")                                    \
  X(kCallerNotAllowed, "CALLER_NOT_ALLOWED", kPermissionDenied, "Callers of your kind may not call this method.",     \
    "Aufrufer Ihrer Art dürfen diese Methode nicht aufrufen.")                                                        \
  X(kEtagMismatch, "ETAG_MISMATCH", kAborted, "The resource has changed since it was read; read it and try again.",   \
    "Die Ressource wurde inzwischen geändert; bitte neu lesen und noch einmal versuchen.")                            \
  X(kOverloaded, "OVERLOADED", kResourceExhausted, "The service is at its limit; retry after the given delay.",       \
    "Der Dienst ist ausgelastet; bitte nach der angegebenen Zeit wiederholen.")                                       \
  X(kDeadlineExceeded, "DEADLINE_EXCEEDED", kDeadlineExceeded, "The call's deadline passed before it was started.",   \
    "Die Frist des Aufrufs ist abgelaufen, bevor er begonnen wurde.")                                                 \
  X(kDatabaseUnavailable, "DATABASE_UNAVAILABLE", kUnavailable,                                                       \
    "The database can't be reached; retry with the same request_id.",                                                 \
    "Die Datenbank ist nicht erreichbar; bitte mit derselben request_id wiederholen.")                                \
  X(kOutcomeUnknown, "OUTCOME_UNKNOWN", kUnavailable,                                                                 \
    "The connection was lost while saving; retry with the same request_id to learn the outcome.",                     \
    "Die Verbindung ging beim Speichern verloren; derselbe Aufruf mit derselben request_id zeigt das Ergebnis.")      \
  X(kResourceBusy, "RESOURCE_BUSY", kUnavailable,                                                                     \
    "Other writers kept this resource locked; nothing was changed; retry with the same request_id.",                  \
    "Diese Ressource war durch andere Änderungen gesperrt; es wurde nichts geändert; bitte mit derselben "            \
    "request_id wiederholen.")                                                                                        \
  X(kPeerUnavailable, "PEER_UNAVAILABLE", kUnavailable, "{service} can't be reached; retry with the same request_id.", \
    "{service} ist nicht erreichbar; bitte mit derselben request_id wiederholen.")                                    \
  X(kShuttingDown, "SHUTTING_DOWN", kUnavailable, "This replica is shutting down; retry.",                            \
    "Diese Instanz wird beendet; bitte wiederholen.")                                                                 \
  X(kEventsReaderTooSlow, "EVENTS_READER_TOO_SLOW", kResourceExhausted,                                               \
    "You left too many events unread; watch again from position {position}.",                                         \
    "Sie haben zu viele Ereignisse ungelesen gelassen; bitte ab Position {position} weiter beobachten.")              \
  X(kPositionAheadOfStream, "POSITION_AHEAD_OF_STREAM", kFailedPrecondition,                                          \
    "Position {position} is beyond the end of this service's stream ({end_position}): it may be another service's, "  \
    "or from before a restore of the database; read again from a position of this stream.",                           \
    "Position {position} liegt hinter dem Ende des Ereignisstroms dieses Dienstes ({end_position}): Sie stammt "      \
    "vielleicht von einem anderen Dienst oder aus der Zeit vor einer Wiederherstellung der Datenbank; bitte ab einer "\
    "Position dieses Stroms lesen.")                                                                                  \
  X(kInternal, "INTERNAL", kInternal, "An internal error occurred; the service's log has it under the request's id.", \
    "Ein interner Fehler ist aufgetreten; er steht im Protokoll des Dienstes unter der Kennung der Anfrage.")         \
  /* Gigs and plans */                                                                                                \
  X(kGigNotFound, "GIG_NOT_FOUND", kNotFound, "No such gig, or you may not see it.",                                  \
    "Diesen Service gibt es nicht, oder er ist für Sie nicht sichtbar.")                                              \
  X(kNotTheGigOwner, "NOT_THE_GIG_OWNER", kPermissionDenied, "Only the gig's seller may do this.",                    \
    "Das darf nur der Anbieter des Services.")                                                                        \
  X(kGigDeleted, "GIG_DELETED", kFailedPrecondition, "The gig is deleted.", "Der Service ist gelöscht.")              \
  X(kGigNotPublished, "GIG_NOT_PUBLISHED", kFailedPrecondition, "The gig is {state}, not published.",                 \
    "Der Service ist {state}, nicht veröffentlicht.")                                                                 \
  X(kGigAlreadyPublished, "GIG_ALREADY_PUBLISHED", kFailedPrecondition, "The gig is already published.",              \
    "Der Service ist bereits veröffentlicht.")                                                                        \
  X(kGigIncomplete, "GIG_INCOMPLETE", kFailedPrecondition, "The package {package} has no price or no days yet.",      \
    "Dem Paket {package} fehlen noch Preis oder Tage.")                                                               \
  X(kSubcategoryUnknown, "SUBCATEGORY_UNKNOWN", kFailedPrecondition,                                                  \
    "There is no subcategory {subcategory}; choose one of ListSubcategories.",                                        \
    "Die Unterkategorie {subcategory} gibt es nicht; bitte eine aus ListSubcategories wählen.")                       \
  X(kSubcategoryNotFound, "SUBCATEGORY_NOT_FOUND", kNotFound, "There is no such subcategory.",                        \
    "Diese Unterkategorie gibt es nicht.")                                                                            \
  X(kSubcategoryAlreadyExists, "SUBCATEGORY_ALREADY_EXISTS", kFailedPrecondition,                                     \
    "The subcategory {subcategory} already exists.", "Die Unterkategorie {subcategory} gibt es bereits.")             \
  X(kSubcategoryNotEligible, "SUBCATEGORY_NOT_ELIGIBLE", kFailedPrecondition,                                         \
    "Milestones are not available in the subcategory {subcategory}.",                                                 \
    "In der Unterkategorie {subcategory} gibt es keine Meilensteine.")                                                \
  X(kPriceNotEligible, "PRICE_NOT_ELIGIBLE", kFailedPrecondition,                                                     \
    "Milestones need a BASIC package above {required}; its price is {actual}.",                                       \
    "Meilensteine brauchen ein BASIC-Paket über {required}; sein Preis ist {actual}.")                                \
  X(kCurrencyNotEligible, "CURRENCY_NOT_ELIGIBLE", kFailedPrecondition, "The currency {currency} is not supported.",  \
    "Die Währung {currency} wird nicht unterstützt.")                                                                 \
  X(kPlanAlreadyExists, "PLAN_ALREADY_EXISTS", kFailedPrecondition, "The gig already has a milestone plan.",          \
    "Der Service hat bereits einen Meilenstein-Workflow.")                                                            \
  X(kPlanNotFound, "PLAN_NOT_FOUND", kNotFound, "The gig has no milestone plan.",                                     \
    "Der Service hat keinen Meilenstein-Workflow.")                                                                   \
  X(kPlanNotActive, "PLAN_NOT_ACTIVE", kFailedPrecondition, "The milestone plan is {state}, not open for orders.",    \
    "Der Meilenstein-Workflow ist {state} und nicht bestellbar.")                                                     \
  X(kTemplateNotFound, "TEMPLATE_NOT_FOUND", kNotFound,                                                               \
    "There is no milestone template {template}; choose one of ListMilestoneTemplates.",                               \
    "Die Meilenstein-Vorlage {template} gibt es nicht; bitte eine aus ListMilestoneTemplates wählen.")                \
  X(kTemplateNotForSubcategory, "TEMPLATE_NOT_FOR_SUBCATEGORY", kFailedPrecondition,                                  \
    "The milestone template {template} is not for gigs in the subcategory {subcategory}.",                            \
    "Die Meilenstein-Vorlage {template} ist nicht für Services der Unterkategorie {subcategory}.")                    \
  X(kMilestoneNotFound, "MILESTONE_NOT_FOUND", kNotFound, "There is no milestone {milestone}.",                       \
    "Einen Meilenstein {milestone} gibt es nicht.")                                                                   \
  X(kSubstepNotFound, "SUBSTEP_NOT_FOUND", kNotFound, "There is no such substep.", "Diesen Teilschritt gibt es nicht.") \
  X(kTooManyMilestones, "TOO_MANY_MILESTONES", kFailedPrecondition, "At most {max} milestones are allowed.",          \
    "Höchstens {max} Meilensteine sind erlaubt.")                                                                     \
  X(kTooFewMilestones, "TOO_FEW_MILESTONES", kFailedPrecondition, "At least {min} milestones are needed.",            \
    "Mindestens {min} Meilensteine sind nötig.")                                                                      \
  X(kTooManySubsteps, "TOO_MANY_SUBSTEPS", kFailedPrecondition, "At most {max} substeps are allowed.",                \
    "Höchstens {max} Teilschritte sind erlaubt.")                                                                     \
  X(kMilestoneIncomplete, "MILESTONE_INCOMPLETE", kFailedPrecondition,                                                \
    "Milestone {milestone} is incomplete: {missing} is missing.",                                                     \
    "Meilenstein {milestone} ist unvollständig: {missing} fehlt.")                                                    \
  X(kAmountsDontSum, "AMOUNTS_DONT_SUM", kFailedPrecondition,                                                         \
    "The {package} amounts add up to {actual}, not to the package's price {required}.",                               \
    "Die Beträge für {package} ergeben {actual}, nicht den Paketpreis {required}.")                                   \
  X(kPackageUnknown, "PACKAGE_UNKNOWN", kFailedPrecondition, "The gig has no package {package}.",                     \
    "Der Service hat kein Paket {package}.")                                                                          \
  X(kPackageCovered, "PACKAGE_COVERED", kFailedPrecondition,                                                          \
    "Package {package} is covered by the published milestone plan and can't be removed.",                             \
    "Das Paket {package} gehört zum veröffentlichten Meilenstein-Workflow und kann nicht entfernt werden.")           \
  X(kSubstepPackagesNotCovered, "SUBSTEP_PACKAGES_NOT_COVERED", kFailedPrecondition,                                  \
    "A substep's packages must be among its milestone's.",                                                            \
    "Die Pakete eines Teilschritts müssen zu denen seines Meilensteins gehören.")                                     \
  X(kPackageNotOrderable, "PACKAGE_NOT_ORDERABLE", kFailedPrecondition,                                               \
    "Package {package} has fewer than 2 milestones and can only be ordered as one payment.",                          \
    "Das Paket {package} hat weniger als 2 Meilensteine und ist nur als Einmalzahlung bestellbar.")                   \
  /* Offers */                                                                                                        \
  X(kOfferNotFound, "OFFER_NOT_FOUND", kNotFound, "No such offer, or you may not see it.",                            \
    "Dieses Angebot gibt es nicht, oder es ist für Sie nicht sichtbar.")                                              \
  X(kBuyerIsSeller, "BUYER_IS_SELLER", kFailedPrecondition, "Buyer and seller are the same user.",                    \
    "Käufer und Anbieter sind derselbe Benutzer.")                                                                    \
  X(kOfferNotDraft, "OFFER_NOT_DRAFT", kFailedPrecondition, "The offer is {state}, no longer a draft.",               \
    "Das Angebot ist {state}, kein Entwurf mehr.")                                                                    \
  X(kOfferNotSent, "OFFER_NOT_SENT", kFailedPrecondition, "The offer is {state}, not open for an answer.",            \
    "Das Angebot ist {state} und wartet auf keine Antwort.")                                                          \
  X(kOfferExpired, "OFFER_EXPIRED", kFailedPrecondition, "The offer expired at {expire_time}.",                       \
    "Das Angebot ist am {expire_time} abgelaufen.")                                                                   \
  X(kOfferNotAccepted, "OFFER_NOT_ACCEPTED", kFailedPrecondition, "The offer is {state} and has no order.",            \
    "Das Angebot ist {state} und hat keinen Auftrag.")                                                                \
  X(kOfferBelowFloor, "OFFER_BELOW_FLOOR", kFailedPrecondition,                                                       \
    "An offer with milestones must come to at least {required}; this one comes to {actual}.",                         \
    "Ein Angebot mit Meilensteinen muss mindestens {required} betragen; dieses beträgt {actual}.")                    \
  X(kExpiryInThePast, "EXPIRY_IN_THE_PAST", kFailedPrecondition, "The expiry must lie in the future.",                \
    "Das Ablaufdatum muss in der Zukunft liegen.")                                                                    \
  X(kAcceptInProgress, "ACCEPT_IN_PROGRESS", kFailedPrecondition,                                                     \
    "The offer is being accepted; read it again in a few minutes.",                                                   \
    "Das Angebot wird gerade angenommen; bitte in einigen Minuten noch einmal lesen.")                                \
  X(kTermsChanged, "TERMS_CHANGED", kAborted,                                                                         \
    "The terms have changed since you saw them; read them again and decide again.",                                   \
    "Die Bedingungen haben sich geändert; bitte neu lesen und neu entscheiden.")                                      \
  /* Orders */                                                                                                        \
  X(kOrderNotFound, "ORDER_NOT_FOUND", kNotFound, "No such order, or you may not see it.",                            \
    "Diesen Auftrag gibt es nicht, oder er ist für Sie nicht sichtbar.")                                              \
  X(kChargeNotFound, "CHARGE_NOT_FOUND", kNotFound, "No such charge, or you may not see it.",                         \
    "Diese Zahlung gibt es nicht, oder sie ist für Sie nicht sichtbar.")                                              \
  X(kNotTheBuyer, "NOT_THE_BUYER", kPermissionDenied, "Only the buyer may do this.", "Das darf nur der Käufer.")      \
  X(kNotTheSeller, "NOT_THE_SELLER", kPermissionDenied, "Only the seller may do this.", "Das darf nur der Anbieter.") \
  X(kNotTheAccountOwner, "NOT_THE_ACCOUNT_OWNER", kPermissionDenied, "You may only read your own seller accounts.",    \
    "Sie dürfen nur Ihre eigenen Anbieterkonten lesen.")                                                              \
  X(kOrderTypeNotBilledYet, "ORDER_TYPE_NOT_BILLED_YET", kFailedPrecondition,                                         \
    "Orders of this type ({type}) are not billed yet.",                                                               \
    "Aufträge dieser Art ({type}) werden noch nicht abgerechnet.")                                                    \
  X(kOrderPlacing, "ORDER_PLACING", kFailedPrecondition,                                                              \
    "The order's first payment is still running; read the order again in a few minutes.",                             \
    "Die erste Zahlung des Auftrags läuft noch; bitte den Auftrag in einigen Minuten noch einmal lesen.")             \
  X(kOrderPlacementFailed, "ORDER_PLACEMENT_FAILED", kFailedPrecondition,                                             \
    "The order was not placed, because its latest attempt failed; see next_actions.",                                 \
    "Der Auftrag kam nicht zustande, weil der letzte Versuch fehlschlug; siehe next_actions.")                        \
  X(kOrderAlreadyPlaced, "ORDER_ALREADY_PLACED", kFailedPrecondition,                                                 \
    "The order of this quote was already placed with another payment method; it is {state}.",                         \
    "Der Auftrag zu diesem Preisangebot wurde schon mit einem anderen Zahlungsmittel erteilt; er ist {state}.")       \
  X(kOrderCompleted, "ORDER_COMPLETED", kFailedPrecondition, "The order is completed ({completion_reason}).",         \
    "Der Auftrag ist abgeschlossen ({completion_reason}).")                                                           \
  X(kOrderCancelled, "ORDER_CANCELLED", kFailedPrecondition, "The order is cancelled.", "Der Auftrag ist storniert.") \
  X(kWorkNotAuthorized, "WORK_NOT_AUTHORIZED", kFailedPrecondition,                                                   \
    "Milestone {milestone} is not funded: work on it is not authorised.",                                             \
    "Meilenstein {milestone} ist nicht bezahlt: Die Arbeit daran ist nicht freigegeben.")                             \
  X(kNotTheCurrentMilestone, "NOT_THE_CURRENT_MILESTONE", kFailedPrecondition,                                        \
    "The current milestone is {current}, not {milestone}.",                                                           \
    "Der laufende Meilenstein ist {current}, nicht {milestone}.")                                                     \
  X(kMilestoneAlreadyAccepted, "MILESTONE_ALREADY_ACCEPTED", kFailedPrecondition,                                     \
    "Milestone {milestone} is already accepted.", "Meilenstein {milestone} ist bereits angenommen.")                  \
  X(kMilestoneAwaitingPayment, "MILESTONE_AWAITING_PAYMENT", kFailedPrecondition,                                     \
    "Milestone {milestone} is waiting for its payment: call RetryPayment.",                                           \
    "Meilenstein {milestone} wartet auf seine Zahlung; bitte RetryPayment aufrufen.")                                 \
  X(kMeetingNotIncluded, "MEETING_NOT_INCLUDED", kFailedPrecondition,                                                 \
    "Milestone {milestone} includes no video meeting: leave meeting_url out.",                                        \
    "Meilenstein {milestone} enthält kein Videotreffen; bitte meeting_url weglassen.")                                \
  X(kMilestoneNotDelivered, "MILESTONE_NOT_DELIVERED", kFailedPrecondition,                                           \
    "Milestone {milestone} is {milestone_state}: there is no delivery to answer.",                                    \
    "Meilenstein {milestone} ist {milestone_state}: Es liegt keine Lieferung vor, die beantwortet werden kann.")      \
  X(kMilestoneAlreadyDelivered, "MILESTONE_ALREADY_DELIVERED", kFailedPrecondition,                                   \
    "Milestone {milestone} is delivered and waits for the buyer.",                                                    \
    "Meilenstein {milestone} ist geliefert und wartet auf den Käufer.")                                               \
  X(kFinalDeliveryRequired, "FINAL_DELIVERY_REQUIRED", kFailedPrecondition,                                           \
    "This is the last milestone: deliver the complete project with final_delivery = true.",                           \
    "Das ist der letzte Meilenstein; bitte das vollständige Projekt mit final_delivery = true liefern.")              \
  X(kNotTheLastMilestone, "NOT_THE_LAST_MILESTONE", kFailedPrecondition,                                              \
    "Milestone {milestone} is not the last of {last}.", "Meilenstein {milestone} ist nicht der letzte von {last}.")   \
  X(kIsTheLastMilestone, "IS_THE_LAST_MILESTONE", kFailedPrecondition,                                                \
    "There is no milestone after {milestone}: accepting it ends the order.",                                          \
    "Nach Meilenstein {milestone} kommt keiner mehr: Seine Annahme beendet den Auftrag.")                             \
  X(kRevisionsExhausted, "REVISIONS_EXHAUSTED", kFailedPrecondition,                                                  \
    "All {allowed} revisions of milestone {milestone} are used.",                                                     \
    "Alle {allowed} Überarbeitungen von Meilenstein {milestone} sind verbraucht.")                                    \
  X(kOrderDisputed, "ORDER_DISPUTED", kFailedPrecondition,                                                            \
    "Milestone {current} is in dispute; the order goes on once the dispute is withdrawn or resolved.",                \
    "Meilenstein {current} ist strittig; der Auftrag geht weiter, sobald der Streit zurückgezogen oder entschieden ist.") \
  X(kNotDisputed, "NOT_DISPUTED", kFailedPrecondition, "Milestone {milestone} is {milestone_state}, not in dispute.", \
    "Meilenstein {milestone} ist {milestone_state} und nicht strittig.")                                              \
  X(kNotYourDispute, "NOT_YOUR_DISPUTE", kFailedPrecondition,                                                         \
    "The other party opened the dispute; only that party can withdraw it.",                                           \
    "Die andere Seite hat den Streit eröffnet; nur sie kann ihn zurückziehen.")                                       \
  X(kTooManyDisputes, "TOO_MANY_DISPUTES", kFailedPrecondition,                                                       \
    "You have opened {max} disputes about milestone {milestone}; no further one is possible.",                           \
    "Sie haben über Meilenstein {milestone} schon {max} Streitfälle eröffnet; ein weiterer ist nicht möglich.")                   \
  X(kMilestoneNotLate, "MILESTONE_NOT_LATE", kFailedPrecondition,                                                     \
    "Milestone {milestone} can be cancelled from {cancellable_time} on, if nothing is delivered by then.",         \
    "Meilenstein {milestone} lässt sich ab {cancellable_time} stornieren, falls bis dahin nichts geliefert wird.")    \
  X(kLateCancellationNotAgreed, "LATE_CANCELLATION_NOT_AGREED", kFailedPrecondition,                                  \
    "The order was placed before a buyer could cancel late milestones alone; ask for the seller's consent, or open a dispute.", \
    "Der Auftrag wurde erteilt, bevor sich verspätete Meilensteine einseitig stornieren ließen; bitte um Zustimmung des " \
    "Anbieters bitten oder einen Streit eröffnen.")                                                                   \
  X(kMilestoneWasDelivered, "MILESTONE_WAS_DELIVERED", kFailedPrecondition,                                           \
    "Milestone {milestone} was delivered before; open a dispute instead.",                                            \
    "Meilenstein {milestone} wurde schon einmal geliefert; bitte stattdessen einen Streit eröffnen.")                 \
  X(kSellerAmountTooLarge, "SELLER_AMOUNT_TOO_LARGE", kFailedPrecondition,                                            \
    "The seller can't get that much: {held} is held. A dispute's split must leave part of it to the buyer.",                       \
    "So viel kann der Anbieter nicht bekommen: Hinterlegt ist {held}. Wer einen Streit durch Teilung entscheidet, muss dem Käufer einen " \
    "Teil lassen.") \
  X(kCurrencyMismatch, "CURRENCY_MISMATCH", kFailedPrecondition,                                                      \
    "The order is in {currency}; an amount in another currency is not possible.",                                     \
    "Der Auftrag lautet auf {currency}; ein Betrag in einer anderen Währung ist nicht möglich.")                      \
  X(kCancellationPending, "CANCELLATION_PENDING", kFailedPrecondition,                                                \
    "A request to cancel the order is waiting for its answer.",                                                       \
    "Eine Bitte um Stornierung des Auftrags wartet schon auf ihre Antwort.")                                          \
  X(kNoCancellationRequested, "NO_CANCELLATION_REQUESTED", kFailedPrecondition,                                       \
    "No request to cancel the order is waiting for an answer.",                                                       \
    "Es gibt keine Bitte um Stornierung, die auf eine Antwort wartet.")                                               \
  X(kOwnCancellationRequest, "OWN_CANCELLATION_REQUEST", kFailedPrecondition,                                         \
    "You asked to cancel the order; the other party answers.",                                                        \
    "Sie haben um die Stornierung gebeten; die andere Seite antwortet darauf.")                                       \
  X(kNextMilestoneNotStartable, "NEXT_MILESTONE_NOT_STARTABLE", kFailedPrecondition,                                  \
    "The next milestone starts only after the current one is accepted; the order is {state}.",                        \
    "Der nächste Meilenstein beginnt erst, wenn der laufende angenommen ist; der Auftrag ist {state}.")               \
  X(kNoAcceptedMilestone, "NO_ACCEPTED_MILESTONE", kFailedPrecondition,                                               \
    "No milestone is accepted yet; the order can be ended after the first acceptance.",                               \
    "Noch ist kein Meilenstein angenommen; der Auftrag lässt sich erst nach der ersten Annahme beenden.")             \
  X(kNextMilestoneRunning, "NEXT_MILESTONE_RUNNING", kFailedPrecondition,                                             \
    "Milestone {milestone} is paid and not accepted yet; the order can be ended once it is accepted.",                \
    "Meilenstein {milestone} ist bezahlt und noch nicht angenommen; sobald er angenommen ist, lässt sich der Auftrag " \
    "beenden.")                                                                                                       \
  X(kPaymentInProgress, "PAYMENT_IN_PROGRESS", kFailedPrecondition, "A payment is running; wait for its outcome.",    \
    "Eine Zahlung läuft; bitte ihr Ergebnis abwarten.")                                                               \
  X(kNoPaymentDue, "NO_PAYMENT_DUE", kFailedPrecondition, "No payment is waiting to be retried; the order is {state}.", \
    "Keine Zahlung wartet auf Wiederholung; der Auftrag ist {state}.")                                                \
  X(kTooManyPaymentAttempts, "TOO_MANY_PAYMENT_ATTEMPTS", kFailedPrecondition,                                        \
    "Milestone {milestone} has had {max} payment attempts; no more are allowed.",                                     \
    "Für Meilenstein {milestone} gab es schon {max} Zahlungsversuche; weitere sind nicht möglich.")                   \
  X(kChargeNotOpen, "CHARGE_NOT_OPEN", kFailedPrecondition,                                                           \
    "The charge is {charge_state}, no longer open: there is nothing to resolve.",                                     \
    "Die Zahlung ist {charge_state} und nicht mehr offen: Es gibt nichts zu klären.")                                 \
  X(kChargeAmountMismatch, "CHARGE_AMOUNT_MISMATCH", kFailedPrecondition,                                             \
    "The charge is for {required}; {actual} can't be the amount that was taken.",                                     \
    "Die Zahlung lautet auf {required}; {actual} kann nicht der eingezogene Betrag sein.")                            \
  X(kRefundNotFound, "REFUND_NOT_FOUND", kNotFound, "No such refund, or you may not see it.",                         \
    "Diese Erstattung gibt es nicht, oder sie ist für Sie nicht sichtbar.")                                           \
  X(kRefundInProgress, "REFUND_IN_PROGRESS", kFailedPrecondition, "A refund is running; wait for its outcome.",       \
    "Eine Erstattung läuft; bitte ihr Ergebnis abwarten.")                                                            \
  X(kQuoteMalformed, "QUOTE_MALFORMED", kInvalidArgument,                                                             \
    "QuoteOrder did not give you this quote; send a quote unchanged.",                                                \
    "Dieses Preisangebot haben Sie nicht von QuoteOrder erhalten; bitte ein Preisangebot unverändert senden.")        \
  X(kQuoteExpired, "QUOTE_EXPIRED", kFailedPrecondition,                                                              \
    "The quote expired at {expire_time}; ask QuoteOrder for a new one.",                                              \
    "Das Preisangebot ist am {expire_time} abgelaufen; bitte mit QuoteOrder ein neues anfordern.")                    \
  /* Payment provider */                                                                                              \
  X(kKeyReused, "KEY_REUSED", kInvalidArgument, "The key was used before with another amount or payment method.",     \
    "Der Schlüssel wurde schon mit einem anderen Betrag oder Zahlungsmittel benutzt.")                                \
  X(kProviderChargeNotFound, "PROVIDER_CHARGE_NOT_FOUND", kNotFound, "No charge is known under this key.",            \
    "Unter diesem Schlüssel ist keine Zahlung bekannt.")                                                              \
  X(kProviderRefundNotFound, "PROVIDER_REFUND_NOT_FOUND", kNotFound, "No refund is known under this key.",            \
    "Unter diesem Schlüssel ist keine Erstattung bekannt.")                                                           \
  X(kRefundExceedsCharge, "REFUND_EXCEEDS_CHARGE", kFailedPrecondition,                                               \
    "Only {left} of the charge can still be refunded; {actual} is too much.",                                         \
    "Von der Zahlung können nur noch {left} erstattet werden; {actual} sind zu viel.")                                \
  X(kProviderUnavailable, "PROVIDER_UNAVAILABLE", kUnavailable,                                                       \
    "The payment provider did not answer; try again with the same key.",                                              \
    "Der Zahlungsanbieter hat nicht geantwortet; bitte mit demselben Schlüssel noch einmal versuchen.")               \
  /* Test clock */                                                                                                    \
  X(kClockBackwards, "CLOCK_BACKWARDS", kFailedPrecondition, "The clock only goes forward; it shows {now}.",          \
    "Die Uhr geht nur vorwärts; sie zeigt {now}.")
// clang-format on

enum class Reason {
#define MILEPOST_ENUMERATOR(name, wire, code, en, de) name,
  MILEPOST_REASONS(MILEPOST_ENUMERATOR)
#undef MILEPOST_ENUMERATOR
};

struct ReasonRow {
  Reason reason;
  absl::string_view name;  // UPPER_SNAKE, as on the wire
  absl::StatusCode code;
  absl::string_view english;
  absl::string_view german;
};

inline constexpr ReasonRow kReasons[] = {
#define MILEPOST_ROW(name, wire, code, en, de) {Reason::name, wire, absl::StatusCode::code, en, de},
    MILEPOST_REASONS(MILEPOST_ROW)
#undef MILEPOST_ROW
};

constexpr const ReasonRow& RowOf(Reason reason) {
  return kReasons[static_cast<int>(reason)];
}

}  // namespace milepost
