//! How callers authenticate.

use super::server::Exposure;
use crate::auth::{Authenticator, Method, UidKey};
use crate::variables::{ConfigError, Environment, Notice, Reader, var};

/// `UID_KEY` alone, for a command that prints uids.
///
/// # Errors
/// If it is missing or invalid.
pub fn uid_key(environment: Environment<'_>) -> Result<UidKey, ConfigError> {
    let mut reader = Reader::new(environment);
    let key = UidKey::from_variable(&mut reader);
    if key.is_none() {
        reader.missing(var!("UID_KEY"), "set the secret of the server");
    }
    reader.finish(key).map(|(key, _)| key)
}

impl Reader<'_> {
    /// `is_test` is whether the project is Agora's public test project, whose tokens open nothing.
    pub(super) fn authenticator(&mut self, exposure: Exposure, is_test: bool) -> Option<Authenticator> {
        if let Some(methods) = self.get(var!("AUTH")) {
            return Authenticator::from_list(&methods, self);
        }
        match exposure {
            Exposure::Nothing => Some(Authenticator::none()),
            Exposure::ThisMachine if is_test => {
                self.notice(Notice::NoAuthentication);
                Some(Authenticator::none())
            }
            Exposure::ThisMachine | Exposure::Network => {
                let methods = Method::ALL.map(Method::name).join(" or ");
                self.missing(var!("AUTH"), format!("set AUTH=none, {methods}"));
                None
            }
        }
    }
}
