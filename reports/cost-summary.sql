-- title: Cost summary | 费用汇总
-- description: What each item cost over the period, and the total. | 各计费项在所选期间的费用与合计。
-- chart: bars meter billed_cost | Cost by item | 各计费项费用
-- column: row_type word | Row | 行类型
-- column: account id | Account | 账号
-- column: meter word | Item | 计费项
-- column: area word | Area | 计费区域
-- column: spec text | Specification | 规格
-- column: usage_quantity quantity(unit) | Usage | 用量
-- column: pack_quantity quantity(unit) | Covered by packs | 资源包抵扣
-- column: pricing_quantity quantity(unit) | Priced usage | 计费用量
-- column: unit text | Unit | 单位
-- column: billed_cost money(currency) | Cost | 费用
-- column: currency text | Currency | 币种
-- column: status status | Status | 状态
-- column: note text | Note | 说明
--
-- A level (storage) is charged by its daily peak: peaks of several days add up to GB-days. The peak of a speed (bandwidth) is
-- the highest of the period. What has no price has no cost, and is in no total.

WITH line AS (
    SELECT account, meter, meter_kind, area, spec, usage_quantity, pack_quantity, pricing_quantity, billed_cost, currency,
           status_rank, unpriced, unit || CASE meter_kind WHEN 'level' THEN '-day' ELSE '' END AS unit
    FROM v_charge_by
    WHERE basis = :by AND day >= :from AND day < :to AND row_type = 'charge' AND (:account = '' OR account = :account)
),
item AS (
    SELECT 'item' AS row_type, account, meter, area, spec,
           CASE meter_kind WHEN 'rate' THEN MAX(usage_quantity) ELSE CAST(SUM(usage_quantity) AS BIGINT) END AS usage_quantity,
           CASE meter_kind WHEN 'rate' THEN MAX(pack_quantity) ELSE CAST(SUM(pack_quantity) AS BIGINT) END AS pack_quantity,
           CASE meter_kind WHEN 'rate' THEN MAX(pricing_quantity)
                           ELSE CAST(SUM(pricing_quantity) AS BIGINT) END AS pricing_quantity,
           unit, CAST(SUM(billed_cost) AS BIGINT) AS billed_cost, currency, MIN(status_rank) AS status,
           CASE WHEN unpriced <> '' THEN unpriced
                WHEN MIN(status_rank) = 0 THEN 'assumed: nobody confirmed the billing mode'
                ELSE '' END AS note
    FROM line
    GROUP BY account, meter, meter_kind, area, spec, unit, currency, unpriced
),
open_day AS (
    SELECT account AS open_account, COUNT(*) AS days
    FROM v_uncovered_day
    WHERE usage_day >= :from AND usage_day < :to
    GROUP BY account
),
total AS (
    SELECT 'total' AS row_type, account, '' AS meter, '' AS area, '' AS spec, CAST(NULL AS BIGINT) AS usage_quantity, CAST(NULL AS BIGINT) AS pack_quantity,
           CAST(NULL AS BIGINT) AS pricing_quantity, '' AS unit, CAST(SUM(billed_cost) AS BIGINT) AS billed_cost, currency,
           MIN(CASE WHEN days > 0 AND status > 2 THEN 2 ELSE status END) AS status,
           CASE WHEN COUNT(billed_cost) < COUNT(*)
                THEN CAST(COUNT(*) - COUNT(billed_cost) AS TEXT) || ' unpriced not included: the true total is higher'
                     || CASE WHEN MAX(days) > 0 THEN '; ' || CAST(MAX(days) AS TEXT) || ' days not collected whole' ELSE '' END
                WHEN MAX(days) > 0 THEN CAST(MAX(days) AS TEXT) || ' days not collected whole'
                WHEN MIN(status) = 0 THEN 'assumed: nobody confirmed the billing mode'
                ELSE '' END AS note
    FROM item LEFT JOIN open_day ON open_account = account
    GROUP BY account, currency
)
SELECT row_type, account, meter, area, spec, usage_quantity, pack_quantity, pricing_quantity, unit, billed_cost, currency,
       status, note
FROM (SELECT * FROM item UNION ALL SELECT * FROM total) AS rows_of_both
ORDER BY account, currency, row_type, meter, area, spec, unit, note
