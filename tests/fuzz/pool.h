// What exists while the fuzzing runs: the names of resources with what was last read of them (etag, parties, terms hash), and
// other texts by the field that they came in. It is filled from responses by reflection, so a new resource is known without a
// line here.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "tests/fuzz/random.h"

namespace milepost::fuzz {

// "gigs/{}/milestonePlan" of a resource name or of a rule's pattern; "" where it is neither.
std::string KindOf(absl::string_view name_or_pattern);

struct Resource {
  std::string name;
  // Its texts as they were read last, by field: "etag", "seller", "buyer", "terms_hash", "order".
  std::map<std::string, std::string> texts;
};

// A request that was answered OK, and who sent it.
struct Sent {
  std::string bytes;
  std::string actor;
};

// Not thread-safe.
class Pool {
 public:
  // What a server answered to this caller: the resources that it shows, and its texts.
  void Learn(const google::protobuf::Message& message, const std::string& caller);
  // The texts of a request: what it says of a resource need not be so.
  void LearnTexts(const google::protobuf::Message& request);
  void LearnText(const std::string& field, const std::string& text);
  // A request of people, who know what is wanted: it was answered OK.
  void LearnWork(const google::protobuf::Message& request, const std::string& actor);

  // One of this kind, more often one of the latest; null where there is none.
  const Resource* Pick(const std::string& kind, Random& random) const;
  // One of the latest requests of this type that people made; null where they made none.
  const Sent* PickWork(const google::protobuf::Descriptor& type, Random& random) const;
  // One of any kind.
  const Resource* PickAny(Random& random) const;
  // A text that some field of this name had, or of a part, "refund.key"; null where there is none.
  const std::string* PickText(const std::string& field, Random& random) const;
  // Who was answered with this token (a quote, the token of a page); "" where nobody knows.
  std::string HolderOf(const std::string& token) const;
  // A text that any field had.
  const std::string* PickAnyText(Random& random) const;
  // The kind of resource that messages of this type show; "" for none.
  std::string KindOfType(const google::protobuf::Descriptor& type) const;
  // All that are kept of this kind.
  std::vector<const Resource*> All(const std::string& kind) const;

 private:
  // The first stay (they were made on purpose), the others make room for later ones.
  template <class T>
  struct Kept {
    static constexpr size_t kFirst = 128, kLatest = 256;
    std::vector<T> items;
    uint64_t seen = 0;

    // Where the next one will stand.
    size_t Next() const;
    size_t Add(T item);
  };
  using Parties = std::map<std::string, std::string>;  // "seller", "buyer"

  Resource& Learn(const std::string& name);
  // `holder`: the field that the message stands in.
  void LearnPart(const google::protobuf::Message& message, const std::string& holder,
                 const Parties& inherited);

  std::map<std::string, Kept<Resource>> resources_;        // by kind
  std::map<std::string, size_t> places_;                   // by name, in the list of its kind
  std::map<std::string, Kept<std::string>> texts_;         // by field
  std::map<std::string, std::set<std::string>> distinct_;  // the texts that are kept now
  std::map<std::string, std::string> holders_;             // of the tokens that no resource has
  std::map<const google::protobuf::Descriptor*, std::string> kind_of_type_;
  std::map<std::string, std::vector<Sent>> work_;  // by the request's type: the latest
};

}  // namespace milepost::fuzz
