-- title: Coverage | 数据完整性
-- description: Days of which not everything was collected, and the questions that have no answer, with the reason. | 未完整采集的日期，以及未获回答的查询与原因。
-- column: row_type word | Row | 行类型
-- column: account id | Account | 账号
-- column: usage_day day | Day of use | 使用日
-- column: action text | Asked by | 接口
-- column: sub_app_id id | Application id | 应用 ID
-- column: subject text | Narrowed to | 子项
-- column: start_at time | From | 起
-- column: end_at time | To | 止
-- column: state word | State | 状态
-- column: reason text | Reason | 原因

WITH span AS (
    SELECT MIN(start_at) AS from_at, MAX(end_at) AS to_at FROM v_calendar WHERE usage_day >= :from AND usage_day < :to
)
SELECT 'day' AS row_type, d.account, d.usage_day, '' AS action, '' AS sub_app_id, '' AS subject, c.start_at, c.end_at,
       'missing' AS state, 'not everything was collected' AS reason
FROM v_uncovered_day d JOIN v_calendar c ON c.usage_day = d.usage_day
WHERE d.usage_day >= :from AND d.usage_day < :to AND (:account = '' OR d.account = :account)
UNION ALL
SELECT 'question' AS row_type, u.account, '' AS usage_day, u.action, u.sub_app_id, u.subject, u.start_at, u.end_at, u.state, u.reason
FROM v_unit u JOIN span ON u.start_at < span.to_at AND u.end_at > span.from_at
WHERE u.state IN ('planned', 'leased', 'failed') AND (:account = '' OR u.account = :account)
ORDER BY account, row_type, usage_day, action, sub_app_id, subject, start_at, end_at, state, reason
