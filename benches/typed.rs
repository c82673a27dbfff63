//! Times reading into Rust types and writing them, beside serde-pickle on the same pickles and serde_json on the JSON of the same values.
//!
//! ```text
//! cargo bench --bench typed                       all data, 5 rounds
//! cargo bench --bench typed -- twitter ints       only the sets whose names contain one of these
//! cargo bench --bench typed -- --rounds 11        more rounds, when the machine is busy
//! cargo bench --bench typed -- --ours             no peers
//! ```
//!
//! The data is that of `compare`. In every round each side is timed in turn for some 40 ms; what is printed are medians, of the ratios too. Rates are in
//! bytes of the pickle for all sides, whatever they read. The drop of the value is within the time.

use std::collections::{BTreeMap, HashMap};
use std::hint::black_box;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use cloudpickle::de;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Serialize};

/// How long one side is timed in one round, in seconds.
const TURN: f64 = 0.04;

#[derive(Serialize, Deserialize)]
struct Twitter {
    statuses: Vec<Status>,
    search_metadata: SearchMetadata,
}

#[derive(Serialize, Deserialize)]
struct SearchMetadata {
    completed_in: f64,
    max_id: u64,
    query: String,
    count: u32,
    since_id: u64,
}

#[derive(Serialize, Deserialize)]
struct Metadata {
    result_type: String,
    iso_language_code: String,
}

#[derive(Serialize, Deserialize)]
struct Status {
    metadata: Metadata,
    created_at: String,
    id: u64,
    id_str: String,
    text: String,
    source: String,
    truncated: bool,
    in_reply_to_status_id: Option<u64>,
    in_reply_to_status_id_str: Option<String>,
    in_reply_to_user_id: Option<u64>,
    in_reply_to_user_id_str: Option<String>,
    in_reply_to_screen_name: Option<String>,
    user: User,
    geo: Option<String>,
    coordinates: Option<String>,
    place: Option<String>,
    contributors: Option<String>,
    retweet_count: u32,
    favorite_count: u32,
    entities: Entities,
    favorited: bool,
    retweeted: bool,
    lang: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    retweeted_status: Option<Box<Status>>,
}

#[derive(Serialize, Deserialize)]
struct Entities {
    hashtags: Vec<Hashtag>,
    symbols: Vec<String>,
    urls: Vec<String>,
    user_mentions: Vec<Mention>,
}

#[derive(Serialize, Deserialize)]
struct Hashtag {
    text: String,
    indices: [u32; 2],
}

#[derive(Serialize, Deserialize)]
struct Mention {
    id: u64,
    id_str: String,
    screen_name: String,
    name: String,
    indices: [u32; 2],
}

#[derive(Serialize, Deserialize)]
struct UserEntities {
    description: Urls,
}

