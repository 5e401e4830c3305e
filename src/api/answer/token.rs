//! The response that holds a token.

use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::grant::{Grant, IssuedToken};
use crate::request::{Channels, ScopeRole, User};
use crate::token::{AppId, Uid};

/// The body of a `POST /token` response, without the members that do not apply.
pub(crate) struct Issued<'a> {
    grant: &'a Grant,
    token: &'a IssuedToken,
    app_id: &'a AppId,
}

impl<'a> Issued<'a> {
    pub(crate) fn new(grant: &'a Grant, token: &'a IssuedToken, app_id: &'a AppId) -> Self {
        Self { grant, token, app_id }
    }
}

impl Serialize for Issued<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let request = self.grant.request();
        let scope = request.spec.scope();
        let mut body = serializer.serialize_map(None)?;
        body.serialize_entry("token", &self.token.token)?;
        body.serialize_entry("tokenType", scope.kind.name())?;
        body.serialize_entry("version", scope.format.name())?;
        body.serialize_entry("appId", self.app_id.as_str())?;
        match scope.channels {
            Channels::None | Channels::Permitted(_) => {}
            Channels::One(field, name) => body.serialize_entry(field, name)?,
        }
        for (field, user) in scope.users().filter(|(field, _)| !field.contains('.')) {
            body.serialize_entry(field, &Identity(user))?;
        }
        match scope.role {
            ScopeRole::None => {}
            ScopeRole::Rtc(role) => body.serialize_entry("role", role.name())?,
            ScopeRole::Numbered(role) => body.serialize_entry("role", &role)?,
        }
        for (path, user) in scope.users() {
            if let Some((companion, member)) = path.split_once('.') {
                body.serialize_entry(companion, &Nested(member, Identity(user)))?;
            }
        }
        body.serialize_entry("issuedAt", &self.token.issued_at.as_secs())?;
        body.serialize_entry("expireTime", &request.ttl.as_secs())?;
        body.serialize_entry("expiresAt", &self.token.expires_at.as_secs())?;
        body.end()
    }
}

/// A uid as a number, an account or a user ID as text.
pub(in crate::api) struct Identity<'a>(pub(in crate::api) User<'a>);

impl Serialize for Identity<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            User::Uid(Uid::Any) => serializer.serialize_u32(0),
            User::Uid(Uid::Number(uid)) => serializer.serialize_u32(uid.get()),
            User::Uid(Uid::Account(account)) => serializer.serialize_str(account.as_str()),
            User::Id(id) => serializer.serialize_str(id.as_str()),
        }
    }
}

/// An object of one member.
struct Nested<'a>(&'static str, Identity<'a>);

impl Serialize for Nested<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(Some(1))?;
        object.serialize_entry(self.0, &self.1)?;
        object.end()
    }
}
