-- title: Late and restated usage | 迟到与更正数据
-- description: Measurements that the cloud changed after they had been read, and those that came late. | 读取后被云端更正或迟到的用量数据。
-- parameter: late_hours number 48 | Late is later than so many hours after the day | 日终后多少小时算迟到
-- column: row_type word | Row | 行类型
-- column: usage_day day | Day of use | 使用日
-- column: account id | Account | 账号
-- column: sub_app_id id | Application id | 应用 ID
-- column: meter word | Item | 计费项
-- column: area word | Area | 计费区域
-- column: spec text | Specification | 规格
-- column: start_at time | From | 起
-- column: revision number | Revision | 版本
-- column: before quantity(unit) | Before | 原值
-- column: quantity quantity(unit) | Now | 现值
-- column: change quantity(unit) | Change | 变动
-- column: unit text | Unit | 单位
-- column: recorded_at time | Read at | 读取时间
-- column: action text | Asked by | 接口
-- column: subject text | Narrowed to | 子项
--
-- Late is what was not there when its day was read first; withdrawn is what a later answer did not tell any more, where nothing else
-- came in its place then.

WITH fact AS (
    SELECT r.account, r.action, r.sub_app_id, r.subject, r.meter, r.area, r.spec, r.usage_day, r.start_at, r.quantity, r.revision,
           r.recorded_at, r.replaced_at,
           LEAD(r.recorded_at) OVER (PARTITION BY r.account, r.action, r.sub_app_id, r.subject, r.meter, r.area, r.spec, r.start_at
                                  ORDER BY r.revision NULLS FIRST) AS told_again_at,
           LAG(r.quantity) OVER (PARTITION BY r.account, r.action, r.sub_app_id, r.subject, r.meter, r.area, r.spec, r.start_at
                                 ORDER BY r.revision NULLS FIRST) AS before,
           MAX(CASE WHEN r.replaced_at IS NULL THEN 1 ELSE 0 END)
               OVER (PARTITION BY r.account, r.action, r.sub_app_id, r.subject, r.meter, r.area, r.spec, r.usage_day) AS holding,
           MIN(r.recorded_at) OVER (PARTITION BY r.account, r.action, r.sub_app_id, r.usage_day) AS first_read_at
    FROM v_usage_revision r
    WHERE r.usage_day >= :from AND r.usage_day < :to AND (:account = '' OR r.account = :account)
)
SELECT CASE WHEN f.before IS NULL THEN 'late' ELSE 'restated' END AS row_type, f.usage_day, f.account, f.sub_app_id, f.meter, f.area, f.spec,
       f.start_at, f.revision, f.before, f.quantity, f.quantity - f.before AS change, COALESCE(k.unit, 'count') AS unit, f.recorded_at, f.action,
       f.subject
FROM fact f JOIN v_calendar c ON c.usage_day = f.usage_day LEFT JOIN v_meter k ON k.meter = f.meter
WHERE (f.before IS NOT NULL AND f.before <> f.quantity)
      OR (f.before IS NULL AND f.recorded_at > f.first_read_at AND f.recorded_at > c.end_at + CAST(:late_hours AS BIGINT) * 3600)
UNION ALL
SELECT 'withdrawn' AS row_type, f.usage_day, f.account, f.sub_app_id, f.meter, f.area, f.spec, f.start_at, f.revision, f.quantity AS before,
       0 AS quantity, -f.quantity AS change, COALESCE(k.unit, 'count') AS unit, f.replaced_at AS recorded_at, f.action, f.subject
FROM fact f LEFT JOIN v_meter k ON k.meter = f.meter
WHERE f.replaced_at IS NOT NULL AND (f.told_again_at IS NULL OR f.told_again_at > f.replaced_at) AND f.quantity > 0
      AND (f.holding = 0 OR COALESCE(k.meter_kind, 'event') = 'event')
ORDER BY usage_day, account, sub_app_id, meter, area, spec, start_at, revision, row_type, unit, action, subject
