-- Lists of everybody's offers, for operators and services: newest first, of any state or of one; those whose expiry is not
-- written yet; and those of one seller to one buyer.
SET @milepost_alter = IF(
  (SELECT COUNT(*) FROM information_schema.statistics
   WHERE table_schema = DATABASE() AND table_name = 'offers' AND index_name = 'offers_all') = 0,
  'ALTER TABLE offers ADD KEY offers_all (created_us, id), ADD KEY offers_all_by_state (state, created_us, id), ADD KEY offers_expiring (state, expire_us), ADD KEY offers_parties (seller, buyer, created_us, id)',
  'DO 0');
PREPARE milepost_alter FROM @milepost_alter;
EXECUTE milepost_alter;
DEALLOCATE PREPARE milepost_alter;
