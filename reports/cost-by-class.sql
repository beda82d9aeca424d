-- title: Cost by class | 按分类的费用
-- description: What the media of each class cost. | 各媒体分类的费用。
-- period: months
-- chart: bars class billed_cost of item | Cost by class | 按分类的费用
-- column: row_type word | Row | 行类型
-- column: account id | Account | 账号
-- column: class_id id | Class id | 分类 ID
-- column: class text | Class | 分类
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
           CASE WHEN m.file_id = '' THEN '' ELSE COALESCE(f.class_id, '') END AS class_id,
           CASE WHEN m.file_id = '' THEN '' ELSE COALESCE(f.class_name, '') END AS class,
           m.file_id, m.meter, m.billed_cost, m.currency, m.status_rank,
           CASE WHEN m.file_id = '' THEN m.basis ELSE '' END AS note
    FROM v_charge_media m
    LEFT JOIN v_media f ON f.account = m.account AND f.file_id = m.file_id
    WHERE m.usage_month || '-01' >= :from AND m.usage_month || '-01' < :to AND (:account = '' OR m.account = :account)
),
item AS (
    SELECT p.row_type, p.account, p.class_id, p.class, COUNT(DISTINCT CASE WHEN p.file_id = '' THEN NULL ELSE p.file_id END) AS media,
           CAST(SUM(CASE WHEN p.meter = 'storage' THEN p.billed_cost ELSE 0 END) AS BIGINT) AS storage_cost,
           CAST(SUM(CASE WHEN p.meter IN ('traffic', 'bandwidth') THEN p.billed_cost ELSE 0 END) AS BIGINT) AS delivery_cost,
           CAST(SUM(CASE WHEN p.meter IN ('storage', 'traffic', 'bandwidth') THEN 0 ELSE p.billed_cost END) AS BIGINT) AS other_cost,
           CAST(SUM(p.billed_cost) AS BIGINT) AS billed_cost, p.currency, MIN(p.status_rank) AS status, p.note
    FROM part p
    GROUP BY p.row_type, p.account, p.class_id, p.class, p.currency, p.note
),
total AS (
    SELECT 'total' AS row_type, account, '' AS class_id, '' AS class, CAST(SUM(media) AS BIGINT) AS media,
           CAST(SUM(storage_cost) AS BIGINT) AS storage_cost, CAST(SUM(delivery_cost) AS BIGINT) AS delivery_cost,
           CAST(SUM(other_cost) AS BIGINT) AS other_cost, CAST(SUM(billed_cost) AS BIGINT) AS billed_cost, currency,
           MIN(status) AS status,
           CASE WHEN COUNT(billed_cost) < COUNT(*) THEN 'what has no price is not included: the true total is higher' ELSE '' END AS note
    FROM item
    GROUP BY account, currency
),
whole AS (
    SELECT account AS of_account, currency AS of_currency, billed_cost AS account_cost FROM total
)
SELECT row_type, account, class_id, class, media, storage_cost, delivery_cost, other_cost, billed_cost, currency, status, note, account_cost,
       CASE row_type WHEN 'item' THEN 0 WHEN 'unattributed' THEN 1 ELSE 2 END AS rank_of_row
FROM (SELECT * FROM item UNION ALL SELECT * FROM total) AS rows_of_both
JOIN whole ON of_account = account AND of_currency = currency
ORDER BY account, currency, rank_of_row, billed_cost DESC, row_type, class_id, class, note
