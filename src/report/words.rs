//! The program's own words in reports, for people who read Chinese.

use crate::model::Language;

/// English and Chinese, in the order of the English.
const WORDS: [(&str, &str); 56] = [
    ("Africa", "非洲"),
    ("Asia Pacific Region 1", "亚太一区"),
    ("Asia Pacific Region 2", "亚太二区"),
    ("Asia Pacific Region 3", "亚太三区"),
    ("Chinese Mainland", "中国大陆"),
    ("Europe", "欧洲"),
    ("Middle East", "中东"),
    ("North America", "北美"),
    ("Outside Chinese Mainland", "中国大陆以外"),
    ("South America", "南美"),
    ("allocated", "已分摊"),
    ("assumed", "假定"),
    ("bandwidth", "带宽"),
    ("base", "基期"),
    ("by cause", "按原因"),
    ("cause", "原因"),
    ("change", "变动"),
    ("charge", "费用"),
    ("complete", "完整"),
    ("covered", "资源包抵扣"),
    ("current", "本期"),
    ("day", "日"),
    ("days", "天数"),
    ("direct", "直接"),
    ("domain", "域名"),
    ("estimated", "预估"),
    ("final", "最终"),
    ("gone", "已消失"),
    ("item", "明细"),
    ("late", "迟到"),
    ("media", "媒体"),
    ("missing", "缺失"),
    ("mix", "结构"),
    ("month", "月"),
    ("never", "从未播放"),
    ("new", "新增"),
    ("one-off", "一次性"),
    ("overlap", "重复计入"),
    ("pack", "资源包"),
    ("pack cover", "资源包抵扣"),
    ("partial", "不完整"),
    ("peak", "峰值"),
    ("price", "价格"),
    ("processing", "处理"),
    ("recording", "录制"),
    ("restated", "已更正"),
    ("shared", "公摊"),
    ("storage", "存储"),
    ("tier", "阶梯"),
    ("total", "合计"),
    ("traffic", "流量"),
    ("transcoding", "转码"),
    ("unattributed", "未归属"),
    ("unmapped", "未映射"),
    ("volume", "用量"),
    ("withdrawn", "已撤回"),
];

/// A word in a language; itself where it is not of the vocabulary.
pub fn word(word: &str, language: Language) -> &str {
    match language {
        Language::English => word,
        Language::Chinese => WORDS
            .binary_search_by(|(english, _)| (*english).cmp(word))
            .ok()
            .and_then(|at| WORDS.get(at))
            .map_or(word, |(_, chinese)| chinese),
    }
}
