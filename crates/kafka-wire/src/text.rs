//! [`Str`] and [`Uuid`]: what a frame holds as text and as an id.

use std::fmt;
use std::ops::Deref;

use bytes::Bytes;
use tidelog_model::TopicId;

/// UTF-8 text that is a slice of its frame: reading and cloning one copies nothing, and keeps the whole frame alive.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Str(Bytes);

impl Str {
    /// The text of no letters.
    pub const EMPTY: Str = Str(Bytes::new());

    /// Text that lives as long as the program, for constants.
    pub const fn from_static(text: &'static str) -> Self {
        Str(Bytes::from_static(text.as_bytes()))
    }

    /// The text that these bytes are; the bytes back if they are not UTF-8.
    pub fn from_utf8(bytes: Bytes) -> Result<Self, Bytes> {
        match std::str::from_utf8(&bytes) {
            Ok(_) => Ok(Str(bytes)),
            Err(_) => Err(bytes),
        }
    }

    /// The text itself.
    pub fn as_str(&self) -> &str {
        // SAFETY: every constructor checked or was handed UTF-8, and `Bytes` cannot change.
        unsafe { std::str::from_utf8_unchecked(&self.0) }
    }

    /// A text of its own, which does not keep the frame alive: for what outlives the request.
    pub fn to_detached(&self) -> Str {
        Str(Bytes::copy_from_slice(&self.0))
    }

    /// The bytes of the text.
    pub fn into_bytes(self) -> Bytes {
        self.0
    }
}

impl Deref for Str {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl AsRef<str> for Str {
    fn as_ref(&self) -> &str {
        self
    }
}

impl std::borrow::Borrow<str> for Str {
    fn borrow(&self) -> &str {
        self
    }
}

impl From<&'static str> for Str {
    fn from(text: &'static str) -> Self {
        Str::from_static(text)
    }
}

impl From<String> for Str {
    fn from(text: String) -> Self {
        Str(Bytes::from(text))
    }
}

impl PartialEq<str> for Str {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for Str {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

impl fmt::Debug for Str {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl fmt::Display for Str {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.as_str(), f)
    }
}

/// 128 bits that name something: a topic (KIP-516), a directory (KIP-858), a member, a client instance (KIP-714). Written
/// as Kafka writes them, 22 characters of base64url.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Uuid(pub u128);

impl Uuid {
    /// "No id": what a field holds that is not set.
    pub const ZERO: Uuid = Uuid(0);
}

impl From<TopicId> for Uuid {
    fn from(id: TopicId) -> Self {
        Uuid(id.0)
    }
}

impl From<Uuid> for TopicId {
    fn from(id: Uuid) -> Self {
        TopicId(id.0)
    }
}

impl fmt::Debug for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&TopicId(self.0), f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_orders_hashes_and_compares_as_str_does() {
        use std::collections::BTreeMap;
        let names: BTreeMap<Str, i32> = [(Str::from("b"), 2), (Str::from("a".to_owned()), 1)].into();
        assert_eq!(names.get("a"), Some(&1));
        assert_eq!(names.keys().map(Str::as_str).collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(Str::from("a"), "a");
        assert_ne!(&Str::from("a"), "b");
        assert_eq!(format!("{:?} {}", Str::from("a\"b"), Str::from("ü")), r#""a\"b" ü"#);
    }

    #[test]
    fn bytes_that_are_no_utf8_are_given_back() {
        assert_eq!(Str::from_utf8(Bytes::from_static(b"\xff")), Err(Bytes::from_static(b"\xff")));
    }

    #[test]
    fn a_topic_id_is_a_uuid() {
        let id = TopicId(7);
        assert_eq!(Uuid::from(id), Uuid(7));
        assert_eq!(TopicId::from(Uuid(7)), id);
        assert_eq!(Uuid(1).to_string(), "AAAAAAAAAAAAAAAAAAAAAQ");
    }
}
