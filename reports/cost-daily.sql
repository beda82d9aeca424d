-- title: Cost by day | 每日费用
-- description: What each item cost on each day of use, and the total. | 各计费项按使用日的费用与合计。
-- chart: bars usage_day billed_cost by meter | Cost by day | 每日费用
-- column: row_type word | Row | 行类型
-- column: usage_day day | Day of use | 使用日
-- column: account id | Account | 账号
-- column: meter word | Item | 计费项
-- column: area word | Area | 计费区域
-- column: spec text | Specification | 规格
-- column: usage_quantity quantity(unit) | Usage | 用量
-- column: pack_quantity quantity(unit) | Covered by packs | 资源包抵扣
-- column: pricing_quantity quantity(unit) | Priced usage | 计费用量
-- column: unit text | Unit | 单位
-- column: tier text | Tier | 阶梯
-- column: unit_price decimal | Unit price | 单价
-- column: billed_cost money(currency) | Cost | 费用
-- column: currency text | Currency | 币种
-- column: settlement_date day | Settled on | 结算日
-- column: status status | Status | 状态
-- column: note text | Note | 说明
-- column: charge_id id | Charge | 费用编号
--
-- What is charged by the month stands on its last day. What has no price has no cost, and is in no total.

WITH line AS (
    SELECT 'item' AS row_type, usage_day, account, meter, area, spec, usage_quantity, pack_quantity, pricing_quantity, unit,
           tier, unit_price, billed_cost, currency, settlement_date, status_rank AS status,
           CASE WHEN unpriced <> '' THEN unpriced
                WHEN status_rank = 0 THEN 'assumed: nobody confirmed the billing mode'
                ELSE '' END AS note,
           charge_id
    FROM v_charge_by
    WHERE basis = :by AND day >= :from AND day < :to AND row_type = 'charge' AND (:account = '' OR account = :account)
),
open_day AS (
    SELECT account AS open_account, COUNT(*) AS days
    FROM v_uncovered_day
    WHERE usage_day >= :from AND usage_day < :to
    GROUP BY account
),
total AS (
    SELECT 'total' AS row_type, '' AS usage_day, account, '' AS meter, '' AS area, '' AS spec, CAST(NULL AS BIGINT) AS usage_quantity,
           CAST(NULL AS BIGINT) AS pack_quantity, CAST(NULL AS BIGINT) AS pricing_quantity, '' AS unit, '' AS tier, NULL AS unit_price,
           CAST(SUM(billed_cost) AS BIGINT) AS billed_cost, currency, '' AS settlement_date, MIN(CASE WHEN days > 0 AND status > 2 THEN 2 ELSE status END) AS status,
           CASE WHEN COUNT(billed_cost) < COUNT(*)
                THEN CAST(COUNT(*) - COUNT(billed_cost) AS TEXT) || ' unpriced not included: the true total is higher'
                     || CASE WHEN MAX(days) > 0 THEN '; ' || CAST(MAX(days) AS TEXT) || ' days not collected whole' ELSE '' END
                WHEN MAX(days) > 0 THEN CAST(MAX(days) AS TEXT) || ' days not collected whole'
                WHEN MIN(status) = 0 THEN 'assumed: nobody confirmed the billing mode'
                ELSE '' END AS note,
           '' AS charge_id
    FROM line LEFT JOIN open_day ON open_account = account
    GROUP BY account, currency
)
SELECT row_type, usage_day, account, meter, area, spec, usage_quantity, pack_quantity, pricing_quantity, unit, tier,
       unit_price, billed_cost, currency, settlement_date, status, note, charge_id
FROM (SELECT * FROM line UNION ALL SELECT * FROM total) AS rows_of_both
ORDER BY account, currency, row_type, usage_day, meter, area, spec, charge_id, tier, unit, settlement_date, note
