-- title: Cost bridge | 费用变动分析
-- description: From last month's cost to this month's: what each effect adds or takes away, and the items most behind it. | 从上月费用到本月费用：各因素的增减及主要计费项。
-- period: months
-- parameter: top number 3 | Items shown behind each effect | 每个因素显示的计费项数
-- chart: bars effect amount of change | Change by effect | 各因素变动
-- column: row_type word | Row | 行类型
-- column: account id | Account | 账号
-- column: effect word | Effect | 因素
-- column: meter word | Item | 计费项
-- column: area word | Area | 计费区域
-- column: spec text | Specification | 规格
-- column: amount money(currency) | Amount | 金额
-- column: currency text | Currency | 币种
-- column: share ratio(amount,base_cost) | Of last month's cost | 占上月费用
-- column: base_cost money(currency) hidden
-- column: rank_of_row number hidden
-- column: rank_of_effect number hidden
-- column: rank_of_item number hidden
--
-- The rows `base` and `change` add up to the total. Rows `cause` are parts of the change above them. Ask for one month.

WITH one AS (
    SELECT c.usage_month, c.previous_month FROM v_calendar c WHERE c.usage_day = :from
),
bridge AS (
    SELECT b.account, b.currency, b.effect, b.meter, b.area, b.spec, b.amount
    FROM v_cost_bridge b JOIN one ON b.usage_month = one.usage_month
    WHERE :account = '' OR b.account = :account
),
cost AS (
    SELECT c.account, c.currency,
           CAST(SUM(CASE WHEN c.usage_month = one.previous_month THEN c.billed_cost ELSE 0 END) AS BIGINT) AS base_cost,
           CAST(SUM(CASE WHEN c.usage_month = one.usage_month THEN c.billed_cost ELSE 0 END) AS BIGINT) AS current_cost
    FROM v_charge c JOIN one ON c.usage_month = one.usage_month OR c.usage_month = one.previous_month
    WHERE c.row_type = 'charge' AND (:account = '' OR c.account = :account)
    GROUP BY c.account, c.currency
),
ranked AS (
    SELECT account, currency, effect, meter, area, spec, amount,
           ROW_NUMBER() OVER (PARTITION BY account, currency, effect
                              ORDER BY CASE WHEN amount < 0 THEN -1 * amount ELSE amount END DESC NULLS FIRST, meter NULLS FIRST,
                                       area NULLS FIRST, spec NULLS FIRST) AS rank_of_item
    FROM bridge
),
line AS (
    SELECT 'base' AS row_type, account, '' AS effect, '' AS meter, '' AS area, '' AS spec, base_cost AS amount, currency,
           0 AS rank_of_row, 0 AS rank_of_item
    FROM cost
    UNION ALL
    SELECT 'change' AS row_type, account, effect, '' AS meter, '' AS area, '' AS spec, CAST(SUM(amount) AS BIGINT) AS amount, currency,
           1 AS rank_of_row, 0 AS rank_of_item
    FROM bridge
    GROUP BY account, effect, currency
    UNION ALL
    SELECT 'cause' AS row_type, account, effect, meter, area, spec, amount, currency, 1 AS rank_of_row, rank_of_item
    FROM ranked
    WHERE rank_of_item <= CAST(:top AS BIGINT) AND amount <> 0
    UNION ALL
    SELECT 'total' AS row_type, account, '' AS effect, '' AS meter, '' AS area, '' AS spec, current_cost AS amount, currency,
           2 AS rank_of_row, 0 AS rank_of_item
    FROM cost
)
SELECT line.row_type, line.account, line.effect, line.meter, line.area, line.spec, line.amount, line.currency, cost.base_cost,
       line.rank_of_row,
       CASE line.effect WHEN 'days' THEN 1 WHEN 'volume' THEN 2 WHEN 'mix' THEN 3 WHEN 'pack cover' THEN 4 WHEN 'tier' THEN 5
                        WHEN 'price' THEN 6 WHEN 'one-off' THEN 7 ELSE 0 END AS rank_of_effect,
       line.rank_of_item
FROM line JOIN cost ON cost.account = line.account AND cost.currency = line.currency
ORDER BY account, currency, rank_of_row, rank_of_effect, rank_of_item, row_type, effect, meter, area, spec
