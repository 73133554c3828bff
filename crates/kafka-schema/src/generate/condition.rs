//! Version ranges as Rust conditions.

use crate::Versions;

/// When something holds, among the versions that its message has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    Always,
    Never,
    /// Two expressions over `version`: it holds, it does not.
    When(String, String),
}

/// When `versions` holds, in a message that has the versions `all`.
pub fn condition(versions: Versions, all: Versions) -> Condition {
    let (first, last) = all.iter().into_inner();
    let highest = versions.highest.unwrap_or(last).min(last);
    let lowest = versions.lowest.max(first);
    if lowest > highest {
        return Condition::Never;
    }
    let (holds, fails) = match (lowest == first, highest == last) {
        (true, true) => return Condition::Always,
        (false, true) => (format!("version >= {lowest}"), format!("version < {lowest}")),
        (true, false) => (format!("version <= {highest}"), format!("version > {highest}")),
        (false, false) if lowest == highest => {
            (format!("version == {lowest}"), format!("version != {lowest}"))
        }
        (false, false) => {
            let holds = format!("({lowest}..={highest}).contains(&version)");
            (holds.clone(), format!("!{holds}"))
        }
    };
    Condition::When(holds, fails)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_says_only_what_the_messages_versions_leave_open() {
        let all = Versions { lowest: 3, highest: Some(13) };
        let of = |lowest, highest| condition(Versions { lowest, highest }, all);
        let when = |holds: &str, fails: &str| Condition::When(holds.to_owned(), fails.to_owned());
        assert_eq!(of(0, None), Condition::Always);
        assert_eq!(of(3, Some(13)), Condition::Always);
        assert_eq!(of(0, Some(2)), Condition::Never);
        assert_eq!(of(0, Some(12)), when("version <= 12", "version > 12"));
        assert_eq!(of(9, None), when("version >= 9", "version < 9"));
        assert_eq!(of(13, None), when("version >= 13", "version < 13"));
        assert_eq!(of(5, Some(5)), when("version == 5", "version != 5"));
        assert_eq!(of(5, Some(8)), when("(5..=8).contains(&version)", "!(5..=8).contains(&version)"));
    }
}
