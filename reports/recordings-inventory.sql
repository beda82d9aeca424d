-- title: Recordings | 录制清单
-- description: Every recording that the account holds: its segments, length and size. | 账号内的全部录制：分段数、时长与大小。
-- period: now
-- column: recording_id id | Recording (first FileId) | 录制（首个 FileId）
-- column: recording text | Name | 名称
-- column: account id | Account | 账号
-- column: sub_app_id id | Application id | 应用 ID
-- column: room id | Room | 直播间
-- column: class text | Class | 分类
-- column: segments number | Segments | 分段数
-- column: started_at time | Begins | 开始
-- column: created_at time | First file created | 首文件创建
-- column: duration quantity(duration_unit) | Length | 时长
-- column: duration_unit text | Unit of length | 时长单位
-- column: source_bytes quantity(unit) | Recorded | 源文件
-- column: rendition_bytes quantity(unit) | Made of it | 转码等文件
-- column: unit text | Unit | 单位
-- column: storage_class text | Storage class | 存储类型
-- column: expires_at time | First expiry | 最早过期
-- column: note text | Note | 说明
--
-- What is not known is empty. A length or size is empty while that of one segment is not known.

SELECT COALESCE(r.recording_id, m.file_id) AS recording_id, COALESCE(MIN(r.name), MIN(m.name)) AS recording, m.account, m.sub_app_id,
       MIN(m.room_id) AS room, MIN(m.class_name) AS class, COUNT(*) AS segments, MIN(r.start_at) AS started_at,
       MIN(m.created_at) AS created_at,
       CASE WHEN COUNT(m.duration_seconds) = COUNT(*) THEN CAST(SUM(m.duration_seconds) AS BIGINT) ELSE CAST(NULL AS BIGINT) END AS duration,
       's' AS duration_unit,
       CASE WHEN COUNT(m.size) = COUNT(*) THEN CAST(SUM(m.size) AS BIGINT) ELSE CAST(NULL AS BIGINT) END AS source_bytes,
       CASE WHEN COUNT(m.rendition_size) = COUNT(*) THEN CAST(SUM(m.rendition_size) AS BIGINT) ELSE CAST(NULL AS BIGINT) END AS rendition_bytes,
       'MB' AS unit, MIN(m.storage_class) AS storage_class, MIN(m.expires_at) AS expires_at,
       CASE WHEN MIN(m.storage_class) <> MAX(m.storage_class) THEN 'segments are in several storage classes' ELSE '' END AS note
FROM v_media m LEFT JOIN v_recording r ON r.account = m.account AND r.file_id = m.file_id
WHERE m.deleted_at IS NULL AND (:account = '' OR m.account = :account)
GROUP BY m.account, m.sub_app_id, COALESCE(r.recording_id, m.file_id)
ORDER BY account, sub_app_id, recording, recording_id, room, class, duration_unit, unit, storage_class, note
