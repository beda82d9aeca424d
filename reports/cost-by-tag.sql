-- title: Cost by tag | 按标签的费用
-- description: What the media that carry each tag cost. A media of several tags counts with each; what is so counted more than once is taken off in a row of its own. | 各标签媒体的费用；多标签媒体计入每个标签，重复计入的部分单列扣除。
-- period: months
-- chart: bars tag billed_cost of item | Cost by tag | 按标签的费用
-- column: row_type word | Row | 行类型
-- column: account id | Account | 账号
-- column: tag text | Tag | 标签
-- column: media number | Media | 媒体数
-- column: storage_cost money(currency) | Storage | 存储费用
-- column: delivery_cost money(currency) | Delivery | 流量/带宽费用
-- column: other_cost money(currency) | Other | 其他费用
-- column: billed_cost money(currency) | Cost | 费用
-- column: currency text | Currency | 币种
-- column: share ratio(billed_cost,account_cost) | Share of the account | 占账号比例
-- column: status status | Status | 状态
-- column: note text | Note | 说明
-- column: account_cost money(currency) hidden
-- column: rank_of_row number hidden
--
-- Storage goes to media by bytes and time, delivery by what access logs (or play statistics) say was delivered of them. What no media
-- pays stands in rows of its own, with the reason, so that the rows add up to the total.

WITH part AS (
    SELECT m.account, CASE WHEN m.file_id = '' THEN 'unattributed' ELSE 'item' END AS row_type,
           CASE WHEN m.file_id = '' THEN '' ELSE COALESCE(t.tag, '(no tag)') END AS tag,
           m.file_id, m.meter, m.billed_cost, m.currency, m.status_rank,
           CASE WHEN m.file_id = '' THEN m.basis ELSE '' END AS note
    FROM v_charge_media m
    LEFT JOIN v_media_tag t ON t.account = m.account AND t.file_id = m.file_id
    WHERE m.usage_month || '-01' >= :from AND m.usage_month || '-01' < :to AND (:account = '' OR m.account = :account)
),
item AS (
    SELECT p.row_type, p.account, p.tag, COUNT(DISTINCT CASE WHEN p.file_id = '' THEN NULL ELSE p.file_id END) AS media,
           CAST(SUM(CASE WHEN p.meter = 'storage' THEN p.billed_cost ELSE 0 END) AS BIGINT) AS storage_cost,
           CAST(SUM(CASE WHEN p.meter IN ('traffic', 'bandwidth') THEN p.billed_cost ELSE 0 END) AS BIGINT) AS delivery_cost,
           CAST(SUM(CASE WHEN p.meter IN ('storage', 'traffic', 'bandwidth') THEN 0 ELSE p.billed_cost END) AS BIGINT) AS other_cost,
           CAST(SUM(p.billed_cost) AS BIGINT) AS billed_cost, p.currency, MIN(p.status_rank) AS status, p.note
    FROM part p
    GROUP BY p.row_type, p.account, p.tag, p.currency, p.note
),
double AS (
    SELECT m.account, m.currency, m.file_id, m.meter, m.billed_cost, m.status_rank, COUNT(*) - 1 AS times
    FROM v_charge_media m JOIN v_media_tag t ON t.account = m.account AND t.file_id = m.file_id
    WHERE m.usage_month || '-01' >= :from AND m.usage_month || '-01' < :to AND (:account = '' OR m.account = :account)
    GROUP BY m.account, m.usage_month, m.currency, m.file_id, m.meter, m.area, m.spec, m.billed_cost, m.status_rank
),
counted AS (
    SELECT * FROM item
    UNION ALL
    SELECT 'overlap' AS row_type, account, '' AS tag, COUNT(DISTINCT file_id) AS media,
           CAST(SUM(CASE WHEN meter = 'storage' THEN -1 * times * billed_cost ELSE 0 END) AS BIGINT) AS storage_cost,
           CAST(SUM(CASE WHEN meter IN ('traffic', 'bandwidth') THEN -1 * times * billed_cost ELSE 0 END) AS BIGINT) AS delivery_cost,
           CAST(SUM(CASE WHEN meter IN ('storage', 'traffic', 'bandwidth') THEN 0 ELSE -1 * times * billed_cost END) AS BIGINT) AS other_cost,
           CAST(SUM(-1 * times * billed_cost) AS BIGINT) AS billed_cost, currency, MIN(status_rank) AS status,
           'counted with more than one tag above' AS note
    FROM double
    WHERE times > 0
    GROUP BY account, currency
),
total AS (
    SELECT 'total' AS row_type, account, '' AS tag, CAST(NULL AS BIGINT) AS media,
           CAST(SUM(storage_cost) AS BIGINT) AS storage_cost, CAST(SUM(delivery_cost) AS BIGINT) AS delivery_cost,
           CAST(SUM(other_cost) AS BIGINT) AS other_cost, CAST(SUM(billed_cost) AS BIGINT) AS billed_cost, currency,
           MIN(status) AS status,
           CASE WHEN COUNT(billed_cost) < COUNT(*) THEN 'what has no price is not included: the true total is higher' ELSE '' END AS note
    FROM counted
    GROUP BY account, currency
),
whole AS (
    SELECT account AS of_account, currency AS of_currency, billed_cost AS account_cost FROM total
)
SELECT row_type, account, tag, media, storage_cost, delivery_cost, other_cost, billed_cost, currency, status, note, account_cost,
       CASE row_type WHEN 'item' THEN 0 WHEN 'overlap' THEN 1 WHEN 'unattributed' THEN 2 ELSE 3 END AS rank_of_row
FROM (SELECT * FROM counted UNION ALL SELECT * FROM total) AS rows_of_both
JOIN whole ON of_account = account AND of_currency = currency
ORDER BY account, currency, rank_of_row, billed_cost DESC, row_type, tag, note
