// Gives handlers and workers access to the aggregates of a service, as awaitables: commands go through the lanes (or
// are previewed, for validate_only), reads use snapshots.
//
// The bodies are in access_bodies.h. Only the file that instantiates Access for its service includes it, so that
// handlers compile neither lanes nor readers.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/core/id.h"
#include "common/db/snapshot.h"
#include "common/db/submission.h"
#include "common/rpc/awaitable.h"
#include "common/rpc/call.h"

namespace milepost::db {
template <class D>
class Lanes;
template <class D>
class Reader;
}  // namespace milepost::db

namespace milepost::service {

// Thread-safe.
template <class D>
class Access {
 public:
  using Id = typename D::Id;
  using Command = typename D::Command;
  using Submission = db::Submission<D>;
  using Answer = db::Answer<D>;
  using Snapshot = db::Snapshot<D>;
  // Called with every answer of Submit before its caller gets it. Must be thread-safe and must not block.
  using OnCommitted = std::function<void(const Answer&)>;

  // Both outlive this object and every call to it.
  Access(db::Lanes<D>& lanes, db::Reader<D>& reader, OnCommitted on_committed = nullptr);

  // The submission of a call's command, with the call's request id, etag and deadline. `subject` is the scope of
  // users' request ids (rpc::RequestScope): the aggregate, or for a creation the hash of the acting user.
  static Submission For(const rpc::Call& call, const Id& aggregate, Command command, const Uuid& subject);
  // The submission of a command in the system's name; `kind` is the command's name. No request is remembered.
  static Submission BySystem(const Id& aggregate, Command command, std::string kind);

  // Commits a call's command, or, with its validate_only, previews it.
  rpc::Awaitable<Answer> Take(const rpc::Call& call, const Id& aggregate, Command command,
                              const Uuid& subject);

  // Decides and commits; refuses as db::Lanes::Submit and the domain do.
  rpc::Awaitable<Answer> Submit(Submission submission);
  // Returns what Submit would answer, and writes nothing.
  rpc::Awaitable<Answer> Preview(Submission submission);
  // Submits in the system's name. Tries an overloaded lane again for about a second, because a peer's answer is worth
  // more than a new command.
  rpc::Awaitable<Answer> Record(Id aggregate, Command command, std::string kind);

  // Reads the aggregate with its due deadlines fired; nothing if it does not exist. Fails as db::Reader::Get does.
  rpc::Awaitable<std::optional<Snapshot>> Get(Id aggregate);
  // The same for several: those that exist, in the order of `aggregates`.
  rpc::Awaitable<std::vector<Snapshot>> GetMany(std::vector<Id> aggregates);
  // The same, a few at a time, for lists that may end early: passes each to `take`, in this order, until `take`
  // returns false. Returns how many it took. `take` outlives the call.
  rpc::Awaitable<size_t> Each(std::vector<Id> aggregates, std::function<bool(const Snapshot&)> take);

 private:
  db::Lanes<D>& lanes_;
  db::Reader<D>& reader_;
  const OnCommitted on_committed_;
};

}  // namespace milepost::service
