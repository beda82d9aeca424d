-- title: Stored and never played | 存储但从未播放
-- description: Media of which no delivery is known, with what they store and cost last month. Only where logs or play statistics are known. | 无播放记录的媒体及其存储与上月费用；仅在有日志或播放统计时列出。
-- period: now
-- parameter: min_age_days number 30 | Only media at least so many days old | 仅列出存在超过多少天的媒体
-- column: file_id id | FileId | FileId
-- column: name text | Name | 名称
-- column: account id | Account | 账号
-- column: sub_app_id id | Application id | 应用 ID
-- column: class text | Class | 分类
-- column: created_at time | Created | 创建时间
-- column: age_days number | Age in days | 存在天数
-- column: stored quantity(unit) | Stored | 存储
-- column: unit text | Unit | 单位
-- column: storage_class text | Storage class | 存储类型
-- column: last_month_cost money(currency) | Cost last month | 上月费用
-- column: currency text | Currency | 币种
-- column: known_since day | Plays known since | 播放数据起始日
-- column: note text | Note | 说明
--
-- Older media may have been played before `known_since`: the note says so.

WITH delivered AS (
    SELECT account, file_id, MIN(usage_day) AS usage_day FROM v_delivery_day WHERE logged_bytes > 0 GROUP BY account, file_id
    UNION ALL
    SELECT account, file_id, MIN(usage_day) AS usage_day FROM v_play_stat GROUP BY account, file_id
),
known AS (
    SELECT account, MIN(usage_day) AS known_since FROM delivered GROUP BY account
),
cost AS (
    SELECT m.account, m.file_id, m.currency, CAST(SUM(m.billed_cost) AS BIGINT) AS billed_cost
    FROM v_charge_media m JOIN v_calendar c ON c.usage_day = :today AND m.usage_month = c.previous_month
    GROUP BY m.account, m.file_id, m.currency
)
SELECT m.file_id, m.name, m.account, m.sub_app_id, m.class_name AS class, m.created_at, t.day_number - b.day_number AS age_days,
       m.size + COALESCE(m.rendition_size, 0) AS stored, 'MB' AS unit, m.storage_class, cost.billed_cost AS last_month_cost, COALESCE(cost.currency, '') AS currency,
       known.known_since,
       CASE WHEN b.usage_day < known.known_since THEN 'older than what is known of plays' ELSE '' END AS note
FROM v_media m
JOIN known ON known.account = m.account
JOIN v_calendar t ON t.usage_day = :today
JOIN v_calendar b ON b.start_at <= m.created_at AND b.end_at > m.created_at
LEFT JOIN cost ON cost.account = m.account AND cost.file_id = m.file_id
WHERE m.deleted_at IS NULL AND (:account = '' OR m.account = :account)
      AND t.day_number - b.day_number >= CAST(:min_age_days AS BIGINT)
      AND NOT EXISTS (SELECT 1 FROM delivered d WHERE d.account = m.account AND d.file_id = m.file_id)
ORDER BY account, stored DESC, file_id, name, sub_app_id, class, unit, storage_class, currency, known_since, note
