//! Topic names: what Kafka allows, and which two names are too alike.

/// The longest topic name, in bytes: a partition's directory is named after it, and file names end at 255.
pub const TOPIC_NAME_MAX_BYTES: usize = 249;

/// The internal topic that holds cluster metadata. No client creates, deletes or alters it.
pub const CLUSTER_METADATA_TOPIC: &str = "__cluster_metadata";

/// Topics that brokers keep for themselves: clients read them, and only brokers write to them.
const INTERNAL_TOPICS: [&str; 4] =
    [CLUSTER_METADATA_TOPIC, "__consumer_offsets", "__share_group_state", "__transaction_state"];

/// Why a text is not a topic name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TopicNameError {
    /// Nothing at all.
    #[error(
        "a topic name must not be empty: give 1 to {TOPIC_NAME_MAX_BYTES} of a-z, A-Z, 0-9, '.', '_' and '-'"
    )]
    Empty,
    /// `.` or `..`, which name directories.
    #[error("'{name}' is not a topic name because directories are called so: add another character")]
    Dots {
        /// The text.
        name: String,
    },
    /// Longer than [`TOPIC_NAME_MAX_BYTES`].
    #[error(
        "a topic name has at most {TOPIC_NAME_MAX_BYTES} bytes, and this one has {length_bytes}: shorten it"
    )]
    TooLong {
        /// The text.
        name: String,
        /// How long it is, in bytes.
        length_bytes: usize,
    },
    /// Something other than ASCII letters and digits, `.`, `_` and `-`.
    #[error(
        "'{name}' is not a topic name because of {character:?}: use only a-z, A-Z, 0-9, '.', '_' and '-' in it"
    )]
    IllegalCharacter {
        /// The text, at most [`TOPIC_NAME_MAX_BYTES`] long.
        name: String,
        /// The first character that is not allowed.
        character: char,
    },
}

/// Whether `name` may name a topic.
pub fn check_topic_name(name: &str) -> Result<(), TopicNameError> {
    if name.is_empty() {
        return Err(TopicNameError::Empty);
    }
    if name == "." || name == ".." {
        return Err(TopicNameError::Dots { name: name.to_owned() });
    }
    if name.len() > TOPIC_NAME_MAX_BYTES {
        return Err(TopicNameError::TooLong { name: name.to_owned(), length_bytes: name.len() });
    }
    let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    match name.chars().find(|&c| !legal(c)) {
        Some(character) => Err(TopicNameError::IllegalCharacter { name: name.to_owned(), character }),
        None => Ok(()),
    }
}

/// Whether brokers keep this topic for themselves.
pub fn is_internal(name: &str) -> bool {
    INTERNAL_TOPICS.contains(&name)
}

/// What `.` and `_` make of a name in metrics, where both become `_`: two topics must not share it. `None` for a name
/// without either, which can collide with nothing but itself.
pub(crate) fn metric_name(name: &str) -> Option<String> {
    name.contains(['.', '_']).then(|| name.replace('.', "_"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_judged_as_kafka_judges_them() {
        for name in ["a", "...", "A-z_0.9", "-", "_", &"x".repeat(249)] {
            assert_eq!(check_topic_name(name), Ok(()), "{name}");
        }
        assert_eq!(check_topic_name(""), Err(TopicNameError::Empty));
        assert_eq!(check_topic_name(".."), Err(TopicNameError::Dots { name: "..".into() }));
        let name = "x".repeat(250);
        assert_eq!(check_topic_name(&name), Err(TopicNameError::TooLong { name, length_bytes: 250 }));
        for (name, character) in [("a b", ' '), ("ä", 'ä'), ("a/b", '/'), ("a\0", '\0')] {
            let expected = TopicNameError::IllegalCharacter { name: name.into(), character };
            assert_eq!(check_topic_name(name), Err(expected));
        }
    }

    #[test]
    fn an_error_says_what_to_do() {
        assert_eq!(
            check_topic_name("a b").unwrap_err().to_string(),
            "'a b' is not a topic name because of ' ': use only a-z, A-Z, 0-9, '.', '_' and '-' in it"
        );
    }

    #[test]
    fn only_names_with_a_dot_or_an_underscore_can_collide() {
        assert_eq!(metric_name("a.b"), metric_name("a_b"));
        assert_eq!(metric_name("a-b"), None);
    }
}
