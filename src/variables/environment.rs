//! What a platform offers to the configuration.

use std::env::VarError;
use std::io;

/// Looks a variable up by its name.
pub type Lookup<'a> = &'a dyn Fn(&str) -> Result<String, VarError>;

/// Reads a file as text by its path.
pub type ReadFile<'a> = &'a dyn Fn(&str) -> io::Result<String>;

/// The capabilities of a platform. They decide which variables have a meaning and which may be
/// left out.
#[derive(Clone, Copy)]
pub struct Environment<'a> {
    /// The sources of variables. The first source that has a variable wins.
    pub sources: &'a [Source<'a>],
    /// Reads a file; `None` on a platform without files.
    pub files: Option<ReadFile<'a>>,
    /// Whether the Parameters and Secrets extension of AWS Lambda can be asked for a secret.
    pub secret_store: bool,
    /// The origin of requests.
    pub socket: Socket,
}

/// One source of variables.
#[derive(Clone, Copy)]
pub struct Source<'a> {
    /// What the operator calls it.
    pub name: &'a str,
    /// Looks a variable up.
    pub lookup: Lookup<'a>,
}

/// The origin of requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Socket {
    /// The process listens itself, on `HOST` and `PORT`.
    Own,
    /// From nowhere: a command that uses the project and authenticates no caller.
    Unused,
    /// The platform listens, for the whole internet: nothing may be left out.
    OfThePlatform,
}
