-- Version 2: units of work that several runs can share, the media inventory by day, bills, packs, domains, play statistics,
-- changes of media. Readable by programs of version 2 and later.

-- The oldest program that works on this ledger: one of an older version refuses it.
ALTER TABLE ledger_schema ADD COLUMN oldest_program BIGINT NOT NULL DEFAULT 2;

DROP VIEW v_unit;
ALTER TABLE unit RENAME TO unit_of_version_1;

-- What is to be asked of the cloud, what is being asked, and how it went. A worker takes a unit by raising its fence, and a
-- write counts only under the fence it was taken with. subject is what the question is narrowed to; brings is what its facts are:
-- usage (rated), reading (not rated), media, pack, domain, bill or play; not_before is when a unit may be tried again; a unit that
-- was too large is 'split': it covers what it asked, and smaller ones the rest; 'absent' is what the account's site does not have. asked_until is how far its last answer reaches.
CREATE TABLE unit (
    account TEXT NOT NULL REFERENCES account (account),
    action TEXT NOT NULL,
    sub_app_id TEXT NOT NULL,
    subject TEXT NOT NULL,
    start_at BIGINT NOT NULL,
    end_at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    brings TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('planned', 'leased', 'done', 'failed', 'split', 'absent')),
    priority BIGINT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('assumed', 'estimated', 'partial', 'final')),
    facts BIGINT NOT NULL,
    restated BIGINT NOT NULL,
    reason TEXT NOT NULL,
    fence BIGINT NOT NULL,
    owner TEXT NOT NULL,
    leased_until BIGINT NOT NULL,
    not_before BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    planned_at BIGINT NOT NULL,
    asked_until BIGINT NOT NULL,
    finished_at BIGINT,
    PRIMARY KEY (account, action, sub_app_id, subject, start_at, end_at)
);
CREATE INDEX unit_open ON unit (account, priority, start_at) WHERE state IN ('planned', 'leased');
CREATE INDEX unit_by_time ON unit (account, start_at);

INSERT INTO unit (account, action, sub_app_id, subject, start_at, end_at, kind, brings, state, priority, status, facts, restated,
                  reason, fence, owner, leased_until, not_before, attempts, planned_at, asked_until, finished_at)
SELECT account, action, sub_app_id, subject, start_at, end_at, '', 'usage', state, 0, status, facts, 0,
       reason, 0, '', 0, 0, 1, finished_at, CASE WHEN finished_at < end_at THEN finished_at ELSE end_at END, finished_at
FROM unit_of_version_1;
DROP TABLE unit_of_version_1;

CREATE VIEW v_unit AS
SELECT account, action, sub_app_id, subject, start_at, end_at, asked_until, kind, brings, state, status, facts, restated, reason
FROM unit;

