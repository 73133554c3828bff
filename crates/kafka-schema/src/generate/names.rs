//! Kafka's names as Rust's.

use crate::Type;

/// `topicId` and `TopicId` as `topic_id`.
pub fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    let mut after_small = false;
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && after_small {
            snake.push('_');
        }
        after_small = !letter.is_ascii_uppercase();
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}

/// A field's name in Rust.
pub fn field_name(name: &str) -> String {
    let snake = snake_case(name);
    match snake.as_str() {
        "type" | "match" | "enum" | "ref" | "move" | "use" | "final" => format!("r#{snake}"),
        _ => snake,
    }
}

/// The type of a value that is there.
pub fn rust_type(ty: &Type) -> String {
    match ty {
        Type::Bool => "bool".to_owned(),
        Type::Int8 => "i8".to_owned(),
        Type::Int16 => "i16".to_owned(),
        Type::Uint16 => "u16".to_owned(),
        Type::Int32 => "i32".to_owned(),
        Type::Uint32 => "u32".to_owned(),
        Type::Int64 => "i64".to_owned(),
        Type::Float64 => "f64".to_owned(),
        Type::Uuid => "Uuid".to_owned(),
        Type::String => "Str".to_owned(),
        Type::Bytes | Type::Records => "Bytes".to_owned(),
        Type::Array(element) => format!("Vec<{}>", rust_type(element)),
        Type::Struct(name) => name.clone(),
    }
}

/// Doc comment lines of at most some 110 columns; none for an empty text. Those of a list's item are indented.
pub fn doc(prefix: &str, text: &str) -> String {
    let indent = if text.starts_with("- ") { "  " } else { "" };
    let mut lines = String::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        if line.len() + word.len() > 104 {
            lines.push_str(&format!("{prefix} {line}\n"));
            line = indent.to_owned();
        } else if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    if !line.is_empty() {
        lines.push_str(&format!("{prefix} {line}\n"));
    }
    lines
}

/// What rustdoc would take for a link or for HTML is none.
pub fn escape(text: &str) -> String {
    text.replace('[', "\\[").replace(']', "\\]").replace('<', "\\<").replace('>', "\\>")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_split_where_a_capital_follows_a_small_letter() {
        for (name, snake) in [
            ("topicId", "topic_id"),
            ("TopicProduceData", "topic_produce_data"),
            ("KRaftVersionRecord", "kraft_version_record"),
            ("v3AndBelowTransactionalId", "v3_and_below_transactional_id"),
            ("isKRaftController", "is_kraft_controller"),
        ] {
            assert_eq!(snake_case(name), snake);
        }
        assert_eq!(field_name("match"), "r#match");
    }

    #[test]
    fn docs_are_wrapped_and_escaped() {
        assert_eq!(doc("///", ""), "");
        assert_eq!(doc("///", &escape("a [b]")), "/// a \\[b\\]\n");
        assert_eq!(doc("///", &"word ".repeat(40)).lines().count(), 2);
        assert!(doc("///", &"- word ".repeat(20)).contains("\n///   - word"));
    }
}
