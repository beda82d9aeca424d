-- Version 5: what reports stand on: a calendar, the terms of charged months, charges split over applications, media and those who
-- bear them, recordings, packs by month. Readable by programs of version 2 and later.

-- Days, so that reports need no date functions. weekday is 1 on Mondays, quarter 1 to 4, day_number counts from 1970-01-01.
CREATE TABLE calendar (
    usage_day TEXT NOT NULL PRIMARY KEY,
    usage_month TEXT NOT NULL,
    year BIGINT NOT NULL,
    quarter BIGINT NOT NULL,
    weekday BIGINT NOT NULL,
    day_of_month BIGINT NOT NULL,
    days_in_month BIGINT NOT NULL,
    day_number BIGINT NOT NULL,
    next_day TEXT NOT NULL,
    next_month TEXT NOT NULL,
    previous_month TEXT NOT NULL,
    start_at BIGINT NOT NULL,
    end_at BIGINT NOT NULL
);
CREATE INDEX calendar_by_month ON calendar (usage_month);
CREATE INDEX calendar_by_number ON calendar (day_number);

-- The meters that are known: how their quantities combine (event, level, rate) and the unit that people use.
CREATE TABLE meter (
    meter TEXT NOT NULL PRIMARY KEY,
    meter_kind TEXT NOT NULL,
    unit TEXT NOT NULL
);

-- On what terms a month was charged: name is mode, settlement, price_book, switches or status.
CREATE TABLE charge_term (
    account TEXT NOT NULL REFERENCES account (account),
    usage_month TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (account, usage_month, name)
);

-- What each application pays of a charge; sub_app_id is '' for what no usage of an application stands behind. Quantities are parts of
-- the charge's, in base units; together the parts are the charge.
CREATE TABLE charge_application (
    account TEXT NOT NULL REFERENCES account (account),
    usage_month TEXT NOT NULL,
    charge_id TEXT NOT NULL,
    sub_app_id TEXT NOT NULL,
    usage_quantity BIGINT NOT NULL,
    pack_quantity BIGINT NOT NULL,
    pricing_quantity BIGINT NOT NULL,
    billed_cost BIGINT,
    effective_cost BIGINT,
    basis TEXT NOT NULL,
    PRIMARY KEY (account, usage_month, charge_id, sub_app_id)
);

-- What each media pays of an item over a month; file_id is '' for what no media pays, and basis says why.
CREATE TABLE charge_media (
    account TEXT NOT NULL REFERENCES account (account),
    usage_month TEXT NOT NULL,
    file_id TEXT NOT NULL,
    meter TEXT NOT NULL,
    area TEXT NOT NULL,
    spec TEXT NOT NULL,
    currency TEXT NOT NULL,
    billed_cost BIGINT,
    effective_cost BIGINT,
    status_rank BIGINT NOT NULL,
    basis TEXT NOT NULL,
    PRIMARY KEY (account, usage_month, file_id, meter, area, spec, currency)
);

-- Which recording a media is a segment of: recording_id is the FileId of its first segment, segment counts from 1.
CREATE TABLE media_recording (
    account TEXT NOT NULL,
    file_id TEXT NOT NULL,
    recording_id TEXT NOT NULL,
    name TEXT NOT NULL,
    segment BIGINT NOT NULL,
    start_at BIGINT,
    PRIMARY KEY (account, file_id),
    FOREIGN KEY (account, file_id) REFERENCES media (account, file_id)
);
CREATE INDEX media_recording_by_recording ON media_recording (account, recording_id);

-- Who bears what, by a mapping of the user's. kind is 'direct', 'shared' or 'unmapped'; rule says which rule of the mapping it was.
CREATE TABLE chargeback (
    account TEXT NOT NULL REFERENCES account (account),
    usage_month TEXT NOT NULL,
    usage_day TEXT NOT NULL,
    bill_month TEXT NOT NULL,
    posting_period TEXT NOT NULL,
    meter TEXT NOT NULL,
    area TEXT NOT NULL,
    spec TEXT NOT NULL,
    currency TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('direct', 'shared', 'unmapped')),
    department TEXT NOT NULL,
    cost_centre TEXT NOT NULL,
    course TEXT NOT NULL,
    rule TEXT NOT NULL,
    billed_cost BIGINT,
    effective_cost BIGINT,
    status_rank BIGINT NOT NULL,
    PRIMARY KEY (account, usage_month, usage_day, bill_month, posting_period, meter, area, spec, currency, kind, department, cost_centre,
                 course, rule)
);

-- Packs by month as rating rolled them forward. Quantities are base units of the unit; price is what was paid, in 10⁻⁸ of the
-- currency, null where nobody said. part counts from 1.
CREATE TABLE pack_month (
    account TEXT NOT NULL REFERENCES account (account),
    usage_month TEXT NOT NULL,
    pack_id TEXT NOT NULL,
    part BIGINT NOT NULL,
    product TEXT NOT NULL,
    unit TEXT NOT NULL,
    from_day TEXT,
    to_day TEXT,
    bought_day TEXT,
    price BIGINT,
    currency TEXT NOT NULL,
    opening_quantity BIGINT NOT NULL,
    bought_quantity BIGINT NOT NULL,
    used_quantity BIGINT NOT NULL,
    expired_quantity BIGINT NOT NULL,
    refunded_quantity BIGINT NOT NULL,
    closing_quantity BIGINT NOT NULL,
    PRIMARY KEY (account, usage_month, pack_id, part)
);

