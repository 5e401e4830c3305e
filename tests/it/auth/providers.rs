//! The recipes of docs/authentication.md: the documented key set and claims of each provider, signed here, with exactly
//! the variables of the recipe.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::Request;
use serde_json::{Value, json};

use agora_token_server::api::Body;

use crate::common::issuer::Key;
use crate::common::server::{APP_ID, CERTIFICATE, NOW, Response, SALT, Server, context, local};

/// A file of tests/vectors/providers: one kind of token.
struct Provider {
    name: String,
    vector: Value,
}

fn providers() -> Vec<Provider> {
    let folder = format!("{}/tests/vectors/providers", env!("CARGO_MANIFEST_DIR"));
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let read = |file: std::path::PathBuf| Provider {
        name: file.file_stem().unwrap().to_str().unwrap().to_owned(),
        vector: serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap(),
    };
    files.map(read).collect()
}

/// An object with changes; null removes a member, `@null` sets it to null.
fn changed(object: &Value, changes: &Value) -> Value {
    let mut object = object.clone();
    for (name, value) in changes.as_object().into_iter().flatten() {
        match value {
            Value::Null => drop(object.as_object_mut().unwrap().remove(name)),
            Value::String(text) if text == "@null" => object[name] = Value::Null,
            value => object[name] = value.clone(),
        }
    }
    object
}

impl Provider {
    fn settings(&self) -> BTreeMap<String, String> {
        settings(&self.vector["settings"])
    }

    fn key_name(&self) -> &str {
        let first = &self.vector["key_set"]["keys"][0]["key"];
        self.vector["key"].as_str().or(first.as_str()).unwrap()
    }

    /// The provider's key set, with the numbers of the test keys in place of its own.
    fn key_set(&self) -> Bytes {
        let mut set = self.vector["key_set"].clone();
        for jwk in set["keys"].as_array_mut().unwrap() {
            let name = jwk.as_object_mut().unwrap().remove("key").unwrap();
            *jwk = Key::named(name.as_str().unwrap()).jwk(jwk);
        }
        set.to_string().into()
    }

    fn token(&self, change: &Value) -> String {
        if let Some(token) = change["token"].as_str() {
            return token.to_owned();
        }
        let header = if change["header"].is_null() { &self.vector["header"] } else { &change["header"] };
        let alg = header["alg"].as_str().unwrap();
        let key = match alg {
            "HS512" => Key::named("long-secret").with_alg("HS512"),
            _ => Key::named(change["key"].as_str().unwrap_or(self.key_name())),
        };
        key.jwt_with(header, &changed(&self.vector["claims"], &change["claims"]))
    }

    /// `POST /token` without a uid, with the recipe changed by `change`.
    fn send(&self, change: &Value, channel: &str) -> Response {
        let settings = settings(&changed(&self.vector["settings"], &change["settings"]));
        let mut variables = vec![("APP_ID", APP_ID), ("APP_CERTIFICATE", CERTIFICATE), ("AUTH", "jwt")];
        variables.extend(settings.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        let (header, scheme) = match settings.get("JWT_HEADER") {
            Some(name) => (name.as_str(), ""),
            None => ("authorization", "Bearer "),
        };
        let body = json!({ "channel": channel, "role": "subscriber", "expireTime": 60 });
        let request = Request::post("/token")
            .header("content-type", "application/json")
            .header(header, format!("{scheme}{}", self.token(change)))
            .body(Body::Whole(body.to_string().into()))
            .unwrap();
        let fetch = |due: agora_token_server::fetch::Fetch| {
            assert_eq!(Some(&due.url), settings.get("JWT_JWKS_URL"), "{}", self.name);
            Ok(self.key_set())
        };
        Server::on(local(), &variables).answer(&request, &context(NOW, SALT), fetch, |_| None)
    }
}

fn settings(object: &Value) -> BTreeMap<String, String> {
    let members = object.as_object().unwrap().iter();
    members.map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned())).collect()
}

#[test]
fn provider_recipe_accepts_its_tokens() {
    for provider in providers() {
        let Provider { name, vector } = &provider;
        let response = provider.send(&Value::Null, "room-1").ok();
        let expected = vector["identity"].as_str().unwrap();
        let uid = expected.parse::<u32>().map_or(json!(expected), |uid| json!(uid));
        assert_eq!(response["uid"], uid, "{name}");
        let elsewhere = provider.send(&Value::Null, "room-2");
        if vector["channels"].is_null() {
            elsewhere.ok();
        } else {
            assert_eq!(elsewhere.forbidden().0, "channel", "{name}");
        }
    }
}

#[test]
fn provider_recipe_rejects_other_tokens_and_logs_fix() {
    for provider in providers() {
        for refused in provider.vector["refused"].as_array().unwrap() {
            let response = provider.send(refused, "room-1");
            let named = format!("{}: {}", provider.name, refused["why"]);
            assert_eq!(response.status, 401, "{named}");
            assert_eq!(response.log()["cause"], refused["cause"], "{named}");
        }
    }
}

/// The table under `## Recipes`: the cells of each row.
fn recipes() -> Vec<Vec<String>> {
    let path = format!("{}/docs/authentication.md", env!("CARGO_MANIFEST_DIR"));
    let guide = std::fs::read_to_string(path).unwrap();
    let (_, section) = guide.split_once("\n## Recipes\n").unwrap();
    let rows =
        section.lines().skip_while(|line| !line.starts_with('|')).take_while(|line| line.starts_with('|'));
    rows.skip(2).map(|row| row.split('|').skip(1).map(|cell| cell.trim().to_owned()).collect()).collect()
}

#[test]
fn provider_recipe_is_row_of_guide() {
    let rows = recipes();
    let mut tested = vec![false; rows.len()];
    for provider in providers() {
        let (name, recipe) = (&provider.name, &provider.vector["recipe"]);
        let index = rows.iter().position(|row| recipe[0] == row[0] && recipe[1] == row[1]).expect(name);
        tested[index] = true;
        let (mut settings, row) = (provider.settings(), &rows[index]);
        let issuer = settings.remove("JWT_ISSUER").unwrap();
        settings.remove("JWT_AUDIENCE").unwrap();
        let path =
            |cell: &str| cell.strip_prefix("issuer + `").map(|path| path.trim_end_matches('`').to_owned());
        match (settings.remove("JWT_JWKS_URL"), path(&row[4])) {
            (Some(url), Some(path)) => assert_eq!(url, issuer + &path, "{name}"),
            (Some(url), None) => assert_eq!(row[4], format!("`{url}`"), "{name}"),
            (None, _) => assert!(row[4].is_empty() && settings.contains_key("JWT_SECRET"), "{name}"),
        }
        for variable in settings.keys() {
            assert!(row[5].contains(&format!("`{variable}")), "{name}: the row lacks {variable}");
        }
        for (variable, value) in row[5].split('`').filter_map(|code| code.split_once('=')) {
            assert_eq!(settings.get(variable).map(String::as_str), Some(value), "{name}: {variable}");
        }
    }
    let untested: Vec<_> =
        rows.iter().zip(tested).filter(|(_, tested)| !tested).map(|(row, _)| row).collect();
    assert!(untested.is_empty(), "{untested:?}");
}
