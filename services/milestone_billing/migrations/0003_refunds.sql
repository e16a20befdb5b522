-- What is asked of the provider after a payment attempt has ended: whether it was charged after all, and to give money
-- back. Both tables repeat what workers and constraints need of `orders.body`.

-- When the provider is asked again about an attempt that ended VOIDED or by an operator's word; NULL once no question is
-- left, so that the worker's index holds only what it has to ask about.
CREATE TABLE IF NOT EXISTS charge_questions (
  charge_id BINARY(16) NOT NULL,
  order_id BINARY(16) NOT NULL,
  answers INT UNSIGNED NOT NULL,
  ask_us BIGINT NULL,
  PRIMARY KEY (charge_id),
  KEY charge_questions_order (order_id),
  KEY charge_questions_due (ask_us, charge_id)
) ENGINE=InnoDB;

-- Money of a charge on its way back to the buyer. open_lease_us: until when a PENDING one is somebody's to ask about; NULL
-- once it ended.
CREATE TABLE IF NOT EXISTS refunds (
  charge_id BINARY(16) NOT NULL,
  number INT UNSIGNED NOT NULL,
  order_id BINARY(16) NOT NULL,
  state VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  outcome_unknown TINYINT UNSIGNED NOT NULL,
  amount_minor BIGINT NOT NULL,
  currency CHAR(3) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  created_us BIGINT NOT NULL,
  open_lease_us BIGINT NULL,
  closed_us BIGINT NULL,
  PRIMARY KEY (charge_id, number),
  KEY refunds_order (order_id),
  KEY refunds_open (open_lease_us, charge_id, number),
  CONSTRAINT refunds_number CHECK (number > 0),
  CONSTRAINT refunds_amount CHECK (amount_minor > 0),
  CONSTRAINT refunds_open_or_closed CHECK ((state = 'PENDING') = (open_lease_us IS NOT NULL) AND (state = 'PENDING') = (closed_us IS NULL)),
  CONSTRAINT refunds_unknown CHECK (outcome_unknown = 0 OR state = 'PENDING')
) ENGINE=InnoDB;
