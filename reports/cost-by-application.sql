-- title: Cost by application | 按应用的费用
-- description: What each application pays of each item, by the usage that was measured for it. | 按各应用的用量分摊到应用的费用。
-- chart: bars application billed_cost by meter | Cost by application | 各应用费用
-- column: row_type word | Row | 行类型
-- column: account id | Account | 账号
-- column: sub_app_id id | Application id | 应用 ID
-- column: application text | Application | 应用
-- column: meter word | Item | 计费项
-- column: area word | Area | 计费区域
-- column: billed_cost money(currency) | Cost | 费用
-- column: currency text | Currency | 币种
-- column: share ratio(billed_cost,account_cost) | Share of the account | 占账号比例
-- column: status status | Status | 状态
-- column: note text | Note | 说明
-- column: account_cost money(currency) hidden
--
-- Tiers, peaks and packs belong to the account: an application's cost is its share by weight. What no application's usage stands
-- behind has no application.

WITH part AS (
    SELECT account, sub_app_id, meter, area, billed_cost, currency, status_rank, unpriced
    FROM v_charge_application
    WHERE ((:by = 'usage' AND usage_day >= :from AND usage_day < :to)
           OR (:by = 'bill' AND bill_month || '-01' >= :from AND bill_month || '-01' < :to)
           OR (:by = 'posting' AND posting_period || '-01' >= :from AND posting_period || '-01' < :to))
          AND (:account = '' OR account = :account)
    UNION ALL
    SELECT c.account, '' AS sub_app_id, c.meter, c.area, c.billed_cost, c.currency, c.status_rank, c.unpriced
    FROM v_charge_by c
    WHERE c.basis = :by AND c.day >= :from AND c.day < :to AND c.row_type = 'charge' AND (:account = '' OR c.account = :account)
          AND NOT EXISTS (SELECT 1 FROM v_charge_application p WHERE p.account = c.account AND p.usage_month = c.usage_month AND p.charge_id = c.charge_id)
),
item AS (
    SELECT 'item' AS row_type, p.account, p.sub_app_id,
           CASE WHEN p.sub_app_id = '' THEN '(none known)' WHEN MAX(a.name) IS NULL THEN p.sub_app_id ELSE MAX(a.name) END AS application,
           p.meter, p.area, CAST(SUM(p.billed_cost) AS BIGINT) AS billed_cost, p.currency, MIN(p.status_rank) AS status,
           MAX(p.unpriced) AS note
    FROM part p LEFT JOIN v_application a ON a.account = p.account AND a.sub_app_id = p.sub_app_id
    GROUP BY p.account, p.sub_app_id, p.meter, p.area, p.currency
),
total AS (
    SELECT 'total' AS row_type, account, '' AS sub_app_id, '' AS application, '' AS meter, '' AS area,
           CAST(SUM(billed_cost) AS BIGINT) AS billed_cost, currency, MIN(status) AS status,
           CASE WHEN COUNT(billed_cost) < COUNT(*) THEN 'what has no price is not included: the true total is higher' ELSE '' END AS note
    FROM item
    GROUP BY account, currency
)
SELECT row_type, account, sub_app_id, application, meter, area, billed_cost, currency, status, note,
       CAST(SUM(CASE WHEN row_type = 'item' THEN billed_cost ELSE 0 END) OVER (PARTITION BY account, currency) AS BIGINT) AS account_cost
FROM (SELECT * FROM item UNION ALL SELECT * FROM total) AS rows_of_both
ORDER BY account, currency, row_type, sub_app_id, application, meter, area, note
