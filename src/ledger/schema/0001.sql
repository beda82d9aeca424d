-- Version 1. Portable: text, BIGINT, BLOB; no date or JSON functions.
--
-- Times are UTC seconds (…_at), billing days and months are text (YYYY-MM-DD, YYYY-MM), amounts are integers of 10⁻⁸,
-- quantities are integers of the meter's base unit, ids are text. An application that is not known is ''.
-- Every row names its account.

CREATE TABLE account (
    account TEXT NOT NULL PRIMARY KEY
);

CREATE TABLE application (
    account TEXT NOT NULL REFERENCES account (account),
    sub_app_id TEXT NOT NULL,
    name TEXT NOT NULL,
    status TEXT NOT NULL,
    seen_at BIGINT NOT NULL,
    PRIMARY KEY (account, sub_app_id)
);

-- What was asked of the cloud and how it went; the last attempt of each.
CREATE TABLE unit (
    account TEXT NOT NULL REFERENCES account (account),
    action TEXT NOT NULL,
    sub_app_id TEXT NOT NULL,
    subject TEXT NOT NULL,
    start_at BIGINT NOT NULL,
    end_at BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('done', 'failed')),
    status TEXT NOT NULL CHECK (status IN ('assumed', 'estimated', 'partial', 'final')),
    facts BIGINT NOT NULL,
    reason TEXT NOT NULL,
    finished_at BIGINT NOT NULL,
    PRIMARY KEY (account, action, sub_app_id, subject, start_at, end_at)
);

-- Raw answers, redacted, compressed with zlib, stored once per content.
CREATE TABLE snapshot_body (
    account TEXT NOT NULL REFERENCES account (account),
    sha256 TEXT NOT NULL,
    size BIGINT NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (account, sha256)
);

CREATE TABLE snapshot (
    account TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    sha256 TEXT NOT NULL,
    kind TEXT NOT NULL,
    action TEXT NOT NULL,
    sub_app_id TEXT NOT NULL,
    request TEXT NOT NULL,
    request_id TEXT NOT NULL,
    FOREIGN KEY (account, sha256) REFERENCES snapshot_body (account, sha256)
);
CREATE INDEX snapshot_by_time ON snapshot (account, received_at);

-- Measured quantities. A fact is named by whose, what and since when; a restated value is a new revision of it, and the
-- row that it replaces keeps the moment of that in replaced_at. No row crosses the end of its billing day.
CREATE TABLE usage_fact (
    account TEXT NOT NULL REFERENCES account (account),
    action TEXT NOT NULL,
    sub_app_id TEXT NOT NULL,
    subject TEXT NOT NULL,
    meter TEXT NOT NULL,
    area TEXT NOT NULL,
    spec TEXT NOT NULL,
    usage_day TEXT NOT NULL,
    start_at BIGINT NOT NULL,
    end_at BIGINT NOT NULL CHECK (end_at > start_at),
    quantity BIGINT NOT NULL CHECK (quantity >= 0),
    status TEXT NOT NULL CHECK (status IN ('assumed', 'estimated', 'partial', 'final')),
    revision BIGINT NOT NULL,
    recorded_at BIGINT NOT NULL,
    replaced_at BIGINT,
    PRIMARY KEY (account, action, sub_app_id, subject, meter, area, spec, start_at, revision)
);
CREATE INDEX usage_fact_current ON usage_fact (account, start_at) WHERE replaced_at IS NULL;

-- Media that were seen, so that a vid can be found again (the API tells it but cannot be asked by it), and so that what they
-- store can be weighed. size is the source file; rendition_size is everything made of it, and null while a part is unknown.
-- deleted_at is when a media was first seen as deleted.
CREATE TABLE media (
    account TEXT NOT NULL REFERENCES account (account),
    file_id TEXT NOT NULL,
    sub_app_id TEXT NOT NULL,
    vid TEXT NOT NULL,
    name TEXT NOT NULL,
    state TEXT NOT NULL,
    source_type TEXT NOT NULL,
    stream_id TEXT NOT NULL,
    room_id TEXT NOT NULL,
    class_id TEXT NOT NULL,
    class_name TEXT NOT NULL,
    storage_class TEXT NOT NULL,
    storage_region TEXT NOT NULL,
    size BIGINT,
    rendition_size BIGINT,
    duration_ms BIGINT,
    created_at BIGINT,
    expires_at BIGINT,
    deleted_at BIGINT,
    first_seen_at BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    PRIMARY KEY (account, file_id)
);
CREATE INDEX media_by_vid ON media (account, vid);

