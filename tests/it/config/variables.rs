//! Compares the table of variables with every file that lists them, and with the variables that are read.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::env::VarError;
use std::fs;

use agora_token_server::config::{Config, DefaultValue, Notice, Platform, Source, VARIABLES, Variable};

use agora_token_server::request::Format;

use super::{HOSTED, given, listening};
use crate::common::server::{self, APP_ID, CERTIFICATE, config, environment, local, refused_config};

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
fn env_example_lists_local_variables() {
    let example = file(".env.example");
    let assignments = example.lines().filter_map(|line| line.trim_start_matches('#').split_once('='));
    let listed: Vec<&str> = assignments.map(|(name, _)| name).filter(|name| is_name(name)).collect();
    let unique: BTreeSet<String> = listed.iter().map(|&name| name.to_owned()).collect();
    assert_eq!(listed.len(), unique.len(), "{listed:?}");
    assert_eq!(unique, on(Platform::Local));
}

#[test]
fn wrangler_toml_lists_worker_variables() {
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
fn template_yaml_sets_lambda_variables() {
    let template = file("template.yaml");
    let lines = between(&template, "        Variables:", "      Events:");
    let assignments: Vec<(&str, &str)> =
        lines.iter().filter_map(|line| line.trim_start().split_once(": ")).collect();
    // The handler's variables come from parameters; those of the extension have values.
    let handlers: Vec<(&str, &str)> =
        assignments.iter().filter_map(|(name, value)| Some((*name, value.strip_prefix("!Ref ")?))).collect();
    let set: BTreeSet<String> = handlers.iter().map(|(name, _)| (*name).to_owned()).collect();
    // A parameter would store the certificate in the stack's configuration; it is kept in a secret store.
    let unset = BTreeSet::from(["APP_CERTIFICATE".to_owned()]);
    assert_eq!(&set | &unset, on(Platform::Lambda));
    assert!(set.is_disjoint(&unset));

    for (name, parameter) in handlers {
        let body = parameter_of_template(&template, parameter);
        let words = name.split('_').map(|word| format!("{}{}", &word[..1], word[1..].to_lowercase()));
        assert_eq!(words.collect::<String>(), parameter);
        let hidden = body.contains(&"    NoEcho: true");
        assert_eq!(hidden, secrets(Platform::Lambda).contains(name), "{parameter}");
        let default = body.iter().find_map(|line| line.strip_prefix("    Default: "));
        let expected = match VARIABLES.iter().find(|variable| variable.name == name).unwrap().default {
            DefaultValue::Value(value) => Some(value),
            // A deployment must name its project. The template sets the others: it is closed until there is an API key.
            DefaultValue::Unset(_) => match parameter {
                "AppId" => None,
                "AppCertificateSecret" => Some("agora/app-certificate"),
                "Auth" => Some("api-key"),
                _ => Some(""),
            },
        };
        assert_eq!(default.map(|it| it.trim_matches('"')), expected, "{parameter}");
    }
}

/// The lines below a parameter's name.
fn parameter_of_template<'a>(template: &'a str, parameter: &str) -> Vec<&'a str> {
    let parameters = between(template, "Parameters:", "Rules:");
    let after = parameters.into_iter().skip_while(|line| *line != format!("  {parameter}:"));
    let body: Vec<&str> = after.skip(1).take_while(|line| line.starts_with("    ")).collect();
    assert!(!body.is_empty(), "{parameter}");
    body
}

#[test]
fn template_yaml_groups_list_parameters_in_order() {
    let template = file("template.yaml");
    let groups = between(&template, "    ParameterGroups:", "Parameters:").join(" ");
    let listed: Vec<&str> = groups
        .split("Label: ")
        .skip(1)
        .flat_map(|group| group.split_once("Parameters:").unwrap().1.split([' ', ',', '[', ']', '-']))
        .filter(|word| !word.is_empty())
        .collect();
    let parameters: Vec<&str> = between(&template, "Parameters:", "Rules:")
        .into_iter()
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .map(|line| line.trim().trim_end_matches(':'))
        .collect();
    assert_eq!(listed, parameters);
    // The AWS console shows parameters in this order, and every one but the first has a default.
    assert_eq!(parameters[..4], ["AppId", "AppCertificateSecret", "Auth", "ApiKeys"]);
    for parameter in &parameters {
        let has_default =
            parameter_of_template(&template, parameter).iter().any(|line| line.starts_with("    Default: "));
        assert_eq!(has_default, *parameter != "AppId", "{parameter}");
    }
}

