#include "common/rpc/wire.h"

#include "gtest/gtest.h"

namespace milepost::rpc {
namespace {

google::type::Money Wire(const std::string& code, int64_t units, int32_t nanos) {
  google::type::Money money;
  money.set_currency_code(code);
  money.set_units(units);
  money.set_nanos(nanos);
  return money;
}

TEST(Wire, MoneyKeepsEveryMinorUnitBothWays) {
  for (const int64_t minor :
       {int64_t{0}, int64_t{1}, int64_t{99}, int64_t{15000}, -int64_t{1}, -int64_t{12345}, kMaxMinor}) {
    for (const char* code : {"USD", "JPY", "KWD"}) {
      const Money money{minor, *Currency::Parse(code)};
      const auto back = MoneyOf(ToWire(money));
      ASSERT_TRUE(back.ok()) << back.status();
      EXPECT_EQ(*back, money) << code << " " << minor;
    }
  }
  EXPECT_EQ(ToWire(Money::Usd(175)).units(), 1);
  EXPECT_EQ(ToWire(Money::Usd(175)).nanos(), 750'000'000);
  EXPECT_EQ(ToWire(Money::Usd(-175)).units(), -1);
  EXPECT_EQ(ToWire(Money::Usd(-175)).nanos(), -750'000'000);
}

TEST(Wire, MoneyThatMakesNoSenseIsNoMoney) {
  EXPECT_FALSE(MoneyOf(Wire("usd", 1, 0)).ok());
  EXPECT_FALSE(MoneyOf(Wire("", 1, 0)).ok());
  EXPECT_FALSE(MoneyOf(Wire("USD", 1, 1)).ok()) << "finer than a cent";
  EXPECT_FALSE(MoneyOf(Wire("JPY", 1, 500'000'000)).ok()) << "half a yen";
  EXPECT_FALSE(MoneyOf(Wire("USD", 1, -10'000'000)).ok()) << "two signs";
  EXPECT_FALSE(MoneyOf(Wire("USD", 0, 1'000'000'000)).ok()) << "nanos that are a unit";
  EXPECT_FALSE(MoneyOf(Wire("USD", 10'000'000'000, 10'000'000)).ok()) << "a cent too much";
  EXPECT_FALSE(MoneyOf(Wire("USD", INT64_MAX, 0)).ok());
  EXPECT_FALSE(MoneyOf(Wire("USD", INT64_MIN, 0)).ok());
}

TEST(Wire, InstantsKeepMicroseconds) {
  for (const int64_t us : {int64_t{0}, int64_t{1}, -int64_t{1}, int64_t{1735689600123456}}) {
    const absl::Time time = absl::FromUnixMicros(us);
    EXPECT_EQ(TimeOf(ToWire(time)), time) << us;
    EXPECT_GE(ToWire(time).nanos(), 0) << us;
  }
}

TEST(Wire, NamesGiveTheirIdsBack) {
  const Uuid id = *Uuid::Parse("01890a5d-ac96-774b-bcce-b302099a8057");
  EXPECT_EQ(NameOf("orders", id), "orders/01890a5d-ac96-774b-bcce-b302099a8057");
  EXPECT_EQ(*IdIn(NameOf("orders", id), "orders"), id);
  EXPECT_EQ(*IdIn(NameOf("orders", id) + "/milestones/12", "orders"), id);
  EXPECT_EQ(NumberIn(NameOf("orders", id) + "/milestones/12"), 12u);
  EXPECT_FALSE(IdIn("offers/01890a5d-ac96-774b-bcce-b302099a8057", "orders").ok());
  EXPECT_FALSE(IdIn("orders/nonsense", "orders").ok());
  EXPECT_FALSE(IdIn("orders", "orders").ok());
  EXPECT_EQ(NumberIn("orders/x/milestones/99999999999"), UINT32_MAX);
  EXPECT_EQ(NumberIn("orders/x/milestones/-1"), 0u);
  EXPECT_EQ(NumberIn("orders/x/milestones/"), 0u);
}

}  // namespace
}  // namespace milepost::rpc
