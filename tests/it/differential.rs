//! Compares Agora's official Node libraries with this crate: the same inputs, the same bytes.
//!
//! `node tests/differential/run.mjs` generates the inputs, runs this test, and reads this crate's tokens with
//! the official library.
//!
//! If the official libraries disagree, this crate follows:
//!
//! - Flexible Classroom's room user. Node leaves out privilege 1 and changes role 0 to -1; Go, Python
//!   and C++ do neither. This crate follows those three: Agora cannot check a privilege that no token
//!   has, and 0 is a role. The test compares Node's other bytes, and all bytes of Node's classes if they
//!   are used as in the other three.
//! - The account `"0"`. Every official library writes it unchanged, and Agora refuses clients that join
//!   with uid 0. [`Account`] builds the same; text that is parsed as a [`Uid`] becomes uid 0.
//! - The uid `""`. Every official library reads it as uid 0, and so does [`Uid::Any`]; as text it is a
//!   missing uid.

mod planted;

use std::fmt::Write;
use std::path::PathBuf;

use crate::common::inflated;
use crate::common::server::{EVERY_TYPE, Platform, Server};
use agora_token_server::api::Body;
use agora_token_server::time::{Ttl, UnixTime};
use agora_token_server::token::{
    Access, AccessToken, AccessToken2, Account, ChannelName, Payload, Permissions, PrivilegeTtl, Resource,
    RtcPrivileges, Service, Text, Uid, UnverifiedAccessToken2, UserId,
};
use http::Request;
use serde_json::{Value, json};

#[test]
#[ignore = "needs Node; run by tests/differential/run.mjs"]
fn official_builders_make_equal_tokens() {
    let folder = PathBuf::from(std::env::var_os("DIFFERENTIAL").expect("run tests/differential/run.mjs"));
    let official = std::fs::read_to_string(folder.join("official.jsonl")).unwrap();
    let mut ours = String::new();
    let (mut passed, mut failed) = (0, 0);
    for line in official.lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let token = Case(&case).build();
        match Case(&case).compare(&token) {
            Ok(()) => passed += 1,
            Err(difference) => {
                failed += 1;
                if failed <= 5 {
                    println!("{difference}: {line}\n  this crate: {token}");
                }
            }
        }
        writeln!(ours, "{}", json!({ "token": token })).unwrap();
    }
    std::fs::write(folder.join("crate.jsonl"), ours).unwrap();
    let result = json!({ "passed": passed, "failed": failed });
    std::fs::write(folder.join("result.json"), result.to_string()).unwrap();
    assert_eq!(failed, 0);
}

/// A call of an official builder, and its token.
pub struct Case<'a>(pub &'a Value);

