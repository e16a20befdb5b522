#include "common/events/notification.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace milepost::events {
namespace {

std::string Filled(absl::string_view text, const TextParts& parts, absl::string_view time_format) {
  return absl::StrReplaceAll(text,
                             {{"{milestone}", absl::StrCat(parts.milestone)},
                              {"{amount}", parts.amount.ToString()},
                              {"{until}", absl::FormatTime(time_format, parts.until, absl::UTCTimeZone())}});
}

}  // namespace

void Notify(absl::string_view recipient, const NotificationText& text, const TextParts& parts,
            v1::Event& event) {
  v1::Notification& out = *event.add_notifications();
  out.set_recipient(std::string(recipient));
  out.set_text_en(Filled(text.english, parts, "%Y-%m-%d %H:%M UTC"));
  out.set_text_de(Filled(text.german, parts, "%d.%m.%Y %H:%M UTC"));
}

}  // namespace milepost::events
