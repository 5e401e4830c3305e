//! The table of variables against every file that lists them, and against what is read.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fs;

use agora_token_server::config::{Config, DefaultValue, Listen, Platform, VARIABLES, Variable};

use super::HOSTED;
use crate::common::server::{self, config, environment, local};

fn names(variables: impl Iterator<Item = &'static Variable>) -> BTreeSet<String> {
    variables.map(|variable| variable.name.to_owned()).collect()
}

fn on(platform: Platform) -> BTreeSet<String> {
    names(VARIABLES.iter().filter(|variable| variable.platforms.contains(&platform)))
}

fn secrets(platform: Platform) -> BTreeSet<String> {
    names(VARIABLES.iter().filter(|variable| variable.secret && variable.platforms.contains(&platform)))
}

fn file(path: &str) -> String {
    fs::read_to_string(format!("{}/{path}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// The lines between one that starts with `from` and the next that starts with `to`.
#[track_caller]
fn between<'a>(text: &'a str, from: &str, to: &str) -> Vec<&'a str> {
    let mut lines = text.lines().skip_while(|line| !line.starts_with(from));
    assert!(lines.next().is_some(), "no line starts with {from}");
    lines.take_while(|line| !line.starts_with(to)).collect()
}

fn is_name(word: &str) -> bool {
    word.len() > 2
        && word.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}

#[test]
fn table_names_are_unique_and_documented() {
    assert_eq!(names(VARIABLES.iter()).len(), VARIABLES.len());
    for variable in VARIABLES {
        assert!(is_name(variable.name), "{}", variable.name);
        assert!(!variable.doc.is_empty() && !variable.doc.ends_with('.'), "{}", variable.name);
        assert!(!variable.platforms.is_empty(), "{}", variable.name);
        assert!(!matches!(variable.default, DefaultValue::Value("")), "{}", variable.name);
    }
}

#[test]
fn env_example_lists_the_local_variables() {
    let example = file(".env.example");
    let assignments = example.lines().filter_map(|line| line.trim_start_matches('#').split_once('='));
    let listed: Vec<&str> = assignments.map(|(name, _)| name).filter(|name| is_name(name)).collect();
    let unique: BTreeSet<String> = listed.iter().map(|&name| name.to_owned()).collect();
    assert_eq!(listed.len(), unique.len(), "{listed:?}");
    assert_eq!(unique, on(Platform::Local));
}

#[test]
fn wrangler_toml_lists_the_worker_variables() {
    let wrangler = file("wrangler.toml");
    let listed = |from: &str, to: &str| -> BTreeSet<String> {
        let lines = between(&wrangler, from, to);
        let words = lines.iter().flat_map(|line| {
            let text = line.strip_prefix("#   ").unwrap_or_default();
            text.split(' ').take_while(|word| is_name(word)).map(str::to_owned)
        });
        words.collect()
    };
    let (kept_secret, others) =
        (listed("# Secrets,", "# Variables,"), listed("# Variables,", "# Cloudflare"));
    assert!(kept_secret.is_disjoint(&others), "{kept_secret:?} {others:?}");
    assert!(kept_secret.is_superset(&secrets(Platform::Workers)), "{kept_secret:?}");
    assert_eq!(&kept_secret | &others, on(Platform::Workers));
}

#[test]
fn template_yaml_sets_the_lambda_variables() {
    let template = file("template.yaml");
    let lines = between(&template, "        Variables:", "      Events:");
    let assignments: Vec<(&str, &str)> =
        lines.iter().filter_map(|line| line.trim_start().split_once(": ")).collect();
    // What belongs to the handler comes from a parameter; the extension's own have values.
    let ours = assignments.iter().filter_map(|(name, value)| Some((*name, value.strip_prefix("!Ref ")?)));
    let ours: Vec<(&str, &str)> = ours.collect();
    let set: BTreeSet<String> = ours.iter().map(|(name, _)| (*name).to_owned()).collect();
    // A parameter would leave the certificate in the stack's configuration; it is kept in a secret store.
    let unset = BTreeSet::from(["APP_CERTIFICATE".to_owned()]);
    assert_eq!(&set | &unset, on(Platform::Lambda));
    assert!(set.is_disjoint(&unset));

    let parameters = between(&template, "Parameters:", "# What the server would refuse").join("\n");
    for (name, parameter) in ours {
        let start = parameters.find(&format!("  {parameter}:\n")).expect(parameter);
        let body: Vec<&str> =
            parameters[start..].lines().skip(1).take_while(|line| line.starts_with("    ")).collect();
        let hidden = body.contains(&"    NoEcho: true");
        assert_eq!(hidden, secrets(Platform::Lambda).contains(name), "{parameter}");
        let default = body.iter().find_map(|line| line.strip_prefix("    Default: "));
        match VARIABLES.iter().find(|variable| variable.name == name).unwrap().default {
            DefaultValue::Value(value) => assert_eq!(default.map(|it| it.trim_matches('"')), Some(value)),
            // AppId and Auth must be given; the secret has a name of its own.
            DefaultValue::Unset(_) => {
                assert!(matches!(default, None | Some("\"\"" | "agora/app-certificate")), "{parameter}");
            }
        }
    }
}

#[test]
fn default_set_explicitly_changes_nothing() {
    let shown =
        |variables: &[(&str, &str)]| format!("{:?}", config(server::Platform::Workers, variables).unwrap());
    let jwt = [
        HOSTED[0],
        HOSTED[1],
        ("AUTH", "jwt"),
        ("JWT_ISSUER", "https://issuer.example/"),
        ("JWT_AUDIENCE", "tokens"),
        ("JWT_SECRET", "correct horse battery staple and so on"),
    ];
    let defaults = VARIABLES.iter().filter_map(|variable| match variable.default {
        DefaultValue::Value(value) if variable.platforms.contains(&Platform::Workers) => {
            Some((variable.name, value))
        }
        DefaultValue::Value(_) | DefaultValue::Unset(_) => None,
    });
    for (name, value) in defaults {
        assert_eq!(shown(&[&jwt[..], &[(name, value)]].concat()), shown(&jwt), "{name}={value}");
    }
}

#[test]
fn every_variable_of_the_table_is_read() {
    let asked = RefCell::new(BTreeSet::new());
    let read = |variables: &[(&str, &str)], platform| {
        let lookup = |name: &str| {
            asked.borrow_mut().insert(name.to_owned());
            server::lookup(variables)(name)
        };
        let _ = Config::read(environment(platform, &lookup));
        let _ = Listen::read(environment(platform, &lookup));
    };
    read(&[("AUTH", "api-key,jwt")], local());
    read(&[("AUTH", "none"), ("APP_CERTIFICATE_SECRET", "x")], server::Platform::Lambda);
    let table = names(VARIABLES.iter());
    let asked = asked.into_inner();
    assert_eq!(table.difference(&asked).count(), 0, "{asked:?}");
    let of_lambda = ["AWS_SESSION_TOKEN", "PARAMETERS_SECRETS_EXTENSION_HTTP_PORT"];
    assert_eq!(asked.difference(&table).collect::<Vec<_>>(), of_lambda);
}
