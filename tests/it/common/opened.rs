//! The content of a token as JSON, after its signature is verified.

use agora_token_server::token::{
    Access, Payload, Permissions, Project, Resource, Service, Text, UnverifiedAccessToken,
    UnverifiedAccessToken2,
};
use serde_json::{Map, Value, json};

/// A verified 007 token.
#[track_caller]
pub fn opened(token: &str, project: &Project) -> Value {
    let token: UnverifiedAccessToken2 = token.parse().expect("the token parses");
    let token = token.verify(project.certificate()).expect("the signature holds");
    assert_eq!(token.unknown_services(), 0);
    json!({
        "appId": token.app_id().as_str(),
        "issuedAt": token.issued_at().as_secs(),
        "expire": token.expire(),
        "salt": token.salt(),
        "services": token.services().iter().map(service).collect::<Vec<_>>(),
    })
}

/// The services alone.
#[track_caller]
pub fn services(token: &str) -> Value {
    opened(token, &Project::public_test())["services"].take()
}

/// A 006 token, verified for this channel (or Signaling user) and this uid; `""` is uid 0.
#[track_caller]
pub fn opened_006(token: &str, channel: &str, uid: &str) -> Value {
    let project = Project::public_test();
    let token: UnverifiedAccessToken = token.parse().expect("the token parses");
    let signed = token
        .verify(project.certificate(), channel, uid)
        .unwrap_or_else(|error| panic!("{error}: {channel}, {uid}"));
    assert_eq!(signed.app_id(), project.app_id());
    let privileges: Map<String, Value> = signed
        .privileges()
        .iter()
        .map(|(privilege, end)| {
            let name = UnverifiedAccessToken::privilege_name(*privilege).unwrap();
            (name.to_owned(), end.as_secs().into())
        })
        .collect();
    json!({ "expiresAt": signed.expires_at().as_secs(), "salt": signed.salt(), "privileges": privileges })
}

fn service(service: &Service) -> Value {
    let privileges: Map<String, Value> = service
        .privileges()
        .iter()
        .map(|(privilege, ttl)| {
            (service.privilege_name(*privilege).unwrap().to_owned(), ttl.as_secs().into())
        })
        .collect();
    let mut said = json!({ "type": service.name(), "privileges": privileges });
    match service.payload() {
        Payload::Rtc { channel, uid } => {
            said["channel"] = channel.as_str().into();
            said["uid"] = uid.as_str().into();
        }
        Payload::Rtm { user_id } | Payload::Chat { user_id } => said["userId"] = user_id.as_str().into(),
        Payload::Apaas { room_uuid, user_uuid, role } => {
            said["roomUuid"] = room_uuid.as_str().into();
            said["userUuid"] = user_uuid.as_str().into();
            said["role"] = (*role).into();
        }
        Payload::Rtm2 { user_id, permissions: allowed } => {
            said["userId"] = user_id.as_str().into();
            said["permissions"] = permissions(allowed);
        }
        Payload::Fpa | Payload::ConvoAi | Payload::Stt => {}
        other => panic!("the server issues no {other:?}"),
    }
    said
}

fn permissions(permissions: &Permissions) -> Value {
    let mut said = json!({});
    for (resource, access, names) in permissions.entries() {
        let resource = Resource::ALL[usize::from(resource)].name();
        let access = Access::ALL[usize::from(access)].name();
        said[resource][access] = names.iter().map(Text::as_str).collect();
    }
    said
}
