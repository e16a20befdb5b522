-- The lists of all users' orders that operators and peer services read: by the time of the request, all or those in one
-- state.
SET @milepost_alter = IF(
  (SELECT COUNT(*) FROM information_schema.statistics
   WHERE table_schema = DATABASE() AND table_name = 'orders' AND index_name = 'orders_requested') = 0,
  'ALTER TABLE orders ADD KEY orders_requested (requested_us, id), ADD KEY orders_state (state, requested_us, id)',
  'DO 0');
PREPARE milepost_alter FROM @milepost_alter;
EXECUTE milepost_alter;
DEALLOCATE PREPARE milepost_alter;
