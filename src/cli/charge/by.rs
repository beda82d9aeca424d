//! What `charge --by` splits by.

use super::super::Error;
use crate::billing::SUB_APP_ID;
use crate::ledger::StoredMedia;
use crate::recordings::RecordingName;

/// What charges are split by, all of it at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum By {
    /// Applications, by the usage that was measured for them.
    Applications,
    /// Recordings: media whose names belong together.
    Recordings,
    /// What single media are, belong to or carry.
    Media(Vec<Property>),
}

/// A property of a media.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Property {
    /// The application that holds it.
    Application,
    /// Itself.
    File,
    /// The room that it was recorded from.
    Room,
    /// Its category.
    Class,
    /// Whether it carries a tag: `math`, or what stands behind it in `math:…` and `math=…`.
    Tag(String),
}

/// What stands between the values of a key.
const BETWEEN: char = '\0';

impl By {
    /// Reads the names that were given to `--by`.
    pub fn parse(names: &[String]) -> Result<Self, Error> {
        if let Some(name) = names.iter().enumerate().find(|(index, name)| names[..*index].contains(name)) {
            return Err(Error::usage(format!("--by {} is given twice; drop one", name.1)));
        }
        match names {
            [name] if name == SUB_APP_ID => return Ok(Self::Applications),
            [name] if name == "recording" => return Ok(Self::Recordings),
            _ => {}
        }
        let property = |name: &String| match name.as_str() {
            "recording" => Err(Error::usage("--by recording cannot be combined: a recording is in one application and room")),
            "" => Err(Error::usage("--by has an empty name; name sub_app_id, file_id, recording, room, class, or a tag")),
            SUB_APP_ID => Ok(Property::Application),
            "file_id" => Ok(Property::File),
            "room" => Ok(Property::Room),
            "class" => Ok(Property::Class),
            tag => Ok(Property::Tag(tag.to_owned())),
        };
        names.iter().map(property).collect::<Result<_, _>>().map(Self::Media)
    }

    /// The columns that name a share.
    pub fn columns(&self) -> Vec<&str> {
        match self {
            Self::Applications => vec![SUB_APP_ID],
            Self::Recordings => vec![SUB_APP_ID, "recording", "segments", "start", "duration", "bytes"],
            Self::Media(properties) => properties.iter().map(Property::name).collect(),
        }
    }

    /// By what media are brought together and sorted. Recordings are told apart later, among media of one name.
    pub fn key(&self, media: &StoredMedia) -> String {
        let values: Vec<String> = match self {
            Self::Applications => vec![application(media)],
            Self::Recordings => {
                let name = RecordingName::parse(&media.name).map(|parsed| parsed.name);
                let alone = name.is_none().then(|| media.file_id.to_string());
                let name = name.unwrap_or_else(|| media.name.clone());
                [application(media), name].into_iter().chain(alone).collect()
            }
            Self::Media(properties) => properties.iter().map(|property| property.of(media)).collect(),
        };
        values.iter().map(|value| value.replace(BETWEEN, " ")).collect::<Vec<_>>().join("\0")
    }

    /// A key's values again.
    pub fn values(key: &str) -> Vec<&str> {
        key.split(BETWEEN).collect()
    }
}

fn application(media: &StoredMedia) -> String {
    media.sub_app_id.map(|id| id.to_string()).unwrap_or_default()
}

impl Property {
    fn name(&self) -> &str {
        match self {
            Self::Application => SUB_APP_ID,
            Self::File => "file_id",
            Self::Room => "room",
            Self::Class => "class",
            Self::Tag(tag) => tag,
        }
    }

    fn of(&self, media: &StoredMedia) -> String {
        match self {
            Self::Application => application(media),
            Self::File => media.file_id.to_string(),
            Self::Room => media.room_id.clone(),
            Self::Class => media.class_id.clone(),
            Self::Tag(tag) => media.tags.iter().filter_map(|own| value_of(own, tag)).collect::<Vec<_>>().join("+"),
        }
    }
}

/// `math` in `math`, and `algebra` in `math:algebra` or `math=algebra`.
fn value_of<'m>(own: &'m str, tag: &str) -> Option<&'m str> {
    let rest = own.strip_prefix(tag)?;
    if rest.is_empty() { Some(own) } else { rest.strip_prefix([':', '=']).filter(|value| !value.is_empty()) }
}
