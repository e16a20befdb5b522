-- What every service's schema has, whatever its aggregates are. Instants are microseconds since the epoch, UTC.
-- A statement ends with a semicolon at the end of a line; every step can be run again.

-- A request that wrote something, for the life of what it wrote: its replay is answered from here.
-- scope: the aggregate that it changed, or the hash of the user who created something.
CREATE TABLE IF NOT EXISTS requests (
  scope BINARY(16) NOT NULL,
  request_id BINARY(16) NOT NULL,
  request_hash BINARY(32) NOT NULL,
  kind VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  aggregate_id BINARY(16) NOT NULL,
  sequence BIGINT UNSIGNED NOT NULL,
  at_us BIGINT NOT NULL,
  PRIMARY KEY (scope, request_id)
) ENGINE=InnoDB;

-- The last batch that each lane committed: how a lane whose connection broke at COMMIT learns what became of it.
CREATE TABLE IF NOT EXISTS lane_commits (
  lane BINARY(16) NOT NULL,
  batch BIGINT UNSIGNED NOT NULL,
  committed_us BIGINT NOT NULL,
  PRIMARY KEY (lane)
) ENGINE=InnoDB;

-- The outbox, which is the aggregates' history too. position: the event's place in the service's one stream, given by
-- the sequencer after the commit; NULL until then.
CREATE TABLE IF NOT EXISTS events (
  aggregate_id BINARY(16) NOT NULL,
  sequence BIGINT UNSIGNED NOT NULL,
  type VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  at_us BIGINT NOT NULL,
  actor VARCHAR(80) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  payload MEDIUMBLOB NOT NULL,
  position BIGINT UNSIGNED NULL,
  PRIMARY KEY (aggregate_id, sequence),
  UNIQUE KEY events_position (position)
) ENGINE=InnoDB;

-- state: 1 pending, 2 fired, 3 cleared. pending_due_us is due_us while pending: the sweeper's index holds nothing else.
CREATE TABLE IF NOT EXISTS deadlines (
  aggregate_id BINARY(16) NOT NULL,
  number INT UNSIGNED NOT NULL,
  aggregate_type VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  kind VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  due_us BIGINT NOT NULL,
  state TINYINT UNSIGNED NOT NULL,
  fired_us BIGINT NULL,
  pending_due_us BIGINT NULL,
  PRIMARY KEY (aggregate_id, number),
  KEY deadlines_pending (aggregate_type, pending_due_us),
  CONSTRAINT deadlines_state CHECK (state BETWEEN 1 AND 3),
  CONSTRAINT deadlines_pending_due CHECK ((state = 1) = (pending_due_us IS NOT NULL)),
  CONSTRAINT deadlines_fired CHECK ((state = 2) = (fired_us IS NOT NULL))
) ENGINE=InnoDB;

-- At most one row; none: the service's time is the database's. mode: 1 the database's clock plus value_us,
-- 2 the instant value_us itself.
CREATE TABLE IF NOT EXISTS test_clock (
  id TINYINT UNSIGNED NOT NULL,
  mode TINYINT UNSIGNED NOT NULL,
  value_us BIGINT NOT NULL,
  PRIMARY KEY (id),
  CONSTRAINT test_clock_one CHECK (id = 1),
  CONSTRAINT test_clock_mode CHECK (mode BETWEEN 1 AND 2)
) ENGINE=InnoDB;
