-- title: Usage by day | 每日用量
-- description: What was measured for each application on each day: sums of events, the highest of levels and speeds. | 各应用每日用量：事件求和，存储与带宽取峰值。
-- chart: lines usage_day quantity by meter | Usage by day | 每日用量
-- column: usage_day day | Day of use | 使用日
-- column: account id | Account | 账号
-- column: sub_app_id id | Application id | 应用 ID
-- column: meter word | Item | 计费项
-- column: area word | Area | 计费区域
-- column: spec text | Specification | 规格
-- column: quantity quantity(unit) | Usage | 用量
-- column: unit text | Unit | 单位
-- column: counted word | Counted as | 统计方式
-- column: status status | Status | 状态
--
-- A peak is that of an application; the account's is not their sum.

WITH moment AS (
    SELECT account, sub_app_id, meter, area, spec, usage_day, start_at, CAST(SUM(quantity) AS BIGINT) AS quantity,
           MIN(CASE status WHEN 'final' THEN 3 WHEN 'partial' THEN 2 WHEN 'estimated' THEN 1 ELSE 0 END) AS status
    FROM v_usage
    WHERE usage_day >= :from AND usage_day < :to AND (:account = '' OR account = :account)
    GROUP BY account, sub_app_id, meter, area, spec, usage_day, start_at
)
SELECT u.usage_day, u.account, u.sub_app_id, u.meter, u.area, u.spec,
       CASE WHEN COALESCE(k.meter_kind, 'event') = 'event' THEN CAST(SUM(u.quantity) AS BIGINT) ELSE MAX(u.quantity) END AS quantity,
       COALESCE(k.unit, 'count') AS unit, CASE WHEN COALESCE(k.meter_kind, 'event') = 'event' THEN 'total' ELSE 'peak' END AS counted,
       MIN(u.status) AS status
FROM moment u LEFT JOIN v_meter k ON k.meter = u.meter
GROUP BY u.usage_day, u.account, u.sub_app_id, u.meter, u.area, u.spec, k.meter_kind, k.unit
ORDER BY usage_day, account, sub_app_id, meter, area, spec, unit, counted