#[test]
fn guide_to_lambda_states_template_defaults() {
    let template = file("template.yaml");
    let guide = file("docs/deploy-lambda.md");
    let rows = between(&guide, "| parameter | default |", "A PEM public key");
    let mut names = 0;
    for row in rows.into_iter().skip(1).filter(|row| row.starts_with('|')) {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        for parameter in cells[1].split('`').skip(1).step_by(2) {
            let body = parameter_of_template(&template, parameter);
            let default = body.iter().find_map(|line| line.strip_prefix("    Default: "));
            let expected = match default.map(|value| value.trim_matches('"')) {
                None => "required".to_owned(),
                Some("") => "empty".to_owned(),
                Some(value) => format!("`{value}`"),
            };
            assert_eq!(cells[2], expected, "{parameter}");
            names += 1;
        }
    }
    assert!(names >= 8, "{names}");
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
fn every_listed_variable_is_read() {
    // Each variable is read once to check that it is text, and a second time by its parser.
    let asked = RefCell::new(BTreeMap::<String, usize>::new());
    let read = |variables: &[(&str, &str)], platform| {
        let lookup = |name: &str| {
            *asked.borrow_mut().entry(name.to_owned()).or_default() += 1;
            server::lookup(variables)(name)
        };
        let _ = Config::read(environment(platform, &[Source { name: "environment", lookup: &lookup }]));
        asked.take()
    };
    let keys = "backend:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    let of_local = read(&[("AUTH", "api-key,jwt"), ("API_KEYS", keys), ("APP_ID", "x")], local());
    let of_lambda = read(&[("AUTH", "none"), ("APP_CERTIFICATE_SECRET", "x")], server::Platform::Lambda);
    for variable in VARIABLES {
        let often =
            |asked: &BTreeMap<String, usize>| asked.get(variable.name).is_some_and(|count| *count > 1);
        assert!(often(&of_local) || often(&of_lambda), "{} is in the table and is not read", variable.name);
    }
    let every_name: BTreeSet<&str> = VARIABLES.iter().flat_map(Variable::names).collect();
    let others: Vec<&String> = of_lambda.keys().filter(|name| !every_name.contains(name.as_str())).collect();
    assert_eq!(others, ["AWS_SESSION_TOKEN", "PARAMETERS_SECRETS_EXTENSION_HTTP_PORT"]);
}

/// An example file after a user has filled in the project, its only empty variables.
fn filled_in(example: &str) -> Vec<(String, String)> {
    let lines = file(example);
    let uncommented =
        lines.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once('='));
    uncommented
        .map(|(name, value)| {
            let value = if value.is_empty() { "0123456789abcdef0123456789abcdef" } else { value };
            (name.to_owned(), value.to_owned())
        })
        .collect()
}

#[test]
fn example_files_open_no_server() {
    for (example, platform) in [
        (".env.example", local()),
        (".env.example", listening("0.0.0.0:8080")),
        (".dev.vars.example", server::Platform::Workers),
    ] {
        let variables = filled_in(example);
        let names: Vec<&str> = variables.iter().map(|(name, _)| name.as_str()).collect();
        assert!(names.starts_with(&["APP_ID", "APP_CERTIFICATE"]), "{example}: {names:?}");
        let variables: Vec<(&str, &str)> =
            variables.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert!(refused_config(platform, &variables).is_missing_auth(), "{example} on {platform:?}");
    }
    // The guide says how to open `wrangler dev`, and the line is there.
    assert!(file("docs/deploy-workers.md").contains("remove the `#` before `AUTH=none`"));
    assert!(file(".dev.vars.example").contains("\n#AUTH=none\n"));
}

