//! Reads `{"Response": {…}}` in one pass: the members of the answer go to the answer's own type, those of a refusal are
//! kept aside.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::StringDeserializer;
use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, IgnoredAny, IntoDeserializer, MapAccess, Visitor};
use serde::forward_to_deserialize_any;

use super::Head;

/// The envelope of an answer of type `T`.
pub(super) struct Outer<'h, T> {
    pub head: &'h mut Head,
    pub answer: PhantomData<T>,
}

impl<'de, T: DeserializeOwned> DeserializeSeed<'de> for Outer<'_, T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, T: DeserializeOwned> Visitor<'de> for Outer<'_, T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with the member Response")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<T, A::Error> {
        let mut answer = None;
        while let Some(name) = members.next_key::<String>()? {
            if name == "Response" {
                answer = Some(members.next_value_seed(Inner { head: &mut *self.head, answer: PhantomData })?);
            } else {
                members.next_value::<IgnoredAny>()?;
            }
        }
        answer.ok_or_else(|| serde::de::Error::missing_field("Response"))
    }
}

/// What stands behind `Response`.
struct Inner<'h, T> {
    head: &'h mut Head,
    answer: PhantomData<T>,
}

impl<'de, T: DeserializeOwned> DeserializeSeed<'de> for Inner<'_, T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, T: DeserializeOwned> Visitor<'de> for Inner<'_, T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an answer")
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<T, A::Error> {
        T::deserialize(Members { members, head: self.head, request_id: None })
    }
}

/// The members of an answer without those of a refusal; the id of the request goes to both.
struct Members<'h, A> {
    members: A,
    head: &'h mut Head,
    /// The id, between its name and its value.
    request_id: Option<String>,
}

impl<'de, A: MapAccess<'de>> Deserializer<'de> for Members<'_, A> {
    type Error = A::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, A::Error> {
        visitor.visit_map(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Members<'_, A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error> {
        while let Some(name) = self.members.next_key::<String>()? {
            match name.as_str() {
                "Error" => {
                    self.head.error = self.members.next_value()?;
                    continue;
                }
                "RequestId" => {
                    self.head.request_id = self.members.next_value()?;
                    self.request_id = self.head.request_id.clone();
                    if self.request_id.is_none() {
                        continue;
                    }
                }
                _ => {}
            }
            let name: StringDeserializer<A::Error> = name.into_deserializer();
            return seed.deserialize(name).map(Some);
        }
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        match self.request_id.take() {
            Some(request_id) => {
                let value: StringDeserializer<A::Error> = request_id.into_deserializer();
                seed.deserialize(value)
            }
            None => self.members.next_value_seed(seed),
        }
    }
}
