-- title: Chargeback | 成本分摊
-- description: Who bears what by the mapping of the configuration: direct cost, shared cost, and what is unmapped. | 按映射规则分摊：直接成本、公摊成本及未映射部分。
-- chart: bars cost_centre billed_cost of item | Cost by cost centre | 各成本中心费用
-- column: row_type word | Row | 行类型
-- column: account id | Account | 账号
-- column: department text | Department | 部门
-- column: cost_centre id | Cost centre | 成本中心
-- column: course text | Course | 课程
-- column: direct_cost money(currency) | Direct | 直接成本
-- column: shared_cost money(currency) | Shared | 公摊成本
-- column: unmapped_cost money(currency) | Unmapped | 未映射
-- column: billed_cost money(currency) | Cost | 费用
-- column: currency text | Currency | 币种
-- column: share ratio(billed_cost,account_cost) | Share | 占比
-- column: status status | Status | 状态
-- column: note text | Note | 说明
-- column: account_cost money(currency) hidden
-- column: rank_of_row number hidden
--
-- docs/chargeback.md describes the mapping. What no rule fits is there as unmapped, with the reason.

WITH line AS (
    SELECT account, CASE kind WHEN 'unmapped' THEN 'unmapped' ELSE 'item' END AS row_type, kind, department, cost_centre, course, billed_cost,
           currency, status_rank, CASE kind WHEN 'unmapped' THEN rule ELSE '' END AS note
    FROM v_chargeback
    WHERE ((:by = 'usage' AND usage_day >= :from AND usage_day < :to)
           OR (:by = 'bill' AND bill_month || '-01' >= :from AND bill_month || '-01' < :to)
           OR (:by = 'posting' AND posting_period || '-01' >= :from AND posting_period || '-01' < :to))
          AND (:account = '' OR account = :account)
),
item AS (
    SELECT row_type, account, department, cost_centre, course,
           CAST(SUM(CASE kind WHEN 'direct' THEN billed_cost ELSE 0 END) AS BIGINT) AS direct_cost,
           CAST(SUM(CASE kind WHEN 'shared' THEN billed_cost ELSE 0 END) AS BIGINT) AS shared_cost,
           CAST(SUM(CASE kind WHEN 'unmapped' THEN billed_cost ELSE 0 END) AS BIGINT) AS unmapped_cost,
           CAST(SUM(billed_cost) AS BIGINT) AS billed_cost, currency, MIN(status_rank) AS status, note
    FROM line
    GROUP BY row_type, account, department, cost_centre, course, currency, note
),
total AS (
    SELECT 'total' AS row_type, account, '' AS department, '' AS cost_centre, '' AS course, CAST(SUM(direct_cost) AS BIGINT) AS direct_cost,
           CAST(SUM(shared_cost) AS BIGINT) AS shared_cost, CAST(SUM(unmapped_cost) AS BIGINT) AS unmapped_cost,
           CAST(SUM(billed_cost) AS BIGINT) AS billed_cost, currency, MIN(status) AS status,
           CASE WHEN COUNT(billed_cost) < COUNT(*) THEN 'what has no price is not included: the true total is higher' ELSE '' END AS note
    FROM item
    GROUP BY account, currency
),
whole AS (
    SELECT account AS of_account, currency AS of_currency, billed_cost AS account_cost FROM total
)
SELECT row_type, account, department, cost_centre, course, direct_cost, shared_cost, unmapped_cost, billed_cost, currency, status, note,
       account_cost, CASE row_type WHEN 'item' THEN 0 WHEN 'unmapped' THEN 1 ELSE 2 END AS rank_of_row
FROM (SELECT * FROM item UNION ALL SELECT * FROM total) AS rows_of_both
JOIN whole ON of_account = account AND of_currency = currency
ORDER BY account, currency, rank_of_row, row_type, department, cost_centre, course, note
