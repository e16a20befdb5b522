-- What SearchGigs looks in: a row for each gig, which its lane writes when something of it changed that is searched
-- (docs/decisions/0040). Gigs from before this migration get theirs from the worker search_filler.
-- A statement ends with a semicolon at the end of a line; every step can be run again.

CREATE TABLE IF NOT EXISTS gig_search (
  gig BINARY(16) NOT NULL,
  -- The gig's when the row was written, and the version of the rules by which `words` was made.
  sequence BIGINT UNSIGNED NOT NULL,
  version SMALLINT UNSIGNED NOT NULL,
  -- Evenly distributed over 0 .. 2^32 - 1: the rows with the smallest ones are a sample of all.
  sample INT UNSIGNED NOT NULL,
  -- 1: the gig is PUBLISHED.
  listed TINYINT UNSIGNED NOT NULL,
  subcategory VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- The lowest price of a package that can be ordered, in the currency's minor unit; NULL where there is none.
  price BIGINT NULL,
  currency CHAR(3) CHARACTER SET ascii COLLATE ascii_bin NULL,
  -- 1: the gig may have milestones available.
  milestones TINYINT UNSIGNED NOT NULL,
  created_us BIGINT NOT NULL,
  -- The words of title and description, sorted, each between two blanks of its own; '' where the gig is not listed.
  words MEDIUMTEXT CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  PRIMARY KEY (gig),
  KEY gig_search_all_by_sample (listed, sample),
  -- Newest first. With what is filtered by, so that rows that are left out are not read.
  KEY gig_search_all (listed, created_us, gig, milestones, currency, price),
  KEY gig_search_all_by_subcategory (listed, subcategory, created_us, gig, milestones, currency, price),
  FULLTEXT KEY gig_search_words (words),
  CONSTRAINT gig_search_price CHECK ((price IS NULL) = (currency IS NULL)),
  CONSTRAINT gig_search_listed CHECK (listed = 1 OR words = '')
) ENGINE=InnoDB;
