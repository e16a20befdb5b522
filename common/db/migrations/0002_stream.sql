-- One stream of all events, in place of a position in each of them: what a lane commits together stands together in the
-- stream, so that a position is given to a commit and not to an event (decisions/0007). ALTER TABLE knows no IF NOT EXISTS
-- that MySQL and MariaDB share: hence the question first.

-- lane, batch: the commit that wrote the event, as in lane_commits. place: 0, 1, 2 … within that commit, by aggregate and
-- sequence.
SET @milepost_alter = IF(
  (SELECT COUNT(*) FROM information_schema.columns
   WHERE table_schema = DATABASE() AND table_name = 'events' AND column_name = 'lane') = 0,
  'ALTER TABLE events DROP KEY events_position, DROP COLUMN position, ADD COLUMN lane BINARY(16) NOT NULL, ADD COLUMN batch BIGINT UNSIGNED NOT NULL, ADD COLUMN place INT UNSIGNED NOT NULL, ADD KEY events_commit (lane, batch, place)',
  'DO 0');
PREPARE milepost_alter FROM @milepost_alter;
EXECUTE milepost_alter;
DEALLOCATE PREPARE milepost_alter;

-- The commits in their order. The events of one have the positions first_position + place. Written by the sequencer only.
CREATE TABLE IF NOT EXISTS stream (
  first_position BIGINT UNSIGNED NOT NULL,
  lane BINARY(16) NOT NULL,
  batch BIGINT UNSIGNED NOT NULL,
  events INT UNSIGNED NOT NULL,
  PRIMARY KEY (first_position),
  UNIQUE KEY stream_commit (lane, batch)
) ENGINE=InnoDB;

-- Up to which batch of each lane the stream has everything. Never pruned: a lane that was silent for long may come back.
CREATE TABLE IF NOT EXISTS stream_lanes (
  lane BINARY(16) NOT NULL,
  batch BIGINT UNSIGNED NOT NULL,
  PRIMARY KEY (lane)
) ENGINE=InnoDB;

-- One row: the position of the next event. Locked by whoever appends to the stream.
CREATE TABLE IF NOT EXISTS stream_head (
  id TINYINT UNSIGNED NOT NULL,
  next_position BIGINT UNSIGNED NOT NULL,
  PRIMARY KEY (id),
  CONSTRAINT stream_head_one CHECK (id = 1)
) ENGINE=InnoDB;
INSERT IGNORE INTO stream_head (id, next_position) VALUES (1, 1);

-- Events from before: as if one lane, the nil one, had committed them together.
UPDATE events e JOIN (
  SELECT aggregate_id, sequence, ROW_NUMBER() OVER (ORDER BY at_us, aggregate_id, sequence) - 1 AS place
  FROM events WHERE batch = 0
) n ON n.aggregate_id = e.aggregate_id AND n.sequence = e.sequence
SET e.batch = 1, e.place = n.place WHERE e.batch = 0;
INSERT IGNORE INTO lane_commits (lane, batch, committed_us)
SELECT DISTINCT lane, batch, at_us FROM events FORCE INDEX (events_commit)
WHERE lane = UNHEX('00000000000000000000000000000000') AND batch = 1 AND place = 0;
