//! Printing a token, for scripts and tests.

use std::process::ExitCode;

use clap::Args;
use serde_json::{Map, Value, json};

use super::failure::Failure;
use super::project::project;
use crate::adapter::host;
use crate::api::answer::token::Issued;
use crate::api::token_request;
use crate::auth::Caller;
use crate::policy::Policy;

/// The flags are the fields of `POST /token`, and are checked as they are. What needs more than
/// flags (privileges, permissions) is said with --body.
#[derive(Args)]
pub(super) struct Mint {
    /// rtc, rtm, chat-user, chat-app, fpa, apaas-room-user, apaas-user, apaas-app, convoai or stt
    #[arg(long, value_name = "TYPE")]
    token_type: Option<String>,
    /// The channel
    #[arg(long)]
    channel: Option<String>,
    /// publisher or subscriber; for apaas-room-user an integer
    #[arg(long)]
    role: Option<String>,
    /// Uid or user account; 0 is the wildcard
    #[arg(long)]
    uid: Option<String>,
    /// Seconds until the token ends
    #[arg(long, value_name = "SECONDS", default_value_t = 3600)]
    expire_time: u32,
    /// Seconds until its privileges end
    #[arg(long, value_name = "SECONDS")]
    privilege_expire_time: Option<u32>,
    /// Sign in to Signaling with the same token, as the uid or as USER
    #[arg(long, value_name = "USER", num_args = 0..=1, default_missing_value = "")]
    rtm: Option<String>,
    /// Sign in to Chat with the same token, as the uid or as USER
    #[arg(long, value_name = "USER", num_args = 0..=1, default_missing_value = "")]
    chat: Option<String>,
    /// The room of an apaas-room-user
    #[arg(long)]
    room_uuid: Option<String>,
    /// The user of an apaas-room-user or apaas-user
    #[arg(long)]
    user_uuid: Option<String>,
    /// 007 or 006
    #[arg(long)]
    version: Option<String>,
    /// The whole request as the JSON body of `POST /token`, instead of the other flags
    #[arg(long, value_name = "JSON", conflicts_with_all = [
        "token_type", "channel", "role", "uid", "expire_time", "privilege_expire_time", "rtm", "chat", "room_uuid",
        "user_uuid", "version",
    ])]
    body: Option<String>,
    /// Print what `POST /token` answers instead of the token alone
    #[arg(long)]
    json: bool,
}

impl Mint {
    pub(super) fn run(&self) -> Result<ExitCode, Failure> {
        let body = self.body.clone().unwrap_or_else(|| self.request().to_string());
        let request =
            token_request(body.as_bytes()).map_err(|problem| Failure::misuse(problem.to_string()))?;
        let project = project()?;
        let context = host::context(host::now(), None, None);
        // A holder of the certificate can make any token.
        let grant = Policy::unrestricted()
            .grant(&Caller::open(), request, context.now)
            .map_err(|denied| Failure::misuse(denied.to_string()))?;
        let issued = grant.issue(&project, context.now, context.salt);
        if self.json {
            let answer = serde_json::to_string_pretty(&Issued::new(&grant, &issued, &project.app_id()));
            println!("{}", answer.expect("texts and numbers have a JSON form"));
        } else {
            println!("{}", issued.token);
        }
        Ok(ExitCode::SUCCESS)
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
        // A number is a Flexible Classroom role; everything else is for the parser to judge.
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