CREATE TABLE media_tag (
    account TEXT NOT NULL,
    file_id TEXT NOT NULL,
    tag TEXT NOT NULL,
    PRIMARY KEY (account, file_id, tag),
    FOREIGN KEY (account, file_id) REFERENCES media (account, file_id)
);

-- Event configurations that were replaced, newest last.
CREATE TABLE event_config (
    account TEXT NOT NULL REFERENCES account (account),
    sub_app_id TEXT NOT NULL,
    position BIGINT NOT NULL,
    config TEXT NOT NULL,
    recorded_at BIGINT NOT NULL,
    PRIMARY KEY (account, sub_app_id, position)
);

-- Rated lines. usage_month is the month whose usage they rate; recharging replaces all lines of it. unpriced says why a line
-- has no price and is '' where it has one.
CREATE TABLE charge (
    account TEXT NOT NULL REFERENCES account (account),
    usage_month TEXT NOT NULL,
    position BIGINT NOT NULL,
    row_type TEXT NOT NULL CHECK (row_type IN ('charge', 'pack')),
    charge_id TEXT NOT NULL,
    sub_app_id TEXT NOT NULL,
    usage_day TEXT NOT NULL,
    settlement_date TEXT NOT NULL,
    bill_month TEXT NOT NULL,
    posting_period TEXT NOT NULL,
    start_at BIGINT NOT NULL,
    end_at BIGINT NOT NULL,
    meter TEXT NOT NULL,
    meter_kind TEXT NOT NULL,
    area TEXT NOT NULL,
    spec TEXT NOT NULL,
    usage_quantity BIGINT NOT NULL,
    pack_quantity BIGINT NOT NULL,
    pricing_quantity BIGINT NOT NULL,
    unit TEXT NOT NULL,
    unit_price TEXT,
    tier TEXT NOT NULL,
    list_cost TEXT,
    contracted_cost TEXT,
    billed_cost BIGINT,
    currency TEXT NOT NULL,
    price_book TEXT NOT NULL,
    price_version TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('assumed', 'estimated', 'partial', 'final')),
    status_rank BIGINT NOT NULL,
    unpriced TEXT NOT NULL,
    steps TEXT NOT NULL,
    effective_cost BIGINT,
    tags TEXT NOT NULL,
    basis TEXT,
    contracted_unit_price TEXT,
    PRIMARY KEY (account, usage_month, position)
);
CREATE INDEX charge_by_id ON charge (account, charge_id);

-- Days of charged months of which not everything was collected: a total over them is partial.
CREATE TABLE uncovered_day (
    account TEXT NOT NULL REFERENCES account (account),
    usage_month TEXT NOT NULL,
    usage_day TEXT NOT NULL,
    PRIMARY KEY (account, usage_day)
);

-- The views are what reports may read: docs/reports.md describes them.

CREATE VIEW v_usage AS
SELECT account, sub_app_id, meter, area, spec, usage_day, start_at, end_at, quantity, status, revision
FROM usage_fact
WHERE replaced_at IS NULL;

CREATE VIEW v_charge AS
SELECT account, row_type, charge_id, sub_app_id, usage_day, settlement_date, usage_month, bill_month, posting_period,
       start_at, end_at, meter, meter_kind, area, spec, usage_quantity, pack_quantity, pricing_quantity, unit, unit_price,
       contracted_unit_price, tier, list_cost, contracted_cost, billed_cost, effective_cost, currency, price_book, price_version, status, status_rank, unpriced
FROM charge;

-- The same lines once per way of dating them: basis 'usage' by the day of use, 'bill' and 'posting' by the first day of the
-- month that carries them. A report compares basis with :by and day with :from and :to.
CREATE VIEW v_charge_by AS
SELECT 'usage' AS basis, usage_day AS day, v_charge.* FROM v_charge
UNION ALL
SELECT 'bill' AS basis, bill_month || '-01' AS day, v_charge.* FROM v_charge
UNION ALL
SELECT 'posting' AS basis, posting_period || '-01' AS day, v_charge.* FROM v_charge;

CREATE VIEW v_media AS
SELECT account, file_id, sub_app_id, vid, name, state, source_type, stream_id, room_id, class_id, class_name, storage_class,
       storage_region, size, rendition_size, duration_ms, created_at, expires_at, deleted_at, first_seen_at, last_seen_at
FROM media;

CREATE VIEW v_media_tag AS
SELECT account, file_id, tag FROM media_tag;

CREATE VIEW v_unit AS
SELECT account, action, sub_app_id, subject, start_at, end_at, state, status, facts, reason FROM unit;

CREATE VIEW v_uncovered_day AS
SELECT account, usage_month, usage_day FROM uncovered_day;
