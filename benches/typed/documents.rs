//! The types that `typed` reads the data of `data.py` into.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
pub(crate) struct Twitter {
    statuses: Vec<Status>,
    search_metadata: SearchMetadata,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct SearchMetadata {
    completed_in: f64,
    max_id: u64,
    query: String,
    count: u32,
    since_id: u64,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct Metadata {
    result_type: String,
    iso_language_code: String,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct Status {
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
pub(crate) struct Entities {
    hashtags: Vec<Hashtag>,
    symbols: Vec<String>,
    urls: Vec<String>,
    user_mentions: Vec<Mention>,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct Hashtag {
    text: String,
    indices: [u32; 2],
}

#[derive(Serialize, Deserialize)]
pub(crate) struct Mention {
    id: u64,
    id_str: String,
    screen_name: String,
    name: String,
    indices: [u32; 2],
}

#[derive(Serialize, Deserialize)]
pub(crate) struct UserEntities {
    description: Urls,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct Urls {
    urls: Vec<String>,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct User {
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
pub(crate) struct Tweets {
    statuses: Vec<Tweet>,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct Tweet {
    id: u64,
    text: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Catalog {
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
pub(crate) struct Event {
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
pub(crate) struct Performance {
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
pub(crate) struct Price {
    amount: u32,
    audience_sub_category_id: u32,
    seat_category_id: u32,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SeatCategory {
    areas: Vec<Area>,
    seat_category_id: u32,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Area {
    area_id: u32,
    block_ids: Vec<u32>,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct Canada {
    #[serde(rename = "type")]
    kind: String,
    features: Vec<Feature>,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct Feature {
    #[serde(rename = "type")]
    kind: String,
    properties: BTreeMap<String, String>,
    geometry: Geometry,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct Geometry {
    #[serde(rename = "type")]
    kind: String,
    coordinates: Vec<Vec<[f64; 2]>>,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct Item {
    number: u32,
    name: String,
    price: f64,
    kind: String,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct Point {
    x: i64,
    y: i64,
    label: String,
}
