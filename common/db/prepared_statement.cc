#include "common/db/prepared_statement.h"

#include <cppconn/exception.h>
#include <cppconn/parameter_metadata.h>
#include <cppconn/prepared_statement.h>
#include <cppconn/resultset.h>

#include <cstring>
#include <string>
#include <utility>
#include <variant>

namespace milepost::db {
namespace {

// The connector takes an SQLString and copies it; above 256 KiB it streams.
const sql::SQLString& AsSqlString(const char* bytes, size_t size) {
  constexpr size_t kKeptMax = 16 << 10;
  thread_local sql::SQLString kept;  // with its room, for the next one
  if (kept->capacity() > kKeptMax) std::string().swap(*kept.operator->());
  kept->assign(bytes, size);
  return kept;
}

struct IsNegative {
  bool operator()(int64_t number) const { return number < 0; }
  template <class T>
  bool operator()(const T&) const {
    return false;
  }
};

}  // namespace

struct PreparedStatement::Shorten {
  Short operator()(std::monostate) const { return {.kind = Short::Kind::kNull}; }
  Short operator()(int64_t number) const { return Of(Short::Kind::kInt64, &number, sizeof number); }
  Short operator()(uint64_t number) const { return Of(Short::Kind::kUint64, &number, sizeof number); }
  Short operator()(const Uuid& id) const {
    return Of(Short::Kind::kId, id.bytes().data(), id.bytes().size());
  }
  Short operator()(const std::string& bytes) const {
    if (bytes.size() > sizeof(Short::bytes)) return {};
    return Of(Short::Kind::kBytes, bytes.data(), bytes.size());
  }

 private:
  static Short Of(Short::Kind kind, const void* bytes, size_t size) {
    Short made{.kind = kind, .size = static_cast<uint8_t>(size)};
    if (size > 0) std::memcpy(made.bytes.data(), bytes, size);
    return made;
  }
};

struct PreparedStatement::Fill {
  sql::PreparedStatement& statement;
  unsigned int place;  // from 1
  void operator()(std::monostate) const { statement.setNull(place, 0); }
  void operator()(int64_t number) const { statement.setInt64(place, number); }
  void operator()(uint64_t number) const { statement.setUInt64(place, number); }
  void operator()(const Uuid& id) const {
    statement.setString(place,
                        AsSqlString(reinterpret_cast<const char*>(id.bytes().data()), id.bytes().size()));
  }
  void operator()(const std::string& bytes) const {
    statement.setString(place, AsSqlString(bytes.data(), bytes.size()));
  }
};

PreparedStatement::PreparedStatement(std::unique_ptr<sql::PreparedStatement> statement)
    : statement_(std::move(statement)), places_(statement_->getParameterMetaData()->getParameterCount()) {}

PreparedStatement::~PreparedStatement() = default;

uint64_t PreparedStatement::Update(absl::Span<const Row> parameters) {
  Bind(parameters);
  return static_cast<uint64_t>(statement_->executeUpdate());
}

std::unique_ptr<sql::ResultSet> PreparedStatement::Query(absl::Span<const Row> parameters) {
  Bind(parameters);
  return std::unique_ptr<sql::ResultSet>(statement_->executeQuery());
}

void PreparedStatement::Bind(absl::Span<const Row> parameters) {
  size_t values = 0;
  for (const Row& row : parameters) values += row.size();
  // With too few, the last places would still hold an earlier execution's.
  if (values != places_.size()) throw sql::SQLException("not as many values as the statement has places");
  unsigned int place = 0;
  for (const Row& row : parameters)
    for (const Value& value : row) BindOne(++place, value);
}

void PreparedStatement::BindOne(unsigned int place, const Value& value) {
  auto& [held, was_unsigned] = places_[place - 1];
  const Short wanted = value.Visit(Shorten());
  if (wanted.kind != Short::Kind::kLong && wanted == held) return;
  if (was_unsigned && value.Visit(IsNegative()))
    throw sql::SQLException("a negative number for a place that was given unsigned ones");
  held = Short();  // if filling it throws, nobody knows what it holds
  value.Visit(Fill{*statement_, place});
  held = wanted;
  was_unsigned = was_unsigned || wanted.kind == Short::Kind::kUint64;
}

}  // namespace milepost::db
