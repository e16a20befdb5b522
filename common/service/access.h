// How handlers and workers reach the aggregates of a service: commands through the lanes (or as a preview, for
// validate_only), reads through snapshots, all as awaitables.
//
// The bodies are in access_bodies.h, which only the file includes that instantiates Access for its service: whoever submits
// a command compiles neither lanes nor readers.
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
  // Told of every answer of Submit before its caller is. Thread-safe; does not block.
  using OnCommitted = std::function<void(const Answer&)>;

  // Both outlive this object and every call to it.
  Access(db::Lanes<D>& lanes, db::Reader<D>& reader, OnCommitted on_committed = nullptr);

  // A command that a call asks for: under its request id, etag and deadline. `subject` is what users' request ids count for
  // (rpc::RequestScope): the aggregate, or for a creation the hash of the acting user.
  static Submission For(const rpc::Call& call, const Id& aggregate, Command command, const Uuid& subject);
  // A command in the system's name, `kind` being the command's name. No request is remembered.
  static Submission BySystem(const Id& aggregate, Command command, std::string kind);

  // Commits what a call asks for, or with its validate_only only says what would come of it.
  rpc::Awaitable<Answer> Take(const rpc::Call& call, const Id& aggregate, Command command,
                              const Uuid& subject);

  // Decided and committed; refused as db::Lanes::Submit and the domain refuse.
  rpc::Awaitable<Answer> Submit(Submission submission);
  // What Submit would answer, with nothing written.
  rpc::Awaitable<Answer> Preview(Submission submission);
  // Submits in the system's name. An overloaded lane is asked again for about a second: what a peer has said is worth more
  // than a new command.
  rpc::Awaitable<Answer> Record(Id aggregate, Command command, std::string kind);

  // The aggregate with its due deadlines fired; nothing where there is none. Fails as db::Reader::Get does.
  rpc::Awaitable<std::optional<Snapshot>> Get(Id aggregate);
  // The same of several, in the order of `aggregates`; those that exist.
  rpc::Awaitable<std::vector<Snapshot>> GetMany(std::vector<Id> aggregates);
  // The same, a few at a time, for lists that may end early: hands each to `take`, in this order, until that says no. How
  // many it took. `take` outlives the call.
  rpc::Awaitable<size_t> Each(std::vector<Id> aggregates, std::function<bool(const Snapshot&)> take);

 private:
  db::Lanes<D>& lanes_;
  db::Reader<D>& reader_;
  const OnCommitted on_committed_;
};

}  // namespace milepost::service
