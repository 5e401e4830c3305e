//! The effective configuration.

use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};

use super::dotenv::DotEnv;
use super::failure::{Failure, MISUSE};
use crate::adapter::native;
use crate::config::{self, Config as Effective, Origin, Setting, Shown, Socket};

/// The configuration that `serve` would use.
#[derive(Args)]
#[command(after_help = "Examples:
  agora-token-server config
  AUTH=none agora-token-server config --json

Secrets are never printed.

Exit status: 0 if the configuration is valid, 2 if it is not.")]
pub(super) struct Config {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Config {
    pub(super) fn run(&self) -> Result<ExitCode, Failure> {
        let files = DotEnv::read()?;
        let sources = files.sources();
        let environment = native::environment(&sources, Socket::Own);
        let read = Effective::read(environment);
        let settings = config::settings(environment, read.as_ref().ok().map(|(config, _)| config));
        let (errors, notices) = match &read {
            Ok((_, notices)) => (Vec::new(), notices.iter().map(ToString::to_string).collect()),
            Err(error) => (error.0.iter().map(ToString::to_string).collect(), Vec::new()),
        };
        let report = Report { settings, errors, notices };
        print!("{}", if self.json { report.to_json() } else { report.to_text() });
        Ok(if report.errors.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(MISUSE) })
    }
}

struct Report {
    settings: Vec<Setting>,
    errors: Vec<String>,
    notices: Vec<String>,
}

impl Report {
    fn to_text(&self) -> String {
        let rows: Vec<[String; 3]> = self.settings.iter().map(row).collect();
        let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
        let (names, values) = (width(0), width(1).min(MAX_VALUE_WIDTH));
        let rows =
            rows.iter().map(|[name, value, origin]| format!("{name:<names$}  {value:<values$}  {origin}"));
        let errors = self.errors.iter().map(|error| format!("error: {error}"));
        let notices = self.notices.iter().map(|notice| format!("notice: {notice}"));
        let blank = (self.errors.len() + self.notices.len() > 0).then(String::new);
        let lines = rows.chain(blank).chain(errors).chain(notices);
        lines.fold(String::new(), |text, line| text + line.trim_end() + "\n")
    }

    fn to_json(&self) -> String {
        let variables: Vec<Value> = self.settings.iter().map(member).collect();
        let report = json!({ "variables": variables, "errors": self.errors, "notices": self.notices });
        format!("{report:#}\n")
    }
}

/// A longer value pushes its origin aside, and no other row's.
const MAX_VALUE_WIDTH: usize = 48;

fn row(setting: &Setting) -> [String; 3] {
    let value = match &setting.value {
        // One line each: a PEM key has several.
        Shown::Value(value) => value.lines().collect::<Vec<_>>().join(" "),
        Shown::Secret => "[secret]".to_owned(),
        Shown::Unset("") => "[unset]".to_owned(),
        Shown::Unset(words) => format!("[unset: {}]", words.replace('`', "")),
    };
    let origin = match &setting.origin {
        Origin::Default => "default".to_owned(),
        Origin::Source { source, name } if *name == setting.name => source.clone(),
        Origin::Source { source, name } => format!("{source} ({name})"),
    };
    [setting.name.to_owned(), value, origin]
}

fn member(setting: &Setting) -> Value {
    let value = match &setting.value {
        Shown::Value(value) => json!(value),
        Shown::Secret | Shown::Unset(_) => Value::Null,
    };
    let (source, found_as) = match &setting.origin {
        Origin::Default => ("default", setting.name),
        Origin::Source { source, name } => (source.as_str(), *name),
    };
    let secret = setting.value == Shown::Secret;
    json!({ "name": setting.name, "value": value, "secret": secret, "source": source, "foundAs": found_as })
}
