//! What tokens are signed for, and where its certificate comes from.

use std::borrow::Cow;
use std::fmt;
use std::io;
use std::str::FromStr;

use super::reader::Reader;
use super::secret_store::{CertificateError, RemoteCertificate};
use super::{Notice, Platform};
use crate::time::UnixTime;
use crate::token::{AppCertificate, AppId, Project};

/// What tokens are signed for.
#[derive(Debug)]
pub enum ProjectSource {
    /// A project whose certificate the configuration holds.
    Given(Project),
    /// A project whose certificate is fetched.
    Remote(RemoteProject),
}

/// A project whose certificate is fetched from a store of secrets and fetched anew from time to
/// time, so that a rotated one is taken up without a deployment.
#[derive(Debug)]
pub struct RemoteProject {
    pub(super) app_id: AppId,
    pub(super) certificate: RemoteCertificate,
    pub(super) secondary: Option<AppCertificate>,
}

impl ProjectSource {
    /// Where the certificate is to be fetched from, if anywhere.
    #[must_use]
    pub fn remote(&self) -> Option<&RemoteCertificate> {
        match self {
            Self::Given(_) => None,
            Self::Remote(remote) => Some(&remote.certificate),
        }
    }

    /// The project at `now`.
    pub fn current(&self, now: UnixTime) -> Result<Cow<'_, Project>, CertificateError> {
        match self {
            Self::Given(project) => Ok(Cow::Borrowed(project)),
            Self::Remote(remote) => Ok(Cow::Owned(
                Project::new(remote.app_id, remote.certificate.current(now)?)
                    .with_secondary(remote.secondary.clone()),
            )),
        }
    }
}

/// The three variables that the certificate can come from.
const SOURCES: [&str; 3] = ["APP_CERTIFICATE", "APP_CERTIFICATE_FILE", "APP_CERTIFICATE_SECRET"];

enum Certificate {
    Given(AppCertificate),
    Remote(RemoteCertificate),
}

impl Reader<'_> {
    pub(super) fn project(
        &mut self,
        platform: Platform,
        file: &dyn Fn(&str) -> io::Result<String>,
        notices: &mut Vec<Notice>,
    ) -> Option<ProjectSource> {
        let id = self.get("APP_ID");
        let secondary = self.get("APP_CERTIFICATE_SECONDARY");
        let any = id.is_some() || secondary.is_some() || SOURCES.iter().any(|name| self.get(name).is_some());
        if let Platform::Local(listen) = platform
            && listen.is_loopback()
            && !any
        {
            notices.push(Notice::PublicTestProject);
            return Some(ProjectSource::Given(Project::public_test()));
        }
        let app_id = if let Some(text) = id {
            self.digits("APP_ID", &text)
        } else {
            self.fault("APP_ID", "unset, expected 32 hexadecimal digits");
            None
        };
        let certificate = self.certificate(platform, file);
        // One that is no certificate is a fault already.
        let secondary = secondary.and_then(|text| self.digits("APP_CERTIFICATE_SECONDARY", &text));
        let app_id = app_id?;
        if let Platform::Local(listen) = platform
            && !listen.is_loopback()
            && app_id == Project::public_test().app_id()
        {
            self.fault(
                "APP_ID",
                "Agora's public test project, which anybody can sign for; expected your own",
            );
        }
        Some(match certificate? {
            Certificate::Given(certificate) => {
                ProjectSource::Given(Project::new(app_id, certificate).with_secondary(secondary))
            }
            Certificate::Remote(certificate) => {
                ProjectSource::Remote(RemoteProject { app_id, certificate, secondary })
            }
        })
    }

    fn certificate(
        &mut self,
        platform: Platform,
        file: &dyn Fn(&str) -> io::Result<String>,
    ) -> Option<Certificate> {
        let [given, path, secret] = SOURCES.map(|name| self.get(name));
        match (given, path, secret, platform) {
            (Some(text), None, None, _) => self.digits("APP_CERTIFICATE", &text).map(Certificate::Given),
            (None, Some(path), None, Platform::Local(_)) => match file(&path) {
                Ok(text) => self.digits("APP_CERTIFICATE_FILE", text.trim()).map(Certificate::Given),
                Err(error) => {
                    // Without the path: whoever mistakes the variable writes the certificate there.
                    self.fault("APP_CERTIFICATE_FILE", format!("the file cannot be read: {error}"));
                    None
                }
            },
            (None, None, Some(name), Platform::Lambda) => {
                let port = self.parsed("PARAMETERS_SECRETS_EXTENSION_HTTP_PORT", 2773, "a port");
                let Some(session_token) = self.get("AWS_SESSION_TOKEN") else {
                    self.fault(
                        "AWS_SESSION_TOKEN",
                        "unset, expected what Lambda sets for APP_CERTIFICATE_SECRET",
                    );
                    return None;
                };
                Some(Certificate::Remote(RemoteCertificate::from_extension(&name, port, session_token)))
            }
            (None, None, None, platform) => {
                let or = match platform {
                    Platform::Local(_) => ", or APP_CERTIFICATE_FILE",
                    Platform::Lambda => ", or APP_CERTIFICATE_SECRET",
                    Platform::Workers => "",
                };
                self.fault("APP_CERTIFICATE", format!("unset, expected 32 hexadecimal digits{or}"));
                None
            }
            (None, Some(_), None, _) => {
                self.fault("APP_CERTIFICATE_FILE", "set, which only the local server reads");
                None
            }
            (None, None, Some(_), _) => {
                self.fault("APP_CERTIFICATE_SECRET", "set, which only AWS Lambda reads");
                None
            }
            _ => {
                self.fault("APP_CERTIFICATE", format!("expected one of {}", SOURCES.join(", ")));
                None
            }
        }
    }

    /// An App ID or a certificate. A fault never shows what came, since it may be secret.
    fn digits<T>(&mut self, name: &'static str, text: &str) -> Option<T>
    where
        T: FromStr,
        T::Err: fmt::Display,
    {
        text.parse().map_err(|error: T::Err| self.fault(name, error.to_string())).ok()
    }
}
