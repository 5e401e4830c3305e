//! What `POST /inspect` answers, and `inspect --json` prints.

use std::borrow::Cow;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::inspect::{
    Expiry, Finding, InspectedPrivilege, InspectedService, Inspection, SdkError, Signature, Verdict, Version,
    Wildcard,
};
use crate::time::UnixTime;
use crate::token::{Access, Payload, Permissions, Resource, Text};

/// An [`Inspection`] as JSON. Times are Unix seconds; members that do not apply are left out.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report<'a> {
    verdict: &'static str,
    usable: bool,
    at: u32,
    repaired: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token_hash: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    app_id: Option<String>,
    our_app_id: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    issued_at: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seconds_left: Option<i64>,
    signature: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    signature_detail: Option<String>,
    services: Vec<Service<'a>>,
    unknown_services: u16,
    wildcards: Vec<WildcardName<'a>>,
    problems: Vec<Problem>,
}

#[derive(Serialize)]
struct Service<'a> {
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    number: Option<u16>,
    name: &'static str,
    #[serde(flatten)]
    texts: Texts<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<i16>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    permissions: Vec<Permission<'a>>,
    privileges: Vec<Privilege>,
}

/// The names in a service, as members of it.
struct Texts<'a>(Option<&'a Payload>);

#[derive(Serialize)]
struct Permission<'a> {
    resource: String,
    access: String,
    names: Vec<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Privilege {
    #[serde(rename = "privilege")]
    number: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'static str>,
    expires_at: u32,
    seconds_left: i64,
    /// Whether it has no expiry of its own.
    with_token: bool,
}

#[derive(Serialize)]
struct WildcardName<'a> {
    service: &'static str,
    field: &'static str,
    pattern: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Problem {
    code: &'static str,
    severity: &'static str,
    detail: Cow<'static, str>,
    fix: Cow<'static, str>,
    #[serde(skip_serializing_if = "SdkErrors::is_none")]
    sdk_error: SdkErrors,
}

/// The errors of each SDK, without those that do not report the fault.
struct SdkErrors(SdkError);

impl<'a> Report<'a> {
    /// The report on an inspection.
    #[must_use]
    pub fn new(inspection: &'a Inspection) -> Self {
        let (signature, signature_detail) = match inspection.signature {
            Signature::Primary => ("primary", None),
            Signature::Secondary => ("secondary", None),
            Signature::Invalid => ("invalid", None),
            Signature::Unchecked(why) => ("unchecked", Some(why.to_string())),
        };
        Self {
            verdict: inspection.verdict().name(),
            usable: inspection.verdict() == Verdict::Usable,
            at: inspection.now.as_secs(),
            repaired: inspection.repairs.iter().map(|repair| repair.code).collect(),
            token_hash: inspection.token_hash.as_deref(),
            version: inspection.version.map(Version::name),
            app_id: inspection.app_id.map(|app_id| app_id.to_string()),
            our_app_id: inspection.our_app_id,
            issued_at: inspection.issued_at.map(UnixTime::as_secs),
            expires_at: inspection.expires_at.map(UnixTime::as_secs),
            seconds_left: inspection.seconds_left(),
            signature,
            signature_detail,
            services: inspection.services.iter().map(|service| Service::new(service, inspection)).collect(),
            unknown_services: inspection.unknown_services,
            wildcards: inspection.wildcards.iter().map(WildcardName::from).collect(),
            problems: inspection.findings.iter().map(|finding| Problem::new(finding, inspection)).collect(),
        }
    }
}

impl<'a> Service<'a> {
    fn new(service: &'a InspectedService, inspection: &Inspection) -> Self {
        let payload = service.payload.as_ref();
        let role = match payload {
            Some(Payload::Apaas { role, .. }) => Some(*role),
            _ => None,
        };
        let permissions = match payload {
            Some(Payload::Rtm2 { permissions, .. }) => permission_list(permissions),
            _ => Vec::new(),
        };
        let privileges = service.privileges.iter().map(|privilege| Privilege::new(privilege, inspection));
        Self {
            number: service.number,
            name: service.name,
            texts: Texts(payload),
            role,
            permissions,
            privileges: privileges.collect(),
        }
    }
}

impl Serialize for Texts<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let texts = self.0.map(Payload::texts).unwrap_or_default();
        serializer.collect_map(texts.iter().map(|(field, text)| (field.name(), text.as_str())))
    }
}

impl Privilege {
    fn new(privilege: &InspectedPrivilege, inspection: &Inspection) -> Self {
        Self {
            number: privilege.number,
            name: privilege.name,
            expires_at: privilege.expires_at.as_secs(),
            seconds_left: inspection.now.until(privilege.expires_at),
            with_token: privilege.expiry == Expiry::Token,
        }
    }
}

impl<'a> From<&'a Wildcard> for WildcardName<'a> {
    fn from(wildcard: &'a Wildcard) -> Self {
        Self { service: wildcard.service, field: wildcard.field.name(), pattern: &wildcard.pattern }
    }
}

