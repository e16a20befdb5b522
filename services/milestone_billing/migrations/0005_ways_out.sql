-- Orders that are disputed, cancelled, or wait for an operator.

-- operator_since_us: since when the order waits for an operator and no deadline ends that; NULL otherwise, so that the index holds
-- nothing else.
SET @milepost_alter = IF(
  (SELECT COUNT(*) FROM information_schema.columns
   WHERE table_schema = DATABASE() AND table_name = 'orders' AND column_name = 'operator_since_us') = 0,
  'ALTER TABLE orders ADD COLUMN operator_since_us BIGINT NULL, ADD KEY orders_operator_since (operator_since_us, id)',
  'DO 0');
PREPARE milepost_alter FROM @milepost_alter;
EXECUTE milepost_alter;
DEALLOCATE PREPARE milepost_alter;

-- A cancelled order has no escrow either.
SET @milepost_alter = IF(
  (SELECT COUNT(*) FROM information_schema.table_constraints
   WHERE constraint_schema = DATABASE() AND table_name = 'orders' AND constraint_name = 'orders_cancelled') = 0,
  'ALTER TABLE orders ADD CONSTRAINT orders_cancelled CHECK (state <> ''CANCELLED'' OR funded_minor = released_minor + refunded_minor)',
  'DO 0');
PREPARE milepost_alter FROM @milepost_alter;
EXECUTE milepost_alter;
DEALLOCATE PREPARE milepost_alter;