#[test]
fn variable_that_is_not_utf8_is_rejected() {
    let bytes = std::ffi::OsString::from("x");
    for variable in VARIABLES {
        for name in variable.names() {
            let lookup = |asked: &str| {
                if asked == name {
                    Err(VarError::NotUnicode(bytes.clone()))
                } else {
                    server::lookup(&HOSTED)(asked)
                }
            };
            let sources = [Source { name: "environment", lookup: &lookup }];
            let error =
                Config::read(environment(server::Platform::Workers, &sources)).unwrap_err().to_string();
            assert_eq!(error, format!("{name}: expected UTF-8 text, got other bytes"));
        }
    }
}

#[test]
fn first_source_with_any_name_wins() {
    let first =
        [("AGORA_APP_ID", "a".repeat(32)), ("AUTH", "none".to_owned()), ("MAX_EXPIRE_TIME", " ".to_owned())];
    let second = [
        ("APP_ID", "b".repeat(32)),
        ("NEXT_AGORA_APP_CERTIFICATE", "c".repeat(32)),
        ("AUTH", "jwt".to_owned()),
        ("MAX_EXPIRE_TIME", "60".to_owned()),
    ];
    let get = |variables: &[(&str, String)], name: &str| {
        let found = variables.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| value.clone()).ok_or(VarError::NotPresent)
    };
    let sources = [
        Source { name: "environment", lookup: &|name| get(&first, name) },
        Source { name: ".env", lookup: &|name| get(&second, name) },
    ];
    let (config, _) = Config::read(environment(server::Platform::Workers, &sources)).unwrap();
    assert_eq!(given(&config).app_id().as_str(), "a".repeat(32));
    assert!(config.authenticator.is_open());
    assert_eq!(config.policy.max_ttl.as_secs(), 60, "an empty variable is unset");
}

#[test]
fn names_of_one_variable_must_agree() {
    let same = [("APP_ID", APP_ID), ("NEXT_PUBLIC_AGORA_APP_ID", APP_ID), HOSTED[1], HOSTED[2]];
    assert!(config(server::Platform::Workers, &same).is_ok());
    let other = "0123456789abcdef0123456789abcdef";
    let names = [
        ("APP_CERTIFICATE", "NEXT_AGORA_APP_CERTIFICATE"),
        ("AGORA_APP_CERTIFICATE", "NEXT_AGORA_APP_CERTIFICATE"),
    ];
    for (one, another) in names {
        let differ = [HOSTED[0], (one, CERTIFICATE), (another, other), HOSTED[2]];
        let error = refused_config(server::Platform::Workers, &differ).to_string();
        assert_eq!(error, format!("{one}: expected one value, got another one in {another}"));
    }
}

#[test]
fn former_name_is_read_with_notice() {
    let version = |variables: &[(&str, &str)]| {
        let (config, notices) = config(server::Platform::Workers, &[&HOSTED, variables].concat()).unwrap();
        (config.drop_in_version, notices)
    };
    let former = ("TOKEN_VERSION", "006");
    let notice = Notice::FormerName { former: "TOKEN_VERSION", name: "DROP_IN_TOKEN_VERSION" };
    assert_eq!(version(&[former]), (Format::V006, vec![Notice::NoAuthentication, notice]));
    assert_eq!(notice.to_string(), "TOKEN_VERSION is now DROP_IN_TOKEN_VERSION; rename it");
    assert_eq!(version(&[former, ("DROP_IN_TOKEN_VERSION", "006")]).0, Format::V006);
    let differ = [HOSTED.as_slice(), &[former, ("DROP_IN_TOKEN_VERSION", "007")]].concat();
    assert_eq!(
        refused_config(server::Platform::Workers, &differ).to_string(),
        "DROP_IN_TOKEN_VERSION: expected one value, got another one in TOKEN_VERSION"
    );
}
