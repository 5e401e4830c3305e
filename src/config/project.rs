//! What tokens are signed for, and where its certificate comes from.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use super::config::Notice;
use super::environment::Socket;
use super::reader::{Reader, var};
use super::secret_store::{CertificateError, RemoteCertificate};
use super::variables::Variable;
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
const SOURCES: [&Variable; 3] =
    [var!("APP_CERTIFICATE"), var!("APP_CERTIFICATE_FILE"), var!("APP_CERTIFICATE_SECRET")];

enum Certificate {
    Given(AppCertificate),
    Remote(RemoteCertificate),
}

impl Reader<'_> {
    pub(super) fn project(&mut self, notices: &mut Vec<Notice>) -> Option<ProjectSource> {
        let id = self.get(var!("APP_ID"));
        let secondary = self.get(var!("APP_CERTIFICATE_SECONDARY"));
        let any = id.is_some() || secondary.is_some() || SOURCES.iter().any(|name| self.get(name).is_some());
        if self.environment.socket.is_local() && !any {
            notices.push(Notice::PublicTestProject);
            return Some(ProjectSource::Given(Project::public_test()));
        }
        let app_id = if let Some(text) = id {
            self.digits(var!("APP_ID"), &text)
        } else {
            self.fault(var!("APP_ID"), "unset, expected 32 hexadecimal digits");
            None
        };
        let certificate = self.certificate();
        // One that is no certificate is a fault already.
        let secondary = secondary.and_then(|text| self.digits(var!("APP_CERTIFICATE_SECONDARY"), &text));
        let app_id = app_id?;
        if let Socket::Own(listen) = self.environment.socket
            && !listen.is_loopback()
            && app_id == Project::public_test().app_id()
        {
            self.fault(
                var!("APP_ID"),
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

    fn certificate(&mut self) -> Option<Certificate> {
        let (files, secret_store) = (self.environment.files, self.environment.secret_store);
        match SOURCES.map(|variable| self.get(variable)) {
            [Some(text), None, None] => self.digits(var!("APP_CERTIFICATE"), &text).map(Certificate::Given),
            [None, Some(path), None] => {
                let Some(read) = files else {
                    self.fault(var!("APP_CERTIFICATE_FILE"), "set, which only the local server reads");
                    return None;
                };
                match read(&path) {
                    Ok(text) => {
                        self.digits(var!("APP_CERTIFICATE_FILE"), text.trim()).map(Certificate::Given)
                    }
                    Err(error) => {
                        // Without the path: a certificate set by mistake would be shown as one.
                        let detail = format!("the file cannot be read: {error}");
                        self.fault(var!("APP_CERTIFICATE_FILE"), detail);
                        None
                    }
                }
            }
            [None, None, Some(_)] if !secret_store => {
                self.fault(var!("APP_CERTIFICATE_SECRET"), "set, which only AWS Lambda reads");
                None
            }
            [None, None, Some(name)] => self.stored(&name).map(Certificate::Remote),
            [None, None, None] => {
                let mut expected = "unset, expected 32 hexadecimal digits".to_owned();
                if files.is_some() {
                    expected.push_str(", or APP_CERTIFICATE_FILE");
                }
                if secret_store {
                    expected.push_str(", or APP_CERTIFICATE_SECRET");
                }
                self.fault(var!("APP_CERTIFICATE"), expected);
                None
            }
            _ => {
                let names = SOURCES.map(|variable| variable.name).join(", ");
                self.fault(var!("APP_CERTIFICATE"), format!("expected one of {names}"));
                None
            }
        }
    }

    fn stored(&mut self, name: &str) -> Option<RemoteCertificate> {
        let port = self.parsed(var!("PARAMETERS_SECRETS_EXTENSION_HTTP_PORT"), "a port");
        let Some(session_token) = self.get(var!("AWS_SESSION_TOKEN")) else {
            let detail = "unset, expected what Lambda sets for APP_CERTIFICATE_SECRET";
            self.fault(var!("AWS_SESSION_TOKEN"), detail);
            return None;
        };
        Some(RemoteCertificate::from_extension(name, port?, session_token))
    }

    /// An App ID or a certificate. A fault never shows what came, since it may be secret.
    fn digits<T>(&mut self, variable: &Variable, text: &str) -> Option<T>
    where
        T: FromStr,
        T::Err: fmt::Display,
    {
        text.parse().map_err(|error: T::Err| self.fault(variable, error.to_string())).ok()
    }
}
