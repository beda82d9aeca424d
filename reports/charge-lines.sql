-- title: All charge lines | 全部费用明细
-- description: Every rated line as the ledger holds it, for other tools. | 台账中的全部计费明细，供其他工具使用。
-- column: account id | Account | 账号
-- column: usage_month month | Month of use | 使用月
-- column: position number | Line | 行号
-- column: charge_id id | Charge | 费用编号
-- column: usage_day day | Day of use | 使用日
-- column: settlement_date day | Settled on | 结算日
-- column: bill_month month | Bill of | 账单月
-- column: posting_period month | Booked in | 入账月
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
-- column: price_book text | Price book | 价目表
-- column: price_version text | Version | 版本
-- column: status status | Status | 状态
--
-- In the order in which the ledger holds them, so that ten million lines need no sorting.

SELECT account, usage_month, position, charge_id, usage_day, settlement_date, bill_month, posting_period, meter, area, spec,
       usage_quantity, pack_quantity, pricing_quantity, unit, tier, unit_price, billed_cost, currency, price_book, price_version,
       status_rank AS status
FROM v_charge
WHERE row_type = 'charge' AND (:account = '' OR account = :account)
      AND ((:by = 'usage' AND usage_day >= :from AND usage_day < :to)
           OR (:by = 'bill' AND bill_month || '-01' >= :from AND bill_month || '-01' < :to)
           OR (:by = 'posting' AND posting_period || '-01' >= :from AND posting_period || '-01' < :to))
ORDER BY account, usage_month, position, charge_id, usage_day, settlement_date, bill_month, posting_period, meter, area, spec, unit,
         tier, currency, price_book, price_version
