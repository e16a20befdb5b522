-- Subcategories as data, which operators change while the services run (S2, S21, A9), in place of a table in the program and of
-- CHECKs that repeated it.
-- A statement ends with a semicolon at the end of a line; every step can be run again.

-- The state is in `body`. id: the first 16 bytes of the code's SHA-256. sequence: of the last change; 0 as seeded here.
-- plans_sequence: of the last change that plans depend on; 0 where there was none.
CREATE TABLE IF NOT EXISTS subcategories (
  id BINARY(16) NOT NULL,
  sequence BIGINT UNSIGNED NOT NULL,
  updated_us BIGINT NOT NULL,
  code VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  plans_sequence BIGINT UNSIGNED NOT NULL,
  body MEDIUMBLOB NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY subcategories_code (code)
) ENGINE=InnoDB;

-- How far the plans of a subcategory have been reviewed since it changed (workers/plan_reviewer.h). sequence: that change's, its
-- plans_sequence. The walk resumes after (plan_state, after_id), until `done`.
CREATE TABLE IF NOT EXISTS plan_reviews (
  subcategory BINARY(16) NOT NULL,
  sequence BIGINT UNSIGNED NOT NULL,
  plan_state VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  after_id BINARY(16) NOT NULL,
  done TINYINT UNSIGNED NOT NULL,
  PRIMARY KEY (subcategory)
) ENGINE=InnoDB;

-- The catalogue that ships: the five subcategories with plans (S2), those with milestone offers alone, those with neither. In all,
-- BASIC must exceed 100.00 USD for a plan (S3). The body is a milepost.storage.v1.Subcategory: each field as its tag, its length
-- and its bytes; plan_thresholds holds a GigMoney of 10000 minor units in USD.
INSERT IGNORE INTO subcategories (id, sequence, updated_us, code, plans_sequence, body)
SELECT UNHEX(LEFT(SHA2(code, 256), 32)), 0, 0, code, 0,
  CONCAT(0x0A, CHAR(LENGTH(code)), code, 0x12, CHAR(LENGTH(name_en)), name_en, 0x1A, CHAR(LENGTH(name_de)), name_de,
    IF(plans, 0x2001, ''), IF(offers, 0x2801, ''), 0x320808904E1203555344)
FROM (
  SELECT '3d-product-animation' AS code, '3D Product Animation' AS name_en, '3D-Produktanimation' AS name_de, 1 AS plans, 1 AS offers
  UNION ALL SELECT 'business-plans', 'Business Plans', 'Businesspläne', 1, 1
  UNION ALL SELECT 'desktop-applications', 'Desktop Applications', 'Desktop-Anwendungen', 1, 1
  UNION ALL SELECT 'producers-composers', 'Producers & Composers', 'Produzenten & Komponisten', 1, 1
  UNION ALL SELECT 'social-media-marketing', 'Social Media Marketing', 'Social-Media-Marketing', 1, 1
  UNION ALL SELECT 'app-website-design', 'App & Website Design', 'App- & Webdesign', 0, 1
  UNION ALL SELECT 'architecture-interior-design', 'Architecture & Interior Design', 'Architektur & Innenarchitektur', 0, 1
  UNION ALL SELECT 'brand-strategy', 'Brand Strategy', 'Markenstrategie', 0, 1
  UNION ALL SELECT 'copywriting', 'Copywriting', 'Werbetexte', 0, 1
  UNION ALL SELECT 'data-analysis', 'Data Analysis', 'Datenanalyse', 0, 1
  UNION ALL SELECT 'e-commerce-development', 'E-Commerce Development', 'E-Commerce-Entwicklung', 0, 1
  UNION ALL SELECT 'email-marketing', 'Email Marketing', 'E-Mail-Marketing', 0, 1
  UNION ALL SELECT 'game-development', 'Game Development', 'Spieleentwicklung', 0, 1
  UNION ALL SELECT 'illustration', 'Illustration', 'Illustration', 0, 1
  UNION ALL SELECT 'logo-design', 'Logo Design', 'Logodesign', 0, 1
  UNION ALL SELECT 'mobile-apps', 'Mobile Apps', 'Mobile Apps', 0, 1
  UNION ALL SELECT 'podcast-production', 'Podcast Production', 'Podcast-Produktion', 0, 1
  UNION ALL SELECT 'presentation-design', 'Presentation Design', 'Präsentationsdesign', 0, 1
  UNION ALL SELECT 'product-photography', 'Product Photography', 'Produktfotografie', 0, 1
  UNION ALL SELECT 'proofreading', 'Proofreading & Editing', 'Korrektorat & Lektorat', 0, 1
  UNION ALL SELECT 'search-engine-optimization', 'Search Engine Optimization', 'Suchmaschinenoptimierung', 0, 1
  UNION ALL SELECT 'translation', 'Translation', 'Übersetzung', 0, 1
  UNION ALL SELECT 'video-editing', 'Video Editing', 'Videobearbeitung', 0, 1
  UNION ALL SELECT 'voice-over', 'Voice Over', 'Sprachaufnahmen', 0, 1
  UNION ALL SELECT 'website-development', 'Website Development', 'Webentwicklung', 0, 1
  UNION ALL SELECT 'game-coaching', 'Game Coaching', 'Gaming-Coaching', 0, 0
  UNION ALL SELECT 'greeting-videos', 'Greeting Videos', 'Grußvideos', 0, 0
  UNION ALL SELECT 'tarot-reading', 'Tarot Reading', 'Tarot-Lesungen', 0, 0
) seed;

-- The plan reviewer's walk.
SET @milepost_alter = IF(
  (SELECT COUNT(*) FROM information_schema.statistics
   WHERE table_schema = DATABASE() AND table_name = 'gigs' AND index_name = 'gigs_all_by_plan') = 0,
  'ALTER TABLE gigs ADD KEY gigs_all_by_plan (subcategory, plan_state, id)',
  'DO 0');
PREPARE milepost_alter FROM @milepost_alter;
EXECUTE milepost_alter;
DEALLOCATE PREPARE milepost_alter;

-- S2 and S3 go by the subcategories' rows, which a CHECK can't read.
SET @milepost_alter = IF(
  (SELECT COUNT(*) FROM information_schema.table_constraints
   WHERE table_schema = DATABASE() AND table_name = 'gigs' AND constraint_name = 'gigs_plan_price') > 0,
  'ALTER TABLE gigs DROP CONSTRAINT gigs_plan_subcategory, DROP CONSTRAINT gigs_plan_price',
  'DO 0');
PREPARE milepost_alter FROM @milepost_alter;
EXECUTE milepost_alter;
DEALLOCATE PREPARE milepost_alter;
