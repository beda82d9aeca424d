-- title: Bandwidth peaks | 带宽峰值
-- description: The highest five minutes and the 95th percentile of each month and day, over all applications or domains together. | 每月、每日的 5 分钟峰值与 95 峰值（所有应用或域名合计）。
-- chart: lines period peak by area of day | Peaks | 峰值
-- column: row_type word | Period | 周期
-- column: period day | Month or day | 月份或日期
-- column: account id | Account | 账号
-- column: source word | Source | 来源
-- column: area word | Area | 计费区域
-- column: points number | Five-minute points | 5 分钟点数
-- column: peak quantity(unit) | Peak | 峰值
-- column: peak_at time | Peak at | 峰值时间
-- column: p95 percentile(95,point) | 95th percentile | 95 峰值
-- column: unit text | Unit | 单位
-- column: point quantity(unit) hidden
--
-- Source `meter` is what the cloud measured, `logs` what access logs add up to, with the overhead. Points in which nothing was delivered
-- count only where the source tells them.

WITH point AS (
    SELECT b.account, b.source, b.area, b.usage_day, c.usage_month, b.start_at, CAST(SUM(b.bits_per_second) AS BIGINT) AS point
    FROM v_bandwidth b JOIN v_calendar c ON c.usage_day = b.usage_day
    WHERE b.usage_day >= :from AND b.usage_day < :to AND (:account = '' OR b.account = :account)
    GROUP BY b.account, b.source, b.area, b.usage_day, c.usage_month, b.start_at
),
labelled AS (
    SELECT 'month' AS row_type, usage_month AS period, account, source, area, start_at, point FROM point
    UNION ALL
    SELECT 'day' AS row_type, usage_day AS period, account, source, area, start_at, point FROM point
),
ranked AS (
    SELECT row_type, period, account, source, area, point,
           COUNT(*) OVER (PARTITION BY row_type, period, account, source, area) AS points,
           MAX(point) OVER (PARTITION BY row_type, period, account, source, area) AS peak,
           FIRST_VALUE(start_at) OVER (PARTITION BY row_type, period, account, source, area
                                       ORDER BY point DESC NULLS LAST, start_at NULLS LAST) AS peak_at
    FROM labelled
)
SELECT row_type, period, account, source, area, points, peak, peak_at, 'Mbit/s' AS unit, point
FROM ranked
ORDER BY account, source, area, row_type DESC, period, unit
