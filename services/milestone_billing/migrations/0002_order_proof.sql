-- digest: that of the order's last event (W1); NULL until its first event that is chained.
SET @milepost_alter = IF(
  (SELECT COUNT(*) FROM information_schema.columns
   WHERE table_schema = DATABASE() AND table_name = 'orders' AND column_name = 'digest') = 0,
  'ALTER TABLE orders ADD COLUMN digest BINARY(32) NULL',
  'DO 0');
PREPARE milepost_alter FROM @milepost_alter;
EXECUTE milepost_alter;
DEALLOCATE PREPARE milepost_alter;
