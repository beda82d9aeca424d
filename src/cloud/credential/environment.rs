//! The variables that all official tools read.

use super::{Answer, Found, World, complete, nothing};

/// The id.
pub const SECRET_ID: &str = "TENCENTCLOUD_SECRET_ID";
/// The key.
pub const SECRET_KEY: &str = "TENCENTCLOUD_SECRET_KEY";
/// The token of temporary credentials.
pub const TOKEN: &str = "TENCENTCLOUD_TOKEN";

const PLACE: &str = "the environment";

pub(super) fn look(world: &World) -> Answer {
    match complete([SECRET_ID, SECRET_KEY, TOKEN].map(|name| world.variable(name)), [SECRET_ID, SECRET_KEY]) {
        Ok(credential) => Ok(Found { credential, origin: PLACE.to_owned() }),
        Err(reason) => nothing(PLACE, reason),
    }
}
