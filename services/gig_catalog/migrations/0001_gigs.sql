-- Gigs, each with its milestone plan: one row an aggregate (docs/decisions/0001). The state is in `body`; the columns are
-- for lists and for CHECKs that repeat the important rules. Instants are microseconds since the epoch, UTC; prices are in
-- the currency's minor unit.
-- A statement ends with a semicolon at the end of a line; every step can be run again.

CREATE TABLE IF NOT EXISTS gigs (
  id BINARY(16) NOT NULL,
  sequence BIGINT UNSIGNED NOT NULL,
  updated_us BIGINT NOT NULL,
  seller VARCHAR(80) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  state VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  subcategory VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  plan_state VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  basic_price BIGINT NULL,
  basic_currency CHAR(3) CHARACTER SET ascii COLLATE ascii_bin NULL,
  created_us BIGINT NOT NULL,
  body MEDIUMBLOB NOT NULL,
  PRIMARY KEY (id),
  KEY gigs_by_seller (seller, created_us, id),
  KEY gigs_by_seller_and_state (seller, state, created_us, id),
  CONSTRAINT gigs_sequence CHECK (sequence >= 1),
  CONSTRAINT gigs_seller CHECK (seller LIKE 'users/_%'),
  CONSTRAINT gigs_state CHECK (state IN ('DRAFT', 'PUBLISHED', 'PAUSED', 'DELETED')),
  CONSTRAINT gigs_plan_state CHECK (plan_state IN ('NONE', 'DRAFT', 'ACTIVE', 'INELIGIBLE', 'DISABLED')),
  CONSTRAINT gigs_price CHECK ((basic_price IS NULL) = (basic_currency IS NULL)
    AND (basic_price IS NULL OR basic_price BETWEEN 5 AND 1000000000000)),
  -- A PUBLISHED gig can be ordered, so BASIC has a price.
  CONSTRAINT gigs_published CHECK (state <> 'PUBLISHED' OR basic_price IS NOT NULL),
  -- S2, S3, A1: where the plan is open for orders, the gig is one that may have it.
  CONSTRAINT gigs_plan_subcategory CHECK (plan_state <> 'ACTIVE' OR subcategory IN ('3d-product-animation',
    'business-plans', 'producers-composers', 'desktop-applications', 'social-media-marketing')),
  CONSTRAINT gigs_plan_price CHECK (plan_state <> 'ACTIVE'
    OR (basic_currency IS NOT NULL AND basic_currency = 'USD' AND basic_price > 10000))
) ENGINE=InnoDB;
