-- title: Storage by class | 按存储类型的存储
-- description: What each storage class and area held and cost. | 各存储类型与区域的存储量与费用。
-- chart: bars storage_class billed_cost by area | Cost by storage class | 各存储类型费用
-- column: row_type word | Row | 行类型
-- column: account id | Account | 账号
-- column: storage_class text | Storage class | 存储类型
-- column: area word | Area | 区域
-- column: peak_quantity quantity(unit) | Highest day | 最高日
-- column: unit text | Unit | 单位
-- column: day_quantity quantity(day_unit) | Sum of days | 日累计
-- column: day_unit text | Unit of the sum | 累计单位
-- column: charged_days number | Days charged | 计费天数
-- column: billed_cost money(currency) | Cost | 费用
-- column: currency text | Currency | 币种
-- column: share ratio(billed_cost,account_cost) | Share of storage | 占存储费用
-- column: status status | Status | 状态
-- column: account_cost money(currency) hidden

WITH line AS (
    SELECT account, spec AS storage_class, area, usage_day, usage_quantity, unit, billed_cost, currency, status_rank
    FROM v_charge_by
    WHERE basis = :by AND day >= :from AND day < :to AND row_type = 'charge' AND meter = 'storage'
          AND (:account = '' OR account = :account)
),
day AS (
    SELECT account, storage_class, area, usage_day, unit, currency, CAST(SUM(usage_quantity) AS BIGINT) AS quantity,
           CAST(SUM(billed_cost) AS BIGINT) AS billed_cost, MIN(status_rank) AS status
    FROM line
    GROUP BY account, storage_class, area, usage_day, unit, currency
),
item AS (
    SELECT 'item' AS row_type, account, storage_class, area, MAX(quantity) AS peak_quantity, unit,
           CAST(SUM(quantity) AS BIGINT) AS day_quantity, unit || '-day' AS day_unit, COUNT(*) AS charged_days,
           CAST(SUM(billed_cost) AS BIGINT) AS billed_cost, currency, MIN(status) AS status
    FROM day
    GROUP BY account, storage_class, area, unit, currency
),
total AS (
    SELECT 'total' AS row_type, account, '' AS storage_class, '' AS area, CAST(NULL AS BIGINT) AS peak_quantity, '' AS unit,
           CAST(NULL AS BIGINT) AS day_quantity, '' AS day_unit, CAST(NULL AS BIGINT) AS charged_days,
           CAST(SUM(billed_cost) AS BIGINT) AS billed_cost, currency, MIN(status) AS status
    FROM item
    GROUP BY account, currency
),
whole AS (
    SELECT account AS of_account, currency AS of_currency, billed_cost AS account_cost FROM total
)
SELECT row_type, account, storage_class, area, peak_quantity, unit, day_quantity, day_unit, charged_days, billed_cost, currency, status,
       account_cost
FROM (SELECT * FROM item UNION ALL SELECT * FROM total) AS rows_of_both
JOIN whole ON of_account = account AND of_currency = currency
ORDER BY account, currency, row_type, storage_class, area, unit, day_unit
