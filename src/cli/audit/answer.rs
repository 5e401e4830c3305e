//! Finds the tokens of a response and what the response says about them.

use serde_json::Value;

use super::exchange::Response;
use crate::inspect::tokens_in;

/// The names that endpoints and clients use for a channel, a uid, a role, a lifetime and an App ID.
pub(super) const CHANNEL: &[&str] =
    &["channelName", "channel", "channel_name", "roomName", "ChannelName", "room"];
pub(super) const UID: &[&str] =
    &["uid", "userId", "user_id", "userAccount", "agoraUid", "account", "username", "userString"];
pub(super) const ROLE: &[&str] = &["role"];
pub(super) const LIFETIME: &[&str] =
    &["expireTime", "expire", "expiry", "ttlSeconds", "expirationInSeconds", "expiresIn", "ttl"];
pub(super) const APP_ID: &[&str] = &["appId", "app_id", "appID", "appid"];

/// The facts of a response.
pub(super) struct Answer {
    /// Every text that is, or is in place of, a token; without duplicates.
    pub(super) tokens: Vec<String>,
    /// Whether a member for a token is there and empty.
    pub(super) empty_token: bool,
    pub(super) channel: Option<String>,
    pub(super) uid: Option<String>,
}

impl Answer {
    pub(super) fn read(response: &Response) -> Self {
        let mut answer = Self { tokens: Vec::new(), empty_token: false, channel: None, uid: None };
        let json: Option<Value> = serde_json::from_str(&response.body).ok();
        let mut named = Vec::new();
        if let Some(json) = &json {
            answer.empty_token = walk(json, &mut named);
            answer.channel = first(json, CHANNEL);
            answer.uid = first(json, UID);
        }
        // A text with the form of a token counts wherever it is; another text only in a member for tokens.
        let values = response.headers.values().filter_map(|value| value.to_str().ok());
        for text in values.chain([response.body.as_str()]) {
            answer.add(tokens_in(text).into_iter().map(|found| found.token));
        }
        if answer.tokens.is_empty() {
            answer.add(named.into_iter().filter(|text| looks_issued(text)));
        }
        if answer.tokens.is_empty() && json.is_none() && response.status.is_success() {
            let text = response.body.trim();
            answer.add(Some(text.to_owned()).filter(|text| looks_issued(text)));
        }
        answer
    }

    fn add(&mut self, tokens: impl IntoIterator<Item = String>) {
        for token in tokens {
            if !self.tokens.contains(&token) {
                self.tokens.push(token);
            }
        }
    }
}

/// Not prose, and too long for a flag.
fn looks_issued(text: &str) -> bool {
    text.len() >= 32 && !text.contains(char::is_whitespace)
}

/// Collects the members whose name is that of a token. Returns whether one of them is empty.
fn walk(value: &Value, named: &mut Vec<String>) -> bool {
    let mut empty = false;
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let is_token = name.to_ascii_lowercase().ends_with("token");
                match member {
                    Value::String(text) if is_token && !text.is_empty() => named.push(text.clone()),
                    Value::String(_) | Value::Null if is_token => empty = true,
                    other => empty |= walk(other, named),
                }
            }
        }
        Value::Array(list) => {
            for item in list {
                empty |= walk(item, named);
            }
        }
        _ => {}
    }
    empty
}

/// The first member of one of `names`, the outer ones first.
fn first(value: &Value, names: &[&str]) -> Option<String> {
    let Value::Object(members) = value else { return None };
    let here = names.iter().find_map(|name| match members.get(*name)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    });
    here.or_else(|| members.values().find_map(|member| first(member, names)))
}
