//! The project that tokens are signed for, and the source of its certificate.

use std::borrow::Cow;
use std::fmt;
use std::io;
use std::str::FromStr;
use std::sync::{PoisonError, RwLock};

use super::secret_store::{CertificateError, RemoteCertificate};
use super::server::Exposure;
use crate::time::UnixTime;
use crate::token::{AppCertificate, AppId, NotHex32, Project};
use crate::variables::{Notice, Reader, Socket, Variable, var};

/// What tokens are signed for.
#[derive(Debug)]
pub enum ProjectSource {
    /// A project whose certificate the configuration holds.
    Given(Project),
    /// A project whose certificate is in a file.
    File(FileProject),
    /// A project whose certificate is fetched.
    Remote(RemoteProject),
}

/// A project whose certificate is in a file, which is read again periodically, so that a
/// rotated one is used without a restart.
#[derive(Debug)]
pub struct FileProject {
    path: String,
    app_id: AppId,
    certificate: RwLock<AppCertificate>,
    secondary: Option<AppCertificate>,
}

/// A project whose certificate is fetched from a secret store, and fetched again from time to
/// time, so that a rotated one is used without a deployment.
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
            Self::Given(_) | Self::File(_) => None,
            Self::Remote(remote) => Some(&remote.certificate),
        }
    }

    /// The file that holds the certificate, if one does.
    #[must_use]
    pub fn file(&self) -> Option<&FileProject> {
        match self {
            Self::File(file) => Some(file),
            Self::Given(_) | Self::Remote(_) => None,
        }
    }

    /// The project at `now`.
    pub fn current(&self, now: UnixTime) -> Result<Cow<'_, Project>, CertificateError> {
        match self {
            Self::Given(project) => Ok(Cow::Borrowed(project)),
            Self::File(file) => Ok(Cow::Owned(file.current())),
            Self::Remote(remote) => Ok(Cow::Owned(
                Project::new(remote.app_id, remote.certificate.current(now)?)
                    .with_secondary(remote.secondary.clone()),
            )),
        }
    }
}

impl FileProject {
    /// Where the file is.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Replaces the certificate with the current content of the file.
    ///
    /// # Errors
    /// Why the certificate that was there stays in use; without the file's path and content.
    pub fn replace(&self, read: io::Result<String>) -> Result<(), String> {
        let text = read.map_err(|error| unreadable(&error))?;
        let certificate = text.trim().parse().map_err(|error: NotHex32| error.to_string())?;
        *self.certificate.write().unwrap_or_else(PoisonError::into_inner) = certificate;
        Ok(())
    }

    fn current(&self) -> Project {
        // A write replaces the value as a whole, so a panic elsewhere does not spoil it.
        let certificate = self.certificate.read().unwrap_or_else(PoisonError::into_inner).clone();
        Project::new(self.app_id, certificate).with_secondary(self.secondary.clone())
    }
}

/// Without the path: a certificate set by mistake would be shown as one.
fn unreadable(error: &io::Error) -> String {
    format!("expected a readable file, got {error}")
}

/// The three variables that can hold or locate the certificate.
const SOURCES: [&Variable; 3] =
    [var!("APP_CERTIFICATE"), var!("APP_CERTIFICATE_FILE"), var!("APP_CERTIFICATE_SECRET")];

const DIGITS: &str = "expected 32 hexadecimal digits";

enum Certificate {
    Given(AppCertificate),
    File(AppCertificate, String),
    Remote(RemoteCertificate),
}

