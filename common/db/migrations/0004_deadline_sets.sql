-- Several deadlines of an aggregate at a time, each about a subject of its own, and frozen ones. state: 4 frozen, beside 1 to 3.
-- subject: what of the aggregate it is about; 0, as of all rows from before, is the aggregate. left_us: what was left of it
-- when it was frozen.
SET @milepost_alter = IF(
  (SELECT COUNT(*) FROM information_schema.columns
   WHERE table_schema = DATABASE() AND table_name = 'deadlines' AND column_name = 'left_us') = 0,
  'ALTER TABLE deadlines ADD COLUMN subject INT UNSIGNED NOT NULL DEFAULT 0, ADD COLUMN left_us BIGINT NULL, DROP CONSTRAINT deadlines_state, ADD CONSTRAINT deadlines_states CHECK (state BETWEEN 1 AND 4), ADD CONSTRAINT deadlines_left CHECK ((state = 4) = (left_us IS NOT NULL))',
  'DO 0');
PREPARE milepost_alter FROM @milepost_alter;
EXECUTE milepost_alter;
DEALLOCATE PREPARE milepost_alter;
