-- title: Packs | 资源包
-- description: What each pack held at the beginning and the end of each month, what was used of it and what lapsed. | 各资源包的月初、月末余量，使用与过期。
-- period: months
-- column: usage_month month | Month | 月份
-- column: account id | Account | 账号
-- column: pack_id id | Pack | 资源包
-- column: part number | Part | 部分
-- column: product text | Product | 产品
-- column: from_day day | From | 生效日
-- column: to_day day | Until (not included) | 失效日（不含）
-- column: opening_quantity quantity(unit) | Opening | 期初
-- column: bought_quantity quantity(unit) | Bought or refilled | 购入/重置
-- column: used_quantity quantity(unit) | Used | 使用
-- column: expired_quantity quantity(unit) | Lapsed | 过期
-- column: refunded_quantity quantity(unit) | Refunded | 退还
-- column: closing_quantity quantity(unit) | Closing | 期末
-- column: unit text | Unit | 单位
-- column: used_share ratio(used_quantity,held_quantity) | Used of what was there | 使用率
-- column: price money(currency) | Price paid | 购买价格
-- column: currency text | Currency | 币种
-- column: held_quantity quantity(unit) hidden

SELECT usage_month, account, pack_id, part, product, from_day, to_day, opening_quantity, bought_quantity, used_quantity, expired_quantity,
       refunded_quantity, closing_quantity, unit, price, currency, opening_quantity + bought_quantity AS held_quantity
FROM v_pack_month
WHERE usage_month || '-01' >= :from AND usage_month || '-01' < :to AND (:account = '' OR account = :account)
ORDER BY usage_month, account, pack_id, part, product, from_day, to_day, unit, currency
