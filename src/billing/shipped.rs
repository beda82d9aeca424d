//! The price books that come with the program.

/// Id and text of every shipped book, in the order in which listings show them.
pub fn shipped() -> &'static [(&'static str, &'static str)] {
    &[
        ("vod-2017", include_str!("../../config/prices/vod-2017.toml")),
        ("vod-cn", include_str!("../../config/prices/vod-cn.toml")),
        ("vod-intl", include_str!("../../config/prices/vod-intl.toml")),
    ]
}
