-- Version 4: what each recording delivered, added up from access logs. Readable by programs of version 2 and later.

-- A log file that was counted: an hour of a domain, inside or outside the mainland (package 'domestic' or 'oversea'). sha256 is that
-- of the file as it came. log_id is a number made of the key. Bytes are as logged; overhead is what makes them billed bytes, in parts of
-- ten thousand (11000: ten per cent more). catalogue_bytes and shape_bytes were attributed by the path of a known media and by the FileId in
-- the path, the rest of bytes to nobody. form is where the sums by media are: 'hour' in log_media, 'day' in log_day, with
-- sums holding those of the hour compressed, and 'closed' in log_day alone. corrections is how often the file changed since.
CREATE TABLE log_file (
    account TEXT NOT NULL REFERENCES account (account),
    domain TEXT NOT NULL,
    start_at BIGINT NOT NULL,
    package TEXT NOT NULL CHECK (package IN ('domestic', 'oversea')),
    log_id BIGINT NOT NULL,
    sha256 TEXT NOT NULL,
    lines BIGINT NOT NULL,
    empty_lines BIGINT NOT NULL,
    broken_lines BIGINT NOT NULL,
    requests BIGINT NOT NULL,
    bytes BIGINT NOT NULL,
    catalogue_bytes BIGINT NOT NULL,
    shape_bytes BIGINT NOT NULL,
    overhead BIGINT NOT NULL CHECK (overhead > 0),
    form TEXT NOT NULL CHECK (form IN ('hour', 'day', 'closed')),
    corrections BIGINT NOT NULL,
    sums BLOB,
    counted_at BIGINT NOT NULL,
    PRIMARY KEY (account, domain, start_at, package)
);
CREATE UNIQUE INDEX log_file_by_id ON log_file (account, log_id);

-- Sums of one file by media; file_id is '' for what belongs to none, area is '' where the log tells only that it is overseas.
CREATE TABLE log_media (
    account TEXT NOT NULL,
    log_id BIGINT NOT NULL,
    usage_day TEXT NOT NULL,
    domain TEXT NOT NULL,
    area TEXT NOT NULL,
    file_id TEXT NOT NULL,
    requests BIGINT NOT NULL,
    bytes BIGINT NOT NULL,
    PRIMARY KEY (account, log_id, usage_day, domain, area, file_id)
);

-- Sums of one file by five minutes, for peaks.
CREATE TABLE log_interval (
    account TEXT NOT NULL,
    log_id BIGINT NOT NULL,
    domain TEXT NOT NULL,
    area TEXT NOT NULL,
    start_at BIGINT NOT NULL,
    requests BIGINT NOT NULL,
    bytes BIGINT NOT NULL,
    PRIMARY KEY (account, log_id, domain, area, start_at)
);

-- Sums by day of the hours that are final. correction 0 are these hours; a later change of one is a row of its own, counted from 1 for each
-- day, with what it adds or takes away.
CREATE TABLE log_day (
    account TEXT NOT NULL REFERENCES account (account),
    usage_day TEXT NOT NULL,
    domain TEXT NOT NULL,
    area TEXT NOT NULL,
    file_id TEXT NOT NULL,
    overhead BIGINT NOT NULL,
    correction BIGINT NOT NULL,
    requests BIGINT NOT NULL,
    bytes BIGINT NOT NULL,
    PRIMARY KEY (account, usage_day, domain, area, file_id, overhead, correction)
);

-- Delivered bytes by media and day, as logged. Billed bytes are logged bytes times overhead / 10000.
CREATE VIEW v_delivery_day AS
SELECT account, usage_day, domain, area, file_id, overhead, CAST(SUM(requests) AS BIGINT) AS requests,
       CAST(SUM(bytes) AS BIGINT) AS logged_bytes
FROM (
    SELECT m.account, m.usage_day, m.domain, m.area, m.file_id, f.overhead, m.requests, m.bytes
    FROM log_media m JOIN log_file f ON f.account = m.account AND f.log_id = m.log_id
    UNION ALL
    SELECT account, usage_day, domain, area, file_id, overhead, requests, bytes FROM log_day
) AS parts
GROUP BY account, usage_day, domain, area, file_id, overhead;

-- The same by five minutes, not by media.
CREATE VIEW v_delivery_interval AS
SELECT i.account, i.domain, i.area, i.start_at, f.overhead, CAST(SUM(i.requests) AS BIGINT) AS requests,
       CAST(SUM(i.bytes) AS BIGINT) AS logged_bytes
FROM log_interval i JOIN log_file f ON f.account = i.account AND f.log_id = i.log_id
GROUP BY i.account, i.domain, i.area, i.start_at, f.overhead;

CREATE VIEW v_log_file AS
SELECT account, domain, start_at, package, sha256, lines, empty_lines, broken_lines, requests, bytes AS logged_bytes,
       catalogue_bytes, shape_bytes, overhead, form, corrections
FROM log_file;

-- Paths of media's URLs that do not name their FileId, so that delivery can be attributed to it.
CREATE TABLE media_path (
    account TEXT NOT NULL REFERENCES account (account),
    path TEXT NOT NULL,
    file_id TEXT NOT NULL,
    PRIMARY KEY (account, path)
);