impl Case<'_> {
    fn compare(&self, ours: &str) -> Result<(), String> {
        let official = self.0["token"].as_str().unwrap();
        if self.builder().ends_with("_006") {
            // Not compressed, so that the texts are equal.
            return if ours == official { Ok(()) } else { Err("the texts differ".to_owned()) };
        }
        let parsed: UnverifiedAccessToken2 =
            official.parse().map_err(|error| format!("official: {error}"))?;
        let certificate = self.text("app_certificate").parse().unwrap();
        let theirs = parsed.verify(&certificate).map_err(|error| format!("official: {error}"))?;
        if parsed.repack() != inflated(official) {
            return Err("the official token packs into other bytes".to_owned());
        }
        let parsed: UnverifiedAccessToken2 = ours.parse().map_err(|error| format!("this crate: {error}"))?;
        let ours_again = parsed.verify(&certificate).map_err(|error| format!("this crate: {error}"))?;
        if self.builder().ends_with("room_user") {
            same_but_for_the_privilege(&theirs, &ours_again)?;
        }
        let official = self.0["others"].as_str().unwrap_or(official);
        // Everything: signature, times, services, privileges, payloads.
        if inflated(ours) == inflated(official) { Ok(()) } else { Err("the bytes differ".to_owned()) }
    }

    /// The token that this crate builds from the same call.
    pub fn build(&self) -> String {
        if self.args()["path"].is_string() {
            return self.requested();
        }
        let app_id = self.text("app_id").parse().unwrap();
        let certificate = self.text("app_certificate").parse().unwrap();
        let issued_at = UnixTime::from_secs(number(self.0, "issue_ts"));
        let salt = number(self.0, "salt");
        if self.builder().ends_with("_006") {
            let token_expiry = AccessToken::official_expiry(issued_at);
            let end = UnixTime::from_secs(self.number("end"));
            let token = if self.builder() == "rtm_006" {
                AccessToken::rtm(app_id, salt, token_expiry, &self.user("user"), end)
            } else {
                // Of the four official roles, only 2 does not publish.
                let privileges = match self.number("role") {
                    2 => RtcPrivileges::subscriber(end),
                    _ => RtcPrivileges::publisher(end),
                };
                AccessToken::rtc(app_id, salt, token_expiry, &self.channel(), &self.uid(), privileges)
            };
            return token.build(&certificate);
        }
        let (ttl, services) = self.services();
        let mut services = services.into_iter();
        let token = AccessToken2::new(app_id, issued_at, ttl, salt, services.next().unwrap());
        services.fold(token, AccessToken2::with).build(&certificate)
    }

    /// The token that a server of the project issues for the request.
    fn requested(&self) -> String {
        let server = Server::on(
            Platform::Lambda,
            &[
                ("APP_ID", self.text("app_id")),
                ("APP_CERTIFICATE", self.text("app_certificate")),
                ("AUTH", "none"),
                ("ALLOWED_TOKEN_TYPES", EVERY_TYPE),
            ],
        );
        let body = Body::Whole(self.args()["body"].to_string().into());
        let request = Request::post(self.args()["path"].as_str().unwrap()).body(body).unwrap();
        let answer = server.ask_with(&request, number(self.0, "issue_ts"), number(self.0, "salt")).ok();
        let token = answer.get("token").or(answer.pointer("/data/token"));
        token.unwrap().as_str().unwrap().to_owned()
    }

    fn services(&self) -> (Ttl, Vec<Service>) {
        if self.builder() == "fpa" {
            return (Ttl::MAX, vec![Service::fpa(PrivilegeTtl::UNTIL_TOKEN_ENDS)]);
        }
        let ttl = Ttl::from_secs(self.number("expire")).unwrap();
        let rtc = |privileges| Service::rtc(&self.channel(), &self.uid(), privileges);
        let by_role = |ttl| match self.number("role") {
            1 => RtcPrivileges::publisher(ttl),
            _ => RtcPrivileges::subscriber(ttl),
        };
        let companion = |mark: Option<Service>| {
            let four = self.four_privileges();
            let privileges =
                if self.number("role") == 1 { four } else { RtcPrivileges::subscriber(four.join_channel()) };
            let rtm = Service::rtm(&self.user("user"), self.privilege("login"));
            [Some(rtc(privileges)), Some(rtm), mark].into_iter().flatten().collect()
        };
        let services = match self.builder() {
            "rtc_uid" | "rtc_account" => vec![rtc(by_role(self.privilege("privilege")))],
            "rtc_uid_privileges" | "rtc_account_privileges" => vec![rtc(self.four_privileges())],
            "rtc_rtm" => {
                let rtm = Service::rtm(&self.user("account"), ttl.into());
                vec![rtc(by_role(self.privilege("privilege"))), rtm]
            }
            "rtc_rtm2" => companion(None),
            "convoai" => companion(Some(Service::convo_ai())),
            "stt" => companion(Some(Service::stt())),
            "rtm" => vec![Service::rtm(&self.user("user"), ttl.into())],
            "rtm2" => vec![Service::rtm2(&self.user("user"), permissions(self.args()), ttl.into())],
            "chat_user" => vec![Service::chat_user(&self.user("user"), ttl.into())],
            "chat_app" => vec![Service::chat_app(ttl.into())],
            "apaas_room_user" | "education_room_user" => {
                let role = i16::try_from(self.args()["role"].as_i64().unwrap()).unwrap();
                let user = self.user("user");
                vec![
                    Service::apaas_room_user(&self.user("room"), &user, role, ttl.into()),
                    Service::rtm(&user, ttl.into()),
                    Service::chat_user(&user.md5(), ttl.into()),
                ]
            }
            "apaas_user" | "education_user" => vec![Service::apaas_user(&self.user("user"), ttl.into())],
            "apaas_app" | "education_app" => vec![Service::apaas_app(ttl.into())],
            "services" => self.args()["services"].as_array().unwrap().iter().map(by_class).collect(),
            other => panic!("no such builder: {other}"),
        };
        (ttl, services)
    }

    fn builder(&self) -> &str {
        self.text("builder")
    }

    fn args(&self) -> &Value {
        &self.0["args"]
    }

    fn text(&self, name: &str) -> &str {
        self.0[name].as_str().unwrap()
    }

    fn number(&self, name: &str) -> u32 {
        number(self.args(), name)
    }

    fn channel(&self) -> ChannelName {
        channel(self.args())
    }

    fn uid(&self) -> Uid {
        match self.args()["uid"].as_u64() {
            Some(uid) => u32::try_from(uid).unwrap().into(),
            None => account(self.args()),
        }
    }

    fn user(&self, name: &str) -> UserId {
        self.args()[name].as_str().unwrap().parse().unwrap()
    }

    fn privilege(&self, name: &str) -> PrivilegeTtl {
        PrivilegeTtl::from_secs(self.number(name)).unwrap()
    }

    fn four_privileges(&self) -> RtcPrivileges<PrivilegeTtl> {
        RtcPrivileges::subscriber(self.privilege("join"))
            .with_publish_audio_stream(Some(self.privilege("audio")))
            .with_publish_video_stream(Some(self.privilege("video")))
            .with_publish_data_stream(Some(self.privilege("data")))
    }
}

