-- Orders with their payment attempts and the ledger. Instants are microseconds since the epoch, UTC; amounts are in
-- their currency's minor unit. The columns repeat what lists, workers and constraints need of `body`, which is the
-- whole order (protos/milepost/storage/v1/order.proto).

-- outcome_due_us: since when OfferService is owed the outcome; NULL where nothing is owed, so that the relay's index
-- holds nothing else.
CREATE TABLE IF NOT EXISTS orders (
  id BINARY(16) NOT NULL,
  sequence BIGINT UNSIGNED NOT NULL,
  updated_us BIGINT NOT NULL,
  buyer VARCHAR(80) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  seller VARCHAR(80) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  offer_id BINARY(16) NULL,
  gig_id BINARY(16) NOT NULL,
  kind VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  state VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  current_milestone INT UNSIGNED NOT NULL,
  milestone_state VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  currency CHAR(3) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  funded_minor BIGINT NOT NULL,
  released_minor BIGINT NOT NULL,
  refunded_minor BIGINT NOT NULL,
  requested_us BIGINT NOT NULL,
  outcome_due_us BIGINT NULL,
  body MEDIUMBLOB NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY orders_offer (offer_id),
  KEY orders_buyer (buyer, requested_us, id),
  KEY orders_seller (seller, requested_us, id),
  KEY orders_outcome_due (outcome_due_us, id),
  CONSTRAINT orders_parties CHECK (buyer <> seller),
  CONSTRAINT orders_sums CHECK (released_minor >= 0 AND refunded_minor >= 0),
  CONSTRAINT orders_escrow CHECK (funded_minor - released_minor - refunded_minor >= 0),
  CONSTRAINT orders_finished CHECK (state <> 'COMPLETED' OR funded_minor = released_minor + refunded_minor)
) ENGINE=InnoDB;

-- One attempt to charge a buyer for a milestone. open_lease_us: until when an OPEN one is somebody's to ask about; NULL
-- once it ended, so that the reconciler's index holds only what it has to ask about.
CREATE TABLE IF NOT EXISTS charges (
  id BINARY(16) NOT NULL,
  order_id BINARY(16) NOT NULL,
  milestone INT UNSIGNED NOT NULL,
  slot INT UNSIGNED NOT NULL,
  state VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  outcome_unknown TINYINT UNSIGNED NOT NULL,
  amount_minor BIGINT NOT NULL,
  buyer_fee_minor BIGINT NOT NULL,
  currency CHAR(3) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  payment_method VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  decline_reason VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NULL,
  created_us BIGINT NOT NULL,
  open_lease_us BIGINT NULL,
  closed_us BIGINT NULL,
  late_success_us BIGINT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY charges_attempt (order_id, milestone, slot),
  KEY charges_open (open_lease_us, id),
  CONSTRAINT charges_amount CHECK (amount_minor > 0 AND buyer_fee_minor >= 0),
  CONSTRAINT charges_open_or_closed CHECK ((state = 'OPEN') = (open_lease_us IS NOT NULL) AND (state = 'OPEN') = (closed_us IS NULL)),
  CONSTRAINT charges_declined CHECK ((state = 'DECLINED') = (decline_reason IS NOT NULL)),
  CONSTRAINT charges_unknown CHECK (outcome_unknown = 0 OR state = 'OPEN')
) ENGINE=InnoDB;

-- The ledger: the lines of every move, in double entry; only ever inserted. Debits are positive, credits negative.
-- (order_id, sequence) is the event that carries the move.
CREATE TABLE IF NOT EXISTS entries (
  order_id BINARY(16) NOT NULL,
  sequence BIGINT UNSIGNED NOT NULL,
  line INT UNSIGNED NOT NULL,
  move VARCHAR(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  account VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  amount_minor BIGINT NOT NULL,
  currency CHAR(3) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  at_us BIGINT NOT NULL,
  PRIMARY KEY (order_id, sequence, line),
  KEY entries_account (account, at_us),
  CONSTRAINT entries_amount CHECK (amount_minor <> 0)
) ENGINE=InnoDB;