-- Measurements that are not rated: they are there to be compared with those that are. Revisions as in usage_fact.
CREATE TABLE reading (
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

-- sighting is a hash of what the last listing told of a media, so that the next one sees at once what changed; '' is none.
ALTER TABLE media ADD COLUMN sighting TEXT NOT NULL DEFAULT '';
CREATE INDEX media_by_creation ON media (account, sub_app_id, created_at);

-- What a media was like, from a billing day on until (not including) another; until_day is null where it still is. tags and
-- renditions are JSON texts with sorted members: ["a","b"] and [{"definition":0,"size":1}], 0 being the source file. gone is 1 from the day
-- on which the media was found deleted.
CREATE TABLE media_day (
    account TEXT NOT NULL,
    file_id TEXT NOT NULL,
    from_day TEXT NOT NULL,
    until_day TEXT,
    sub_app_id TEXT NOT NULL,
    gone BIGINT NOT NULL,
    size BIGINT,
    rendition_size BIGINT,
    renditions TEXT NOT NULL,
    storage_class TEXT NOT NULL,
    storage_region TEXT NOT NULL,
    class_id TEXT NOT NULL,
    tags TEXT NOT NULL,
    PRIMARY KEY (account, file_id, from_day),
    FOREIGN KEY (account, file_id) REFERENCES media (account, file_id)
);

-- The days on which all media of an application were listed, so that a media that was not there is known to be gone.
CREATE TABLE inventory_day (
    account TEXT NOT NULL,
    sub_app_id TEXT NOT NULL,
    usage_day TEXT NOT NULL,
    media BIGINT NOT NULL,
    bytes BIGINT NOT NULL,
    PRIMARY KEY (account, sub_app_id, usage_day),
    FOREIGN KEY (account) REFERENCES account (account)
);

CREATE TABLE domain (
    account TEXT NOT NULL REFERENCES account (account),
    sub_app_id TEXT NOT NULL,
    name TEXT NOT NULL,
    type TEXT NOT NULL,
    status TEXT NOT NULL,
    PRIMARY KEY (account, sub_app_id, name)
);

-- Prepaid products as the cloud tells them. left_quantity by day is in pack_day.
CREATE TABLE pack (
    account TEXT NOT NULL REFERENCES account (account),
    pack_id TEXT NOT NULL,
    resource TEXT NOT NULL,
    type TEXT NOT NULL,
    amount BIGINT NOT NULL,
    left_quantity BIGINT NOT NULL,
    start_at BIGINT,
    expires_at BIGINT,
    last_consumed_at BIGINT,
    status TEXT NOT NULL,
    refund_status TEXT NOT NULL,
    renew_status TEXT NOT NULL,
    PRIMARY KEY (account, pack_id, resource)
);

CREATE TABLE pack_day (
    account TEXT NOT NULL,
    pack_id TEXT NOT NULL,
    resource TEXT NOT NULL,
    usage_day TEXT NOT NULL,
    left_quantity BIGINT NOT NULL,
    PRIMARY KEY (account, pack_id, resource, usage_day),
    FOREIGN KEY (account, pack_id, resource) REFERENCES pack (account, pack_id, resource)
);

-- What Tencent Cloud charged, every product, as the bill says it. line_id is a hash of what names a line and never of its amount;
-- decimals are text as they came. A changed line is a new revision. raw is the whole line as JSON.
CREATE TABLE bill_line (
    account TEXT NOT NULL REFERENCES account (account),
    bill_month TEXT NOT NULL,
    line_id TEXT NOT NULL,
    revision BIGINT NOT NULL,
    business TEXT NOT NULL,
    business_name TEXT NOT NULL,
    product TEXT NOT NULL,
    action_type TEXT NOT NULL,
    resource_id TEXT NOT NULL,
    region TEXT NOT NULL,
    pay_mode TEXT NOT NULL,
    component TEXT NOT NULL,
    item TEXT NOT NULL,
    used_from TEXT NOT NULL,
    used_until TEXT NOT NULL,
    paid_at TEXT NOT NULL,
    quantity TEXT NOT NULL,
    unit TEXT NOT NULL,
    unit_price TEXT NOT NULL,
    list_cost TEXT NOT NULL,
    real_cost TEXT NOT NULL,
    cash_cost TEXT NOT NULL,
    incentive_cost TEXT NOT NULL,
    voucher_cost TEXT NOT NULL,
    transfer_cost TEXT NOT NULL,
    currency TEXT NOT NULL,
    raw TEXT NOT NULL,
    recorded_at BIGINT NOT NULL,
    replaced_at BIGINT,
    PRIMARY KEY (account, bill_month, line_id, revision)
);

-- Plays and delivered bytes of one media on one day and host, from the daily file of play statistics; host is '' where the file
-- does not tell it.
CREATE TABLE play_stat (
    account TEXT NOT NULL REFERENCES account (account),
    sub_app_id TEXT NOT NULL,
    usage_day TEXT NOT NULL,
    file_id TEXT NOT NULL,
    host TEXT NOT NULL,
    ip_count BIGINT,
    bytes BIGINT NOT NULL,
    plays BIGINT NOT NULL,
    pc_plays BIGINT,
    mobile_plays BIGINT,
    iphone_plays BIGINT,
    android_plays BIGINT,
    PRIMARY KEY (account, sub_app_id, usage_day, file_id, host)
);

-- What was changed of media by this program, for ever: each row's hash covers the row and the hash before it.
CREATE TABLE audit (
    account TEXT NOT NULL REFERENCES account (account),
    position BIGINT NOT NULL,
    recorded_at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    plan TEXT NOT NULL,
    action TEXT NOT NULL,
    file_id TEXT NOT NULL,
    outcome TEXT NOT NULL,
    detail TEXT NOT NULL,
    request_id TEXT NOT NULL,
    previous TEXT NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (account, position)
);

CREATE VIEW v_media_day AS
SELECT account, file_id, from_day, until_day, sub_app_id, gone, size, rendition_size, storage_class, storage_region, class_id
FROM media_day;

CREATE VIEW v_inventory_day AS
SELECT account, sub_app_id, usage_day, media, bytes FROM inventory_day;

CREATE VIEW v_domain AS
SELECT account, sub_app_id, name, type, status FROM domain;

CREATE VIEW v_pack AS
SELECT account, pack_id, resource, type, amount, left_quantity, start_at, expires_at, last_consumed_at, status FROM pack;

CREATE VIEW v_pack_day AS
SELECT account, pack_id, resource, usage_day, left_quantity FROM pack_day;

CREATE VIEW v_bill_line AS
SELECT account, bill_month, line_id, business, business_name, product, action_type, resource_id, region, pay_mode, component, item,
       used_from, used_until, paid_at, quantity, unit, unit_price, list_cost, real_cost, cash_cost, incentive_cost,
       voucher_cost, transfer_cost, currency
FROM bill_line
WHERE replaced_at IS NULL;

CREATE VIEW v_play_stat AS
SELECT account, sub_app_id, usage_day, file_id, host, ip_count, bytes, plays, pc_plays, mobile_plays, iphone_plays, android_plays
FROM play_stat;

CREATE VIEW v_reading AS
SELECT account, sub_app_id, subject, meter, area, spec, usage_day, start_at, end_at, quantity, status, revision
FROM reading
WHERE replaced_at IS NULL;
