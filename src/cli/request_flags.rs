//! The fields of a `POST /token` request as flags.

use clap::Args;
use serde_json::{Map, Value, json};

use crate::request::TokenKind;

#[derive(Args)]
pub(super) struct RequestFlags {
    #[arg(long, value_name = "TYPE", help = TokenKind::ALL.map(TokenKind::name).join(", "))]
    token_type: Option<String>,
    /// Channel
    #[arg(long)]
    channel: Option<String>,
    /// Role: publisher or subscriber; an integer for apaas-room-user
    #[arg(long)]
    role: Option<String>,
    /// Uid or user account; 0 is the wildcard
    #[arg(long)]
    uid: Option<String>,
    /// Lifetime of the token (3600)
    #[arg(long, value_name = "SECONDS", default_value_t = 3600, hide_default_value = true)]
    expire_time: u32,
    /// Lifetime of its privileges (the token's)
    #[arg(long, value_name = "SECONDS")]
    privilege_expire_time: Option<u32>,
    /// Add Signaling to the token, for the uid or for USER
    #[arg(long, value_name = "USER", num_args = 0..=1, default_missing_value = "")]
    rtm: Option<String>,
    /// Add Chat to the token, for the uid or for USER
    #[arg(long, value_name = "USER", num_args = 0..=1, default_missing_value = "")]
    chat: Option<String>,
    /// Room of an apaas-room-user token
    #[arg(long)]
    room_uuid: Option<String>,
    /// User of an apaas-room-user or apaas-user token
    #[arg(long)]
    user_uuid: Option<String>,
    /// Token format: 007 or 006 (007)
    #[arg(long)]
    version: Option<String>,
    /// JSON body of `POST /token`, instead of the other flags
    #[arg(long, value_name = "JSON", conflicts_with_all = [
        "token_type", "channel", "role", "uid", "expire_time", "privilege_expire_time", "rtm", "chat", "room_uuid",
        "user_uuid", "version",
    ])]
    body: Option<String>,
}

impl RequestFlags {
    /// The JSON body. Its parser checks the values.
    pub(super) fn body(&self) -> String {
        self.body.clone().unwrap_or_else(|| self.request().to_string())
    }

    fn request(&self) -> Value {
        let mut body = Map::new();
        let mut put = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                body.insert(name.to_owned(), value);
            }
        };
        let text = |text: &Option<String>| text.clone().map(Value::from);
        put("tokenType", text(&self.token_type));
        put("channel", text(&self.channel));
        // A number is a Flexible Classroom role; the parser checks everything else.
        let role = self.role.as_ref();
        put("role", role.map(|role| role.parse::<i64>().map_or_else(|_| json!(role), Value::from)));
        put("uid", text(&self.uid));
        put("expireTime", Some(self.expire_time.into()));
        put("privilegeExpireTime", self.privilege_expire_time.map(Value::from));
        let as_user = |id: &String| if id.is_empty() { json!(true) } else { json!({ "userId": id }) };
        put("rtm", self.rtm.as_ref().map(as_user));
        put("chat", self.chat.as_ref().map(as_user));
        put("roomUuid", text(&self.room_uuid));
        put("userUuid", text(&self.user_uuid));
        put("version", text(&self.version));
        Value::Object(body)
    }
}
