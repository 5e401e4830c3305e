//! The project that a command works for.

use super::dotenv::DotEnv;
use super::failure::Failure;
use crate::adapter::{host, native};
use crate::config::{Config, Notice, Socket};
use crate::token::Project;

/// The project of the environment, or Agora's public test project if the environment names none.
pub(super) fn project() -> Result<Project, Failure> {
    let files = DotEnv::read()?;
    if let Some(names) = files.names() {
        eprintln!("Read {names}");
    }
    let (config, notices) = Config::read(native::environment(&files.sources(), Socket::Unused))?;
    if notices.contains(&Notice::PublicTestProject) {
        eprintln!("Notice: {}", Notice::PublicTestProject);
    }
    let project = config.project.current(host::now()).map_err(|error| Failure::other(error.to_string()))?;
    Ok(project.into_owned())
}