impl Problem {
    fn new(finding: &Finding, inspection: &Inspection) -> Self {
        let explanation = finding.kind.explain();
        Self {
            code: explanation.code,
            severity: finding.severity.name(),
            detail: explanation.what,
            fix: explanation.fix,
            sdk_error: SdkErrors(inspection.sdk_error(finding)),
        }
    }
}

impl SdkErrors {
    fn is_none(&self) -> bool {
        self.0.is_none()
    }
}

impl Serialize for SdkErrors {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let SdkError { rtc, web, rtm, rtm1, chat, convoai, .. } = self.0;
        let mut map = serializer.serialize_map(None)?;
        let numbers = [
            ("rtc", rtc.map(i32::from)),
            ("rtm", rtm),
            ("rtm1", rtm1.map(i32::from)),
            ("chat", chat.map(i32::from)),
            ("convoai", convoai.map(i32::from)),
        ];
        for (sdk, number) in numbers {
            if let Some(number) = number {
                map.serialize_entry(sdk, &number)?;
            }
            if let ("rtc", Some(web)) = (sdk, web) {
                map.serialize_entry("web", web)?;
            }
        }
        map.end()
    }
}

/// A list, because a token can hold the same resource twice.
fn permission_list(permissions: &Permissions) -> Vec<Permission<'_>> {
    let mut list = Vec::new();
    for (resource, access, names) in permissions.entries() {
        let resource_name = Resource::ALL.get(usize::from(resource)).map(|known| known.name());
        let access_name = Access::ALL.get(usize::from(access)).map(|known| known.name());
        list.push(Permission {
            resource: resource_name.map_or_else(|| resource.to_string(), str::to_owned),
            access: access_name.map_or_else(|| access.to_string(), str::to_owned),
            names: names.iter().map(Text::as_str).collect(),
        });
    }
    list
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Report;
    use crate::inspect::{Client, Inspection, token_hash};
    use crate::time::{Ttl, UnixTime};
    use crate::token::{
        Access, AccessToken2, Permissions, PrivilegeTtl, Project, Resource, RtcPrivileges, Service,
    };

    #[test]
    fn report_holds_everything_of_token() {
        let project = Project::public_test();
        let rtc = RtcPrivileges::subscriber(PrivilegeTtl::UNTIL_TOKEN_ENDS);
        let permissions =
            Permissions::new().allow(Resource::Users, Access::Write, &["bob".parse().unwrap()]).unwrap();
        let issued_at = UnixTime::from_secs(1_700_000_000);
        let service = Service::rtc(&"room-1".parse().unwrap(), &0.into(), rtc);
        let token = AccessToken2::new(project.app_id(), issued_at, Ttl::HOUR, 1, service)
            .with(Service::rtm2(&"alice".parse().unwrap(), permissions, Ttl::HOUR.into()))
            .build(project.certificate());
        let inspection = Inspection::new(&token, &project, issued_at.plus(600), Client::default()).unwrap();
        assert_eq!(
            serde_json::to_value(Report::new(&inspection)).unwrap(),
            json!({
                "verdict": "usable",
                "usable": true,
                "at": 1_700_000_600,
                "repaired": [],
                "tokenHash": token_hash(&token),
                "version": "007",
                "appId": "970CA35de60c44645bbae8a215061b33",
                "ourAppId": true,
                "issuedAt": 1_700_000_000,
                "expiresAt": 1_700_003_600,
                "secondsLeft": 3000,
                "signature": "primary",
                "services": [
                    { "type": 1, "name": "rtc", "channel": "room-1", "uid": "", "privileges": [
                        { "privilege": 1, "name": "joinChannel", "expiresAt": 1_700_003_600,
                          "secondsLeft": 3000, "withToken": true },
                    ] },
                    { "type": 8, "name": "rtm2", "userId": "alice", "permissions": [
                        { "resource": "users", "access": "write", "names": ["bob"] },
                    ], "privileges": [
                        { "privilege": 1, "name": "login", "expiresAt": 1_700_003_600,
                          "secondsLeft": 3000, "withToken": false },
                    ] },
                ],
                "unknownServices": 0,
                "wildcards": [{ "service": "rtc", "field": "uid", "pattern": "" }],
                "problems": [{
                    "code": "wildcard_uid",
                    "severity": "warning",
                    "detail": "the uid of the rtc service is 0, a wildcard: its holder can join as any user",
                    "fix": "issue a token for one uid, unless that is intended",
                }],
            })
        );
    }

    #[test]
    fn report_on_no_token_omits_what_does_not_apply() {
        let now = UnixTime::from_secs(0);
        let inspection = Inspection::new("null", &Project::public_test(), now, Client::default()).unwrap();
        let report = serde_json::to_value(Report::new(&inspection)).unwrap();
        assert_eq!(report["signatureDetail"], "there is no token to check");
        assert_eq!(report["problems"][0]["code"], "placeholder");
        let sdk_error = json!({
            "rtc": 110, "web": "invalid token, authorized failed", "rtm": -10005, "rtm1": 5, "chat": 104,
            "convoai": 401,
        });
        assert_eq!(report["problems"][0]["sdkError"], sdk_error);
        for member in ["tokenHash", "version", "appId", "issuedAt", "expiresAt", "secondsLeft"] {
            assert!(report.get(member).is_none(), "{member}");
        }
    }
}
