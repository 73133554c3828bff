//! Places in JSON: `topics[0].partitions[1].errorCode`. Owns how they are written, found and listed.

use serde_json::Value as Json;

/// What stands at `path`, if anything.
pub(crate) fn get<'a>(json: &'a Json, path: &str) -> Option<&'a Json> {
    let mut at = json;
    for part in path.split('.').filter(|part| !part.is_empty()) {
        let (name, indices) = part.split_once('[').map_or((part, ""), |(name, rest)| (name, rest));
        at = at.get(name)?;
        for index in indices.split('[').filter(|index| !index.is_empty()) {
            at = at.get(index.strip_suffix(']')?.parse::<usize>().ok()?)?;
        }
    }
    Some(at)
}

/// As [`get`], to change it.
pub(crate) fn get_mut<'a>(json: &'a mut Json, path: &str) -> Option<&'a mut Json> {
    let mut at = json;
    for part in path.split('.').filter(|part| !part.is_empty()) {
        let (name, indices) = part.split_once('[').map_or((part, ""), |(name, rest)| (name, rest));
        at = at.get_mut(name)?;
        for index in indices.split('[').filter(|index| !index.is_empty()) {
            at = at.get_mut(index.strip_suffix(']')?.parse::<usize>().ok()?)?;
        }
    }
    Some(at)
}

/// The path of a member of what stands at `path`.
pub(crate) fn member(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

/// The path of an element of the list at `path`.
pub(crate) fn element(path: &str, index: usize) -> String {
    format!("{path}[{index}]")
}

/// The path without its indices: the same for every element of a list.
pub(crate) fn without_indices(path: &str) -> String {
    let mut out = String::new();
    let mut inside = false;
    for letter in path.chars() {
        match letter {
            '[' => inside = true,
            ']' => inside = false,
            _ if !inside => out.push(letter),
            _ => {}
        }
    }
    out
}

/// Every place of a scalar, an empty list or an empty object.
pub(crate) fn leaves(json: &Json) -> Vec<String> {
    let mut found = Vec::new();
    collect(json, String::new(), &mut found);
    found
}

fn collect(json: &Json, path: String, found: &mut Vec<String>) {
    match json {
        Json::Object(members) if !members.is_empty() => {
            for (name, value) in members {
                collect(value, member(&path, name), found);
            }
        }
        Json::Array(elements) if !elements.is_empty() => {
            for (index, value) in elements.iter().enumerate() {
                collect(value, element(&path, index), found);
            }
        }
        _ => found.push(path),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_place_is_found_as_it_is_listed() {
        let mut json = json!({"a": [{"b": 1}, {"b": [2, [3]]}], "c": {"d": null}, "e": []});
        let places = leaves(&json);
        assert_eq!(places, ["a[0].b", "a[1].b[0]", "a[1].b[1][0]", "c.d", "e"]);
        assert_eq!(get(&json, "a[1].b[1][0]"), Some(&json!(3)));
        for place in places {
            let found = get(&json, &place).cloned();
            assert_eq!(get_mut(&mut json, &place).cloned(), found);
            assert!(found.is_some(), "{place}");
        }
        assert_eq!(get(&json, "a[2].b"), None);
        assert_eq!(without_indices("a[1].b[1][0].c"), "a.b.c");
    }
}
