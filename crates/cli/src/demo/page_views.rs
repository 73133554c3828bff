//! Page views of a shop that does not exist: as real ones look, without end, and the same for the same seed.
//!
//! Pure. What must stay true: the events depend on nothing but the seed, so that a run can be repeated anywhere.

use std::io::Write;

/// How many users there are. Few of them do much, many do little.
const USERS: u64 = 100_000;
/// 2026-01-05, 00:00 UTC: when the first page is viewed.
const FIRST_TIME_MS: u64 = 1_767_571_200_000;

const SECTIONS: [&str; 6] = ["products", "products", "products", "categories", "guides", "search"];
const PAGES: [&str; 16] = [
    "trail-shoes",
    "rain-jacket",
    "tent-2-person",
    "sleeping-bag",
    "headlamp",
    "stove",
    "water-filter",
    "compass",
    "hiking-poles",
    "schlafsäcke",
    "sacs-à-dos",
    "çadırlar",
    "寝袋",
    "dry-bag",
    "first-aid-kit",
    "map-case",
];
const REFERRERS: [&str; 8] = [
    "",
    "",
    "https://www.google.com/",
    "https://www.google.com/",
    "https://duckduckgo.com/",
    "https://news.ycombinator.com/",
    "https://www.instagram.com/",
    "https://newsletter.example/week-2",
];
const COUNTRIES: [&str; 16] =
    ["US", "US", "US", "DE", "DE", "FR", "GB", "IN", "IN", "BR", "JP", "TR", "NL", "PL", "ES", "CA"];
const DEVICES: [&str; 8] = ["phone", "phone", "phone", "phone", "desktop", "desktop", "desktop", "tablet"];

/// The stream of events.
#[derive(Debug)]
pub struct PageViews {
    random: Random,
    time_ms: u64,
}

impl PageViews {
    /// The stream that belongs to a seed.
    pub fn new(seed: u64) -> Self {
        PageViews { random: Random(seed), time_ms: FIRST_TIME_MS }
    }

    /// Writes the next event, a JSON object on one line, and the user's id, its key.
    pub fn next(&mut self, line: &mut Vec<u8>, key: &mut Vec<u8>) {
        let random = &mut self.random;
        self.time_ms += random.below(5);
        // The square makes low numbers frequent.
        let share = random.below(1 << 32);
        let user = (((share * share) >> 32) * USERS) >> 32;
        // A user stays in one country, and with one device.
        let user_traits = Random(user).next();
        let country = COUNTRIES[(user_traits % 16) as usize];
        let device = DEVICES[(user_traits >> 8) as usize % 8];
        let section = pick(&SECTIONS, random);
        let page = pick(&PAGES, random);
        let variant = random.below(40);
        let referrer = pick(&REFERRERS, random);
        let status = if random.below(100) == 0 { 404 } else { 200 };
        // A product of two: mostly short, sometimes long.
        let duration_ms = 40 + random.below(300) * random.below(300);
        let time_ms = self.time_ms;
        line.clear();
        key.clear();
        write(key, format_args!("user-{user:05}"));
        write(
            line,
            format_args!(
                r#"{{"time_ms":{time_ms},"user":"user-{user:05}","url":"/{section}/{page}/{variant}","#
            ),
        );
        write(
            line,
            format_args!(
                r#""referrer":"{referrer}","country":"{country}","device":"{device}","status":{status},"duration_ms":{duration_ms}}}"#
            ),
        );
    }
}

fn pick(choices: &[&'static str], random: &mut Random) -> &'static str {
    choices[random.below(choices.len() as u64) as usize]
}

fn write(out: &mut Vec<u8>, text: std::fmt::Arguments<'_>) {
    // Writing to memory does not fail.
    let _ = out.write_fmt(text);
}

/// SplitMix64 (Steele, Lea, Flood 2014).
#[derive(Debug)]
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Below a bound of at most 2³².
    fn below(&mut self, bound: u64) -> u64 {
        ((self.next() >> 32) * bound) >> 32
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn first(seed: u64, count: usize) -> Vec<(String, String)> {
        let mut views = PageViews::new(seed);
        let (mut line, mut key) = (Vec::new(), Vec::new());
        let mut next = || {
            views.next(&mut line, &mut key);
            (String::from_utf8(line.clone()).expect("UTF-8"), String::from_utf8(key.clone()).expect("UTF-8"))
        };
        (0..count).map(|_| next()).collect()
    }

    #[test]
    fn a_seed_gives_the_same_events_for_ever() {
        let (line, key) = &first(1, 1)[0];
        assert_eq!(key, "user-55619");
        assert_eq!(
            line,
            r#"{"time_ms":1767571200002,"user":"user-55619","url":"/search/compass/17","referrer":"https://www.instagram.com/","country":"US","device":"tablet","status":200,"duration_ms":13300}"#
        );
    }

    #[test]
    fn every_event_is_a_json_object_whose_user_is_the_key() {
        for (line, key) in first(7, 1000) {
            let event: serde_json::Value = serde_json::from_str(&line).expect("JSON");
            assert_eq!(event["user"], key.as_str());
            assert!(event["duration_ms"].as_u64().is_some_and(|duration_ms| duration_ms >= 40));
        }
    }

    #[test]
    fn some_users_come_often_and_many_come_once() {
        let events = first(7, 20_000);
        let users: BTreeSet<&String> = events.iter().map(|(_, key)| key).collect();
        assert!((10_000..19_000).contains(&users.len()), "{} users", users.len());
        let busiest = events.iter().filter(|(_, key)| key == "user-00000").count();
        assert!(busiest > 30, "{busiest} views");
    }
}
