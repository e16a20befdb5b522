-- The proof of an aggregate's history (W1, decisions/0010). digest: SHA-256 over the digest of the aggregate's event before
-- and this event (common/core/event_chain.h); NULL where the aggregate is not chained, and for events from before it was.
SET @milepost_alter = IF(
  (SELECT COUNT(*) FROM information_schema.columns
   WHERE table_schema = DATABASE() AND table_name = 'events' AND column_name = 'digest') = 0,
  'ALTER TABLE events ADD COLUMN digest BINARY(32) NULL',
  'DO 0');
PREPARE milepost_alter FROM @milepost_alter;
EXECUTE milepost_alter;
DEALLOCATE PREPARE milepost_alter;
