//! Variables of the environment and of two files in the working directory.

use std::collections::HashMap;
use std::env::VarError;
use std::fs;
use std::io::ErrorKind;

use super::failure::Failure;
use crate::adapter::native;
use crate::config::Source;

/// In the order of their precedence. Files of parent directories are not read: they belong to
/// something else.
const NAMES: [&str; 2] = [".env.local", ".env"];

/// The files that were found.
pub(super) struct DotEnv(Vec<File>);

type BoxedLookup = Box<dyn Fn(&str) -> Result<String, VarError>>;

struct File {
    name: &'static str,
    lookup: BoxedLookup,
}

impl DotEnv {
    /// Reads both files, if they are there.
    pub(super) fn read() -> Result<Self, Failure> {
        let files = NAMES.into_iter().filter_map(|name| match fs::read_to_string(name) {
            Ok(text) => Some(File::parse(name, &text)),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => Some(Err(Failure::misuse(format!("{name}: {error}")))),
        });
        files.collect::<Result<_, _>>().map(Self)
    }

    /// The environment, then the files.
    pub(super) fn sources(&self) -> Vec<Source<'_>> {
        let files = self.0.iter().map(|file| Source { name: file.name, lookup: &file.lookup });
        std::iter::once(native::VARIABLES).chain(files).collect()
    }

    /// The names of the files that were read, `None` if none was.
    pub(super) fn names(&self) -> Option<String> {
        let names: Vec<&str> = self.0.iter().map(|file| file.name).collect();
        (!names.is_empty()).then(|| names.join(", "))
    }
}

impl File {
    fn parse(name: &'static str, text: &str) -> Result<Self, Failure> {
        // Some editors start a file with a byte order mark.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut variables = HashMap::new();
        for line in dotenvy::from_read_iter(text.as_bytes()) {
            let (name, value) = line.map_err(|error| unreadable(name, text, &error))?;
            variables.entry(name).or_insert(value);
        }
        let lookup = move |name: &str| variables.get(name).cloned().ok_or(VarError::NotPresent);
        Ok(Self { name, lookup: Box::new(lookup) })
    }
}

/// Where the error is, without the line itself, which may hold a secret.
fn unreadable(name: &str, text: &str, error: &dotenvy::Error) -> Failure {
    let before = match error {
        dotenvy::Error::LineParse(line, _) => text.find(line.as_str()).and_then(|at| text.get(..at)),
        _ => None,
    };
    let place = before.map(|before| format!(" on line {}", before.matches('\n').count() + 1));
    Failure::misuse(format!("{name}: expected NAME=value{}", place.unwrap_or_default()))
}
