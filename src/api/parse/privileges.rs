//! What a token allows: the privileges of RTC, the permissions of RTM.

use super::fields::Fields;
use super::names::named;
use crate::json::Json;
use crate::request::Role;
use crate::time::Ttl;
use crate::token::{Access, Permissions, PrivilegeTtl, Resource, RtcPrivileges, Text};

pub(in crate::api) fn privileges(
    fields: &mut Fields<'_>,
    role: Option<Role>,
    max: Ttl,
) -> Option<RtcPrivileges<PrivilegeTtl>> {
    let expiry = match fields.take("privilegeExpireTime") {
        None => Some(PrivilegeTtl::from(max)),
        Some(_) if fields.has("privileges") => {
            fields.fault("privilegeExpireTime", "expected either it or privileges, got both");
            None
        }
        Some(value) => fields
            .seconds("privilegeExpireTime", &value, 1, max.as_secs())
            .and_then(|seconds| PrivilegeTtl::from_secs(seconds).ok()),
    };
    match fields.take("privileges") {
        None => Some(role?.privileges(expiry?)),
        Some(value) => each_privilege(fields, value, role, max),
    }
}

fn each_privilege<'a>(
    fields: &mut Fields<'a>,
    value: Json<'a>,
    role: Option<Role>,
    max: Ttl,
) -> Option<RtcPrivileges<PrivilegeTtl>> {
    let mut inside = fields.enter("privileges", value)?;
    let mut one = |name: &'static str| -> Option<Option<PrivilegeTtl>> {
        let Some(value) = inside.take(name) else { return Some(None) };
        if role == Some(Role::Subscriber) && name != "joinChannel" {
            inside.fault(name, "a subscriber cannot publish; request the role publisher");
            return None;
        }
        let seconds = inside.seconds(name, &value, 0, max.as_secs())?;
        PrivilegeTtl::from_secs(seconds).ok().map(Some)
    };
    let join_channel = one("joinChannel");
    let publish_audio_stream = one("publishAudioStream");
    let publish_video_stream = one("publishVideoStream");
    let publish_data_stream = one("publishDataStream");
    fields.leave(inside);
    Some(
        RtcPrivileges::subscriber(join_channel?.unwrap_or(max.into()))
            .with_publish_audio_stream(publish_audio_stream?)
            .with_publish_video_stream(publish_video_stream?)
            .with_publish_data_stream(publish_data_stream?),
    )
}

pub(in crate::api) fn permissions<'a>(fields: &mut Fields<'a>, value: Json<'a>) -> Option<Permissions> {
    let mut inside = fields.enter("permissions", value)?;
    let mut permissions = Some(Permissions::new());
    for resource in Resource::ALL {
        let Some(value) = inside.take(resource.name()) else { continue };
        let Some(mut accesses) = inside.enter(resource.name(), value) else { continue };
        for access in Access::ALL {
            let Some(value) = accesses.take(access.name()) else { continue };
            let names = names(&mut accesses, access.name(), value);
            permissions = match (permissions, names) {
                (Some(permissions), Some(names)) => permissions
                    .allow(resource, access, &names)
                    .map_err(|error| accesses.fault(access.name(), error.to_string()))
                    .ok(),
                _ => None,
            };
        }
        inside.leave(accesses);
    }
    fields.leave(inside);
    permissions
}

fn names(fields: &mut Fields<'_>, name: &'static str, value: Json<'_>) -> Option<Vec<Text>> {
    const EXPECTED: &str = "a list of texts";
    let Json::Array(values) = value else {
        fields.unexpected(name, &value, EXPECTED);
        return None;
    };
    let mut names = Vec::with_capacity(values.len());
    for value in values {
        match value {
            Json::Text(text) if !text.is_empty() => names.push(named(fields, name, text.parse())?),
            Json::Text(_) => {
                fields.fault(name, "expected names of at least 1 byte, got an empty one");
                return None;
            }
            other => {
                fields.unexpected(name, &other, EXPECTED);
                return None;
            }
        }
    }
    Some(names)
}
