-- Drafts that their sellers deleted, and lists of the offers of a conversation (S19). `created_us` of a deleted offer is -1: it
-- stands behind the end of every list, and costs no page anything.
SET @milepost_alter = IF(
  (SELECT COUNT(*) FROM information_schema.columns
   WHERE table_schema = DATABASE() AND table_name = 'offers' AND column_name = 'conversation') = 0,
  'ALTER TABLE offers ADD COLUMN conversation VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '''' AFTER gig_id, ADD KEY offers_conversation (conversation, created_us, id), ADD KEY offers_seller_conversation (seller, conversation, created_us, id), ADD KEY offers_buyer_conversation (buyer, conversation, created_us, id), DROP CONSTRAINT offers_state, ADD CONSTRAINT offers_states CHECK (state IN (''DRAFT'', ''SENT'', ''ACCEPTING'', ''ACCEPTED'', ''DECLINED'', ''WITHDRAWN'', ''EXPIRED'', ''DELETED'')), DROP CONSTRAINT offers_expiry, ADD CONSTRAINT offers_expires CHECK (state IN (''DRAFT'', ''DELETED'') OR expire_us IS NOT NULL), ADD CONSTRAINT offers_unlisted CHECK ((state = ''DELETED'') = (created_us < 0))',
  'DO 0');
PREPARE milepost_alter FROM @milepost_alter;
EXECUTE milepost_alter;
DEALLOCATE PREPARE milepost_alter;

-- What was written before says its conversation in `body` alone, a milepost.storage.v1.Offer in the order of its fields: state
-- (2 bytes), seller and buyer (2 bytes before each), gig (18 bytes), then the conversation: 0x2A, its length, its text. The
-- length takes a second byte from 128 on, which is the most there is.
UPDATE offers
SET conversation = CONVERT(
  SUBSTRING(body,
            LENGTH(seller) + LENGTH(buyer) + IF(ORD(SUBSTRING(body, LENGTH(seller) + LENGTH(buyer) + 26, 1)) < 128, 27, 28),
            ORD(SUBSTRING(body, LENGTH(seller) + LENGTH(buyer) + 26, 1)))
  USING ascii)
WHERE conversation = '' AND ORD(SUBSTRING(body, LENGTH(seller) + LENGTH(buyer) + 25, 1)) = 42;
