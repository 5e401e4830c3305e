//! What a platform offers to the configuration.

use std::env::VarError;
use std::io;

use super::server::Listen;

/// Looks a variable up by its name.
pub type Lookup<'a> = &'a dyn Fn(&str) -> Result<String, VarError>;

/// Reads a file as text by its path.
pub type ReadFile<'a> = &'a dyn Fn(&str) -> io::Result<String>;

/// The capabilities of a platform. They decide which variables have a meaning and which may be
/// left out.
#[derive(Clone, Copy)]
pub struct Environment<'a> {
    /// Looks a variable up by its name.
    pub lookup: Lookup<'a>,
    /// Reads a file; `None` on a platform without files.
    pub files: Option<ReadFile<'a>>,
    /// Whether the Parameters and Secrets extension of AWS Lambda can be asked for a secret.
    pub secret_store: bool,
    /// Where requests come from.
    pub socket: Socket,
}

/// Where requests come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Socket {
    /// The process listens itself. On a loopback address it needs no project and no `AUTH`.
    Own(Listen),
    /// From nowhere: a command that uses the project. It needs neither as well.
    Unused,
    /// The platform listens, for the whole internet: nothing may be left out.
    OfThePlatform,
}

impl Socket {
    /// Whether only this machine can reach the process.
    pub(super) fn is_local(self) -> bool {
        match self {
            Self::Own(listen) => listen.is_loopback(),
            Self::Unused => true,
            Self::OfThePlatform => false,
        }
    }
}
