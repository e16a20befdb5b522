-- Offers. The state is `body` (milepost.storage.v1.Offer); the other columns repeat of it what lists, workers and
-- operators need, and what the database itself holds true. Instants are microseconds since the epoch, UTC.
CREATE TABLE IF NOT EXISTS offers (
  id BINARY(16) NOT NULL,
  sequence BIGINT UNSIGNED NOT NULL,
  updated_us BIGINT NOT NULL,
  seller VARCHAR(80) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  buyer VARCHAR(80) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  gig_id BINARY(16) NOT NULL,
  created_us BIGINT NOT NULL,
  state VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  expire_us BIGINT NULL,
  -- When the running acceptance began: what the accept driver looks for. NULL in every other state.
  accepting_since_us BIGINT NULL,
  total_minor BIGINT NOT NULL,
  currency CHAR(3) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  body MEDIUMBLOB NOT NULL,
  PRIMARY KEY (id),
  KEY offers_seller (seller, created_us, id),
  KEY offers_buyer (buyer, created_us, id),
  KEY offers_accepting (accepting_since_us, id),
  CONSTRAINT offers_state CHECK (state IN
    ('DRAFT', 'SENT', 'ACCEPTING', 'ACCEPTED', 'DECLINED', 'WITHDRAWN', 'EXPIRED')),
  CONSTRAINT offers_parties CHECK (seller <> buyer),
  CONSTRAINT offers_expiry CHECK (state = 'DRAFT' OR expire_us IS NOT NULL),
  CONSTRAINT offers_accepting_since CHECK ((state = 'ACCEPTING') = (accepting_since_us IS NOT NULL)),
  CONSTRAINT offers_total CHECK (total_minor BETWEEN 1 AND 1000000000000)
) ENGINE=InnoDB;
