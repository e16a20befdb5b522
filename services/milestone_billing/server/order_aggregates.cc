// The lanes, reads, sweeper and test clock of orders: compiled once, here.
#include "common/service/aggregates_bodies.h"
#include "services/milestone_billing/domain/order_domain.h"

template class milepost::service::Aggregates<milepost::billing::OrderDomain>;
