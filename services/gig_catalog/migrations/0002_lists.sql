-- Lists of all sellers' gigs, for operators and services: newest first, of any state or of one.
SET @milepost_alter = IF(
  (SELECT COUNT(*) FROM information_schema.statistics
   WHERE table_schema = DATABASE() AND table_name = 'gigs' AND index_name = 'gigs_all') = 0,
  'ALTER TABLE gigs ADD KEY gigs_all (created_us, id), ADD KEY gigs_all_by_state (state, created_us, id)',
  'DO 0');
PREPARE milepost_alter FROM @milepost_alter;
EXECUTE milepost_alter;
DEALLOCATE PREPARE milepost_alter;