#[derive(Serialize, Deserialize)]
struct Urls {
    urls: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct User {
    id: u64,
    id_str: String,
    name: String,
    screen_name: String,
    location: String,
    description: String,
    url: Option<String>,
    entities: UserEntities,
    protected: bool,
    followers_count: u32,
    friends_count: u32,
    listed_count: u32,
    created_at: String,
    favourites_count: u32,
    utc_offset: Option<i32>,
    time_zone: Option<String>,
    geo_enabled: bool,
    verified: bool,
    statuses_count: u32,
    lang: String,
    contributors_enabled: bool,
    is_translator: bool,
    is_translation_enabled: bool,
    profile_background_color: String,
    profile_background_image_url: String,
    profile_background_image_url_https: String,
    profile_background_tile: bool,
    profile_image_url: String,
    profile_image_url_https: String,
    profile_banner_url: String,
    profile_link_color: String,
    profile_sidebar_border_color: String,
    profile_sidebar_fill_color: String,
    profile_text_color: String,
    profile_use_background_image: bool,
    default_profile: bool,
    default_profile_image: bool,
    following: bool,
    follow_request_sent: bool,
    notifications: bool,
}

/// Only what a reader of tweets needs: the rest is skipped.
#[derive(Serialize, Deserialize)]
struct Tweets {
    statuses: Vec<Tweet>,
}

#[derive(Serialize, Deserialize)]
struct Tweet {
    id: u64,
    text: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Catalog {
    area_names: BTreeMap<String, String>,
    audience_sub_category_names: BTreeMap<String, String>,
    block_names: BTreeMap<String, String>,
    events: BTreeMap<String, Event>,
    performances: Vec<Performance>,
    seat_category_names: BTreeMap<String, String>,
    sub_topic_names: BTreeMap<String, String>,
    subject_names: BTreeMap<String, String>,
    topic_names: BTreeMap<String, String>,
    topic_sub_topics: BTreeMap<String, Vec<u32>>,
    venue_names: BTreeMap<String, String>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    description: Option<String>,
    id: u32,
    logo: Option<String>,
    name: String,
    sub_topic_ids: Vec<u32>,
    subject_code: Option<String>,
    subtitle: Option<String>,
    topic_ids: Vec<u32>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Performance {
    event_id: u32,
    id: u32,
    logo: Option<String>,
    name: Option<String>,
    prices: Vec<Price>,
    seat_categories: Vec<SeatCategory>,
    seat_map_image: Option<String>,
    start: u64,
    venue_code: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Price {
    amount: u32,
    audience_sub_category_id: u32,
    seat_category_id: u32,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct SeatCategory {
    areas: Vec<Area>,
    seat_category_id: u32,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Area {
    area_id: u32,
    block_ids: Vec<u32>,
}

#[derive(Serialize, Deserialize)]
struct Canada {
    #[serde(rename = "type")]
    kind: String,
    features: Vec<Feature>,
}

#[derive(Serialize, Deserialize)]
struct Feature {
    #[serde(rename = "type")]
    kind: String,
    properties: BTreeMap<String, String>,
    geometry: Geometry,
}

#[derive(Serialize, Deserialize)]
struct Geometry {
    #[serde(rename = "type")]
    kind: String,
    coordinates: Vec<Vec<[f64; 2]>>,
}

#[derive(Serialize, Deserialize)]
struct Item {
    number: u32,
    name: String,
    price: f64,
    kind: String,
}

#[derive(Serialize, Deserialize)]
struct Point {
    x: i64,
    y: i64,
    label: String,
}

/// Any document, as serde_json has it.
type Any = serde_json::Value;

struct Arguments {
    rounds: usize,
    ours: bool,
    names: Vec<String>,
}

fn main() {
    let mut arguments = Arguments { rounds: 5, ours: false, names: Vec::new() };
    let mut given = std::env::args().skip(1);
    while let Some(argument) = given.next() {
        match argument.as_str() {
            "--bench" => {}
            "--rounds" => arguments.rounds = given.next().and_then(|n| n.parse().ok()).expect("--rounds wants a number"),
            "--ours" => arguments.ours = true,
            name if !name.starts_with('-') => arguments.names.push(name.to_owned()),
            unknown => panic!("{unknown} is not known; see the head of benches/typed.rs"),
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let directory = root.join("target/bench-data");
    std::fs::create_dir_all(&directory).expect("a directory for the data can be made");
    let made = Command::new("python3").arg(root.join("benches/data.py")).arg(&directory).status();
    assert!(made.is_ok_and(|status| status.success()), "data.py makes the data; it needs a python3");
    println!(
        "{:<14} {:>6} | {:>11} {:>9} {:>6} {:>9} {:>6} {:>9} {:>6} | {:>11} {:>8} {:>6} {:>8} {:>6}",
        "data", "MB", "read MB/s", "by heap", "x", "serde-p", "x", "json", "x", "write MB/s", "serde-p", "x", "json", "x"
    );
    let run = Run { directory: &directory, arguments: &arguments };
    run.set::<Twitter>("twitter", "twitter");
    run.set::<Tweets>("twitter: few", "twitter");
    run.set::<Any>("twitter: any", "twitter");
    run.set::<Catalog>("citm_catalog", "citm_catalog");
    run.set::<Any>("citm: any", "citm_catalog");
    run.set::<Canada>("canada", "canada");
    run.set::<Any>("canada: any", "canada");
    run.set::<Vec<i64>>("ints", "ints");
    run.set::<Vec<f64>>("floats", "floats");
    run.set::<Vec<String>>("strings", "strings");
    run.set::<HashMap<String, u32>>("dict", "dict");
    run.set::<Vec<(u32, String, bool)>>("tuples", "tuples");
    run.set::<Vec<Item>>("dataclasses", "dataclasses");
    run.set::<Vec<Point>>("namedtuples", "namedtuples");
    run.skip("twitter: skip", "twitter");
}

struct Run<'r> {
    directory: &'r Path,
    arguments: &'r Arguments,
}

impl Run<'_> {
    fn read(&self, name: &str, file: &str) -> Option<Vec<u8>> {
        let names = &self.arguments.names;
        let wanted = names.is_empty() || names.iter().any(|part| name.contains(part.as_str()));
        wanted.then(|| std::fs::read(self.directory.join(file).with_extension("pkl")).ok()).flatten()
    }

    fn set<T: Serialize + DeserializeOwned>(&self, name: &str, file: &str) {
        let Some(input) = self.read(name, file) else { return };
        let value: T = cloudpickle::from_slice(&input).expect("the data is of this type");
        let direct = de::Options::new().direct_only(true).from_slice::<T>(&input).is_ok();
        let json = serde_json::to_string(&value).expect("the data is JSON too");
        let peers = !self.arguments.ours;
        let foreign = peers && serde_pickle::from_slice::<T>(&input, Default::default()).is_ok();
        let [mut ours, mut by_heap, mut theirs, mut of_json, mut write, mut their_write, mut json_write] =
            <[Vec<f64>; 7]>::default();
        let heap = de::Options::new().heap_only(true);
        for _ in 0..self.arguments.rounds {
            ours.push(time(|| cloudpickle::from_slice::<T>(&input)));
            by_heap.push(time(|| heap.from_slice::<T>(&input)));
            write.push(time(|| cloudpickle::to_vec(&value)));
            if peers {
                of_json.push(time(|| serde_json::from_str::<T>(&json)));
                json_write.push(time(|| serde_json::to_vec(&value)));
                their_write.push(time(|| serde_pickle::to_vec(&value, Default::default())));
            }
            if foreign {
                theirs.push(time(|| serde_pickle::from_slice::<T>(&input, Default::default())));
            }
        }
        let megabytes = input.len() as f64 / 1e6;
        println!(
            "{name:<14} {megabytes:>6.2} | {}{}{}{}{}{}{}{} |{}{}{}{}{}",
            rate(megabytes, &ours, 10),
            if direct { ' ' } else { '*' },
            rate(megabytes, &by_heap, 10),
            ratio(&by_heap, &ours),
            rate(megabytes, &theirs, 10),
            ratio(&theirs, &ours),
            rate(megabytes, &of_json, 10),
            ratio(&of_json, &ours),
            rate(megabytes, &write, 12),
            rate(megabytes, &their_write, 9),
            ratio(&their_write, &write),
            rate(megabytes, &json_write, 9),
            ratio(&json_write, &write),
        );
        if !direct {
            println!("{:<14} * by way of a heap", "");
        }
    }

    /// What nobody wants.
    fn skip(&self, name: &str, file: &str) {
        let Some(input) = self.read(name, file) else { return };
        let seconds: Vec<f64> =
            (0..self.arguments.rounds).map(|_| time(|| cloudpickle::from_slice::<IgnoredAny>(&input))).collect();
        let megabytes = input.len() as f64 / 1e6;
        println!("{name:<14} {megabytes:>6.2} | {}", rate(megabytes, &seconds, 10));
    }
}

/// Seconds per call, one call first to warm up.
fn time<R>(mut call: impl FnMut() -> R) -> f64 {
    let start = Instant::now();
    drop(black_box(call()));
    let calls = ((TURN / start.elapsed().as_secs_f64()) as usize).clamp(1, 100_000);
    let start = Instant::now();
    for _ in 0..calls {
        drop(black_box(call()));
    }
    start.elapsed().as_secs_f64() / calls as f64
}

fn median(figures: &[f64]) -> Option<f64> {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied()
}

fn rate(megabytes: f64, seconds: &[f64], width: usize) -> String {
    median(seconds).map_or_else(|| format!("{:>width$}", "-"), |seconds| format!("{:>width$.0}", megabytes / seconds))
}

fn ratio(theirs: &[f64], ours: &[f64]) -> String {
    let ratios: Vec<f64> = theirs.iter().zip(ours).map(|(a, b)| a / b).collect();
    median(&ratios).map_or_else(|| format!("{:>7}", "-"), |ratio| format!("{ratio:>7.2}"))
}