/// Node's room user without the privilege, and with -1 for role 0, equals this crate's.
fn same_but_for_the_privilege(official: &AccessToken2, ours: &AccessToken2) -> Result<(), String> {
    let [rtm, chat, apaas] = official.services() else { return Err("not three services".to_owned()) };
    let [our_rtm, our_chat, our_apaas] = ours.services() else { return Err("not three services".to_owned()) };
    let mut expected = our_apaas.payload().clone();
    if let Payload::Apaas { role, .. } = &mut expected
        && *role == 0
    {
        *role = -1;
    }
    let same = rtm == our_rtm && chat == our_chat && *apaas.payload() == expected;
    let known = apaas.privileges().is_empty() && our_apaas.privileges().len() == 1;
    if same && known { Ok(()) } else { Err("the room user differs in more than its privilege".to_owned()) }
}

/// A service built from its class.
fn by_class(args: &Value) -> Service {
    let privilege = |number: u32| {
        args["privileges"]
            .as_array()
            .unwrap()
            .iter()
            .find(|pair| pair[0] == number)
            .map(|pair| PrivilegeTtl::from_secs(pair[1].as_u64().unwrap().try_into().unwrap()).unwrap())
    };
    let user = |name: &str| -> UserId { args[name].as_str().unwrap().parse().unwrap() };
    let first = || privilege(1).unwrap();
    match (number(args, "type"), privilege(1), privilege(2)) {
        (1, ..) => {
            let privileges = RtcPrivileges::subscriber(first())
                .with_publish_audio_stream(privilege(2))
                .with_publish_video_stream(privilege(3))
                .with_publish_data_stream(privilege(4));
            Service::rtc(&channel(args), &account(args), privileges)
        }
        (2, ..) => Service::rtm(&user("user"), first()),
        (3, mix, raw) => Service::streaming(&channel(args), &account(args), mix, raw),
        (4, ..) => Service::fpa(first()),
        (5, Some(ttl), _) => Service::chat_user(&user("user"), ttl),
        (5, None, Some(ttl)) => Service::chat_app(ttl),
        (6, publish, play) => Service::fcdn(&channel(args), &account(args), publish, play),
        (7, Some(ttl), _) => {
            let role = i16::try_from(args["role"].as_i64().unwrap()).unwrap();
            Service::apaas_room_user(&user("room"), &user("user"), role, ttl)
        }
        (7, None, Some(ttl)) => Service::apaas_user(&user("user"), ttl),
        (7, None, None) => Service::apaas_app(privilege(3).unwrap()),
        (8, ..) => Service::rtm2(&user("user"), permissions(args), first()),
        (9, ..) => Service::convo_ai(),
        (10, ..) => Service::stt(),
        other => panic!("no such service: {other:?}"),
    }
}

fn channel(args: &Value) -> ChannelName {
    match args["channel"].as_str().unwrap() {
        "" => ChannelName::any(),
        name => name.parse().unwrap(),
    }
}

fn account(args: &Value) -> Uid {
    match args["account"].as_str().unwrap() {
        "" => Uid::Any,
        "0" => {
            assert_eq!("0".parse(), Ok(Uid::Any), "text that is read as a uid");
            Uid::Account("0".parse::<Account>().unwrap())
        }
        text => text.parse().unwrap(),
    }
}

fn permissions(args: &Value) -> Permissions {
    args["permissions"].as_array().unwrap().iter().fold(Permissions::new(), |permissions, entry| {
        let names: Vec<Text> =
            entry[2].as_array().unwrap().iter().map(|name| name.as_str().unwrap().parse().unwrap()).collect();
        let index = |value: &Value| usize::try_from(value.as_u64().unwrap()).unwrap();
        permissions.allow(Resource::ALL[index(&entry[0])], Access::ALL[index(&entry[1])], &names).unwrap()
    })
}

fn number(value: &Value, name: &str) -> u32 {
    value[name].as_u64().unwrap_or_else(|| panic!("{name} is missing")).try_into().unwrap()
}