impl Reader<'_> {
    pub(super) fn project(&mut self, exposure: Exposure) -> Option<ProjectSource> {
        let id = self.get(var!("APP_ID"));
        let secondary = self.get(var!("APP_CERTIFICATE_SECONDARY"));
        let any = id.is_some() || secondary.is_some() || SOURCES.iter().any(|it| self.get(it).is_some());
        if exposure != Exposure::Network && !any {
            self.notice(Notice::PublicTestProject);
            return Some(ProjectSource::Given(Project::public_test()));
        }
        let app_id = if let Some(text) = id {
            self.digits(var!("APP_ID"), &text)
        } else {
            self.missing(var!("APP_ID"), DIGITS);
            None
        };
        let certificate = self.certificate();
        // An invalid certificate is a fault already.
        let secondary = secondary.and_then(|text| self.digits(var!("APP_CERTIFICATE_SECONDARY"), &text));
        let app_id = app_id?;
        if self.environment.socket == Socket::Own
            && exposure == Exposure::Network
            && app_id == Project::public_test().app_id()
        {
            let detail =
                "expected your own project's, got Agora's public test project's, whose certificate is public";
            self.fault(var!("APP_ID"), detail);
        }
        Some(match certificate? {
            Certificate::Given(certificate) => {
                ProjectSource::Given(Project::new(app_id, certificate).with_secondary(secondary))
            }
            Certificate::File(certificate, path) => {
                let certificate = RwLock::new(certificate);
                ProjectSource::File(FileProject { path, app_id, certificate, secondary })
            }
            Certificate::Remote(certificate) => {
                ProjectSource::Remote(RemoteProject { app_id, certificate, secondary })
            }
        })
    }

    /// Whether tokens are those of Agora's public test project, which open nothing of the operator's.
    pub(super) fn names_public_test_project(&mut self) -> bool {
        let id = self.get(var!("APP_ID"));
        id.is_none_or(|id| id == Project::public_test().app_id().as_str())
    }

    fn certificate(&mut self) -> Option<Certificate> {
        let (files, secret_store) = (self.environment.files, self.environment.secret_store);
        let sources = SOURCES.map(|variable| self.get(variable));
        match sources {
            [Some(text), None, None] => self.digits(var!("APP_CERTIFICATE"), &text).map(Certificate::Given),
            [None, Some(path), None] => {
                let Some(read) = files else {
                    self.fault(var!("APP_CERTIFICATE_FILE"), "only the local server reads it; remove it");
                    return None;
                };
                let text = read(&path).map_err(|error| unreadable(&error));
                let text = text.map_err(|detail| self.fault(var!("APP_CERTIFICATE_FILE"), detail)).ok()?;
                let certificate = self.digits(var!("APP_CERTIFICATE_FILE"), text.trim())?;
                Some(Certificate::File(certificate, path))
            }
            [None, None, Some(_)] if !secret_store => {
                self.fault(var!("APP_CERTIFICATE_SECRET"), "only AWS Lambda reads it; remove it");
                None
            }
            [None, None, Some(name)] => self.stored(&name).map(Certificate::Remote),
            [None, None, None] => {
                let mut expected = DIGITS.to_owned();
                if files.is_some() {
                    expected.push_str(", or APP_CERTIFICATE_FILE");
                }
                if secret_store {
                    expected.push_str(", or APP_CERTIFICATE_SECRET");
                }
                self.missing(var!("APP_CERTIFICATE"), expected);
                None
            }
            _ => {
                let names = SOURCES.map(|variable| variable.name).join(", ");
                self.fault(var!("APP_CERTIFICATE"), format!("expected exactly one of {names}, got several"));
                None
            }
        }
    }

    fn stored(&mut self, name: &str) -> Option<RemoteCertificate> {
        let port = self.parsed(var!("PARAMETERS_SECRETS_EXTENSION_HTTP_PORT"), "a port");
        let Some(session_token) = self.get(var!("AWS_SESSION_TOKEN")) else {
            self.missing(var!("AWS_SESSION_TOKEN"), "expected with APP_CERTIFICATE_SECRET; Lambda sets it");
            return None;
        };
        Some(RemoteCertificate::from_extension(name, port?, session_token))
    }

    /// An App ID or a certificate. A fault never shows the received text, since it may be secret.
    fn digits<T>(&mut self, variable: &'static Variable, text: &str) -> Option<T>
    where
        T: FromStr,
        T::Err: fmt::Display,
    {
        text.parse().map_err(|error: T::Err| self.fault(variable, error.to_string())).ok()
    }
}