-- Why a month cost more or less than the one before, item by item: effect is days, volume, mix, pack cover, tier, price or one-off.
-- The amounts of an item add up to the difference.
CREATE TABLE cost_bridge (
    account TEXT NOT NULL REFERENCES account (account),
    usage_month TEXT NOT NULL,
    currency TEXT NOT NULL,
    meter TEXT NOT NULL,
    area TEXT NOT NULL,
    spec TEXT NOT NULL,
    effect TEXT NOT NULL,
    amount BIGINT NOT NULL,
    PRIMARY KEY (account, usage_month, currency, meter, area, spec, effect)
);

DROP VIEW v_charge_by;
DROP VIEW v_charge;
CREATE VIEW v_charge AS
SELECT account, position, row_type, charge_id, sub_app_id, usage_day, settlement_date, usage_month, bill_month, posting_period,
       start_at, end_at, meter, meter_kind, area, spec, usage_quantity, pack_quantity, pricing_quantity, unit, unit_price,
       contracted_unit_price, tier, list_cost, contracted_cost, billed_cost, effective_cost, currency, price_book, price_version, status,
       status_rank, unpriced
FROM charge;
CREATE VIEW v_charge_by AS
SELECT 'usage' AS basis, usage_day AS day, v_charge.* FROM v_charge
UNION ALL
SELECT 'bill' AS basis, bill_month || '-01' AS day, v_charge.* FROM v_charge
UNION ALL
SELECT 'posting' AS basis, posting_period || '-01' AS day, v_charge.* FROM v_charge;

DROP VIEW v_media;
CREATE VIEW v_media AS
SELECT account, file_id, sub_app_id, vid, name, state, source_type, stream_id, room_id, class_id, class_name, storage_class,
       storage_region, size, rendition_size, duration_ms, (duration_ms + 500) / 1000 AS duration_seconds, created_at, expires_at,
       deleted_at, first_seen_at, last_seen_at
FROM media;

CREATE VIEW v_calendar AS
SELECT usage_day, usage_month, year, quarter, weekday, day_of_month, days_in_month, day_number, next_day, next_month, previous_month,
       start_at, end_at
FROM calendar;

CREATE VIEW v_meter AS
SELECT meter, meter_kind, unit FROM meter;

CREATE VIEW v_cost_bridge AS
SELECT account, usage_month, currency, meter, area, spec, effect, amount FROM cost_bridge;

CREATE VIEW v_charge_term AS
SELECT account, usage_month, name, value FROM charge_term;

CREATE VIEW v_application AS
SELECT account, sub_app_id, name, status FROM application;

CREATE VIEW v_charge_application AS
SELECT p.account, p.sub_app_id, p.charge_id, c.row_type, c.usage_day, c.settlement_date, c.usage_month, c.bill_month, c.posting_period,
       c.meter, c.meter_kind, c.area, c.spec, p.usage_quantity, p.pack_quantity, p.pricing_quantity, c.unit, p.billed_cost,
       p.effective_cost, c.currency, c.status_rank, c.unpriced, p.basis
FROM charge_application p
JOIN charge c ON c.account = p.account AND c.usage_month = p.usage_month AND c.charge_id = p.charge_id AND c.row_type = 'charge';

CREATE VIEW v_charge_media AS
SELECT account, usage_month, file_id, meter, area, spec, currency, billed_cost, effective_cost, status_rank, basis FROM charge_media;

CREATE VIEW v_recording AS
SELECT account, file_id, recording_id, name, segment, start_at FROM media_recording;

CREATE VIEW v_chargeback AS
SELECT account, usage_month, usage_day, bill_month, posting_period, meter, area, spec, currency, kind, department, cost_centre, course,
       rule, billed_cost, effective_cost, status_rank
FROM chargeback;

CREATE VIEW v_pack_month AS
SELECT account, usage_month, pack_id, part, product, unit, from_day, to_day, bought_day, price, currency, opening_quantity,
       bought_quantity, used_quantity, expired_quantity, refunded_quantity, closing_quantity
FROM pack_month;

-- Speeds of five minutes, in whole bits a second: source 'meter' is what the cloud measured for an application, 'logs' what access logs
-- of a domain add up to, with the overhead.
CREATE VIEW v_bandwidth AS
SELECT account, 'meter' AS source, sub_app_id, '' AS domain, area, usage_day, start_at, quantity AS bits_per_second
FROM usage_fact
WHERE replaced_at IS NULL AND meter = 'bandwidth'
UNION ALL
SELECT d.account, 'logs' AS source, '' AS sub_app_id, d.domain, d.area, c.usage_day, d.start_at,
       (d.logged_bytes * d.overhead / 10000 * 8 + 150) / 300 AS bits_per_second
FROM v_delivery_interval d JOIN calendar c ON c.day_number = (d.start_at + 28800) / 86400;

-- Facts of which a later answer said something else, in all their revisions.
CREATE VIEW v_usage_revision AS
SELECT account, action, sub_app_id, subject, meter, area, spec, usage_day, start_at, end_at, quantity, status, revision, recorded_at,
       replaced_at
FROM usage_fact;
