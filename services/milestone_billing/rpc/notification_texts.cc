#include "services/milestone_billing/rpc/notification_texts.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace milepost::billing {
namespace {

struct Row {
  Text text;
  absl::string_view english;
  absl::string_view german;
};

// clang-format off
constexpr Row kTexts[] = {
    {Text::kDeliveredToBuyer,
     "Milestone {milestone} was delivered. Please accept it or ask for a revision until {until}; after that it counts as "
     "accepted and the order is completed.",
     "Meilenstein {milestone} wurde geliefert. Bitte nehmen Sie ihn bis {until} an oder bitten Sie um eine Überarbeitung; "
     "danach gilt er als angenommen und der Auftrag ist abgeschlossen."},
    {Text::kFinallyDeliveredToBuyer,
     "The complete project was delivered with milestone {milestone}. Please accept it or ask for a revision until {until}; "
     "after that it counts as accepted and the order is completed.",
     "Mit Meilenstein {milestone} wurde das gesamte Projekt geliefert. Bitte nehmen Sie es bis {until} an oder bitten Sie um "
     "eine Überarbeitung; danach gilt es als angenommen und der Auftrag ist abgeschlossen."},
    {Text::kAcceptedToSeller,
     "Milestone {milestone} was accepted. You have earned {amount}.",
     "Meilenstein {milestone} wurde angenommen. Sie haben {amount} verdient."},
    {Text::kAutoAcceptedToSeller,
     "Nobody answered the delivery of milestone {milestone} in time: it counts as accepted and the order is completed. You "
     "have earned {amount}.",
     "Auf die Lieferung von Meilenstein {milestone} kam keine rechtzeitige Antwort: Er gilt als angenommen, der Auftrag ist "
     "abgeschlossen. Sie haben {amount} verdient."},
    {Text::kAutoAcceptedToBuyer,
     "You have not answered the delivery of milestone {milestone} in time: it counts as accepted, its {amount} were released to "
     "the seller, and the order is completed. Nothing more will be charged.",
     "Sie haben auf die Lieferung von Meilenstein {milestone} nicht rechtzeitig geantwortet: Er gilt als angenommen, {amount} "
     "wurden für den Anbieter freigegeben und der Auftrag ist abgeschlossen. Es wird nichts weiter berechnet."},
    {Text::kEndedToBuyer,
     "You have ended the order after milestone {milestone}. It is completed; nothing more will be charged.",
     "Sie haben den Auftrag nach Meilenstein {milestone} beendet. Er ist abgeschlossen; es wird nichts weiter berechnet."},
    {Text::kEndedToSeller,
     "The buyer has ended the order. It is completed; please do not go on with further milestones, they will not be paid.",
     "Der Käufer hat den Auftrag beendet. Er ist abgeschlossen; bitte arbeiten Sie nicht an weiteren Meilensteinen, sie werden "
     "nicht bezahlt."},
};
// clang-format on

std::string Filled(absl::string_view text, const TextParts& parts, absl::string_view time_format) {
  return absl::StrReplaceAll(text,
                             {{"{milestone}", absl::StrCat(parts.milestone)},
                              {"{amount}", parts.amount.ToString()},
                              {"{until}", absl::FormatTime(time_format, parts.until, absl::UTCTimeZone())}});
}

}  // namespace

events::v1::Notification NotificationOf(Text text, absl::string_view recipient, const TextParts& parts) {
  events::v1::Notification out;
  out.set_recipient(std::string(recipient));
  for (const Row& row : kTexts) {
    if (row.text != text) continue;
    out.set_text_en(Filled(row.english, parts, "%Y-%m-%d %H:%M UTC"));
    out.set_text_de(Filled(row.german, parts, "%d.%m.%Y %H:%M UTC"));
  }
  return out;
}

}  // namespace milepost::billing
