//! Names in scenarios: `"$name"` is a value, `"a ${name} b"` a text with one inside, and `~` at the start of a text stands
//! for the scenario's own prefix, so that no two scenarios share a topic. A value may use names itself; the innermost wins.

use serde_json::{Map, Value as Json};

/// How deep values may name one another: deeper is a circle.
const MAX_DEPTH: usize = 32;

/// Why a name has no value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScopeError {
    /// Nobody gave it one.
    #[error("${0} has no value here")]
    Unknown(String),
    /// It names itself, over one corner or several.
    #[error("${0} names itself")]
    Circle(String),
}

/// The names that a step knows.
#[derive(Clone, Debug)]
pub(crate) struct Scope<'a> {
    /// What `~` stands for: `produce-acks-`, or itself in what is written down.
    pub(crate) prefix: &'a str,
    /// Innermost first.
    pub(crate) layers: Vec<&'a Map<String, Json>>,
}

impl Scope<'_> {
    /// `json` without names.
    pub(crate) fn resolve(&self, json: &Json) -> Result<Json, ScopeError> {
        self.value(json, 0)
    }

    fn value(&self, json: &Json, depth: usize) -> Result<Json, ScopeError> {
        match json {
            Json::String(text) => match text.strip_prefix('$') {
                Some(name) if !name.starts_with('{') => self.named(name, depth),
                _ => self.text(text, depth).map(Json::from),
            },
            Json::Array(elements) => elements.iter().map(|element| self.value(element, depth)).collect(),
            Json::Object(members) => members
                .iter()
                .map(|(name, member)| Ok((name.clone(), self.value(member, depth)?)))
                .collect::<Result<Map<_, _>, _>>()
                .map(Json::Object),
            scalar => Ok(scalar.clone()),
        }
    }

    fn named(&self, name: &str, depth: usize) -> Result<Json, ScopeError> {
        if depth == MAX_DEPTH {
            return Err(ScopeError::Circle(name.to_owned()));
        }
        let found = self.layers.iter().find_map(|layer| layer.get(name));
        self.value(found.ok_or_else(|| ScopeError::Unknown(name.to_owned()))?, depth + 1)
    }

    fn text(&self, text: &str, depth: usize) -> Result<String, ScopeError> {
        let mut out = String::new();
        let mut rest = text;
        if let Some(own) = text.strip_prefix('~') {
            out.push_str(self.prefix);
            rest = own;
        }
        while let Some((before, after)) = rest.split_once("${") {
            let (name, behind) = after.split_once('}').unwrap_or((after, ""));
            out.push_str(before);
            match self.named(name, depth)? {
                Json::String(text) => out.push_str(&text),
                other => out.push_str(&other.to_string()),
            }
            rest = behind;
        }
        out.push_str(rest);
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_innermost_value_of_a_name_wins_and_may_use_names_itself() {
        let inner = json!({"acks": 0, "version": 7});
        let outer = json!({"acks": 1, "whole": {"acks": "$acks", "name": "~t-${version}"}, "me": "$me"});
        let scope = Scope {
            prefix: "produce-a-",
            layers: vec![inner.as_object().expect("an object"), outer.as_object().expect("an object")],
        };
        assert_eq!(
            scope.resolve(&json!(["$whole", "$acks", "a$"])),
            Ok(json!([{"acks": 0, "name": "produce-a-t-7"}, 0, "a$"]))
        );
        assert_eq!(scope.resolve(&json!("$none")), Err(ScopeError::Unknown("none".to_owned())));
        assert_eq!(scope.resolve(&json!("$me")), Err(ScopeError::Circle("me".to_owned())));
    }
}
