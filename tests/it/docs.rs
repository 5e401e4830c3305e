//! The tables and manifests of `docs/`: generated from the code between `<!-- table: NAME -->` and `<!-- end -->`, or compared with it.
//!
//! `UPDATE_DOCS=1 cargo test --test it docs` writes the generated ones.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;

use agora_token_server::api::routes;
use agora_token_server::config::{DefaultValue, Platform, VARIABLES};
use agora_token_server::request::TokenKind;
use serde_json::Value;

fn path(name: &str) -> String {
    format!("{}/{name}", env!("CARGO_MANIFEST_DIR"))
}

fn read(name: &str) -> String {
    fs::read_to_string(path(name)).unwrap()
}

/// The text between a table's marks.
fn table<'a>(document: &'a str, name: &str) -> &'a str {
    let (_, rest) = document.split_once(&format!("<!-- table: {name} -->\n")).expect(name);
    rest.split_once("<!-- end -->").expect(name).0
}

#[track_caller]
fn assert_generated(file: &str, name: &str, expected: &str) {
    let document = read(file);
    let found = table(&document, name);
    if found == expected {
        return;
    }
    let update = std::env::var_os("UPDATE_DOCS").is_some();
    assert!(update, "{file}: table {name} is stale; run UPDATE_DOCS=1 cargo test --test it docs");
    let start = document.find(&format!("<!-- table: {name} -->\n")).unwrap();
    let from = start + document[start..].find('\n').unwrap() + 1;
    let changed = format!("{}{expected}{}", &document[..from], &document[from + found.len()..]);
    fs::write(path(file), changed).unwrap();
}

/// The first cells of a table's rows that hold code, without the marks.
fn listed(table: &str, column: usize) -> BTreeSet<String> {
    let cells = table.lines().filter_map(|row| row.strip_prefix('|')?.split('|').nth(column));
    cells.flat_map(|cell| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>()).collect()
}

fn enumeration(pointer: &str) -> BTreeSet<String> {
    let openapi: Value = serde_json::from_str(&read("src/api/openapi.json")).unwrap();
    let list = openapi.pointer(pointer).expect(pointer).as_array().unwrap();
    list.iter().map(|value| value.as_str().unwrap().to_owned()).collect()
}

#[test]
fn variables_table_is_generated() {
    let mut rows = String::from("| variable | default | where | effect |\n|---|---|---|---|\n");
    for variable in VARIABLES {
        let default = match variable.default {
            DefaultValue::Value(value) => format!("`{value}`"),
            DefaultValue::Unset("") => "unset".to_owned(),
            DefaultValue::Unset(words) => words.to_owned(),
        };
        let places: Vec<&str> = variable
            .platforms
            .iter()
            .map(|platform| match platform {
                Platform::Local => "local",
                Platform::Lambda => "Lambda",
                Platform::Workers => "Workers",
            })
            .collect();
        let place = if places.len() == Platform::ALL.len() { "all".to_owned() } else { places.join(", ") };
        let secret = if variable.secret { " (secret)" } else { "" };
        let doc = variable.doc.replace('|', "\\|");
        let names: Vec<String> = variable.names().map(|name| format!("`{name}`")).collect();
        let names = names.join(" or ");
        writeln!(rows, "| {names}{secret} | {} | {place} | {doc} |", default.replace('|', "\\|")).unwrap();
    }
    assert_generated("docs/configuration.md", "variables", &rows);
}

#[test]
fn manifests_are_shown_as_they_are() {
    for name in ["compose", "kubernetes"] {
        let manifest = read(&format!(".docker/{name}.yaml"));
        assert_generated("docs/deploy-container.md", name, &format!("```yaml\n{manifest}```\n"));
    }
}

#[test]
fn routes_table_is_generated() {
    let mut rows = String::from("| path | methods |\n|---|---|\n");
    for (path, methods) in routes() {
        let methods: Vec<&str> = methods
            .iter()
            .map(http::Method::as_str)
            .filter(|method| !matches!(*method, "OPTIONS" | "HEAD"))
            .collect();
        writeln!(rows, "| `{path}` | {} |", methods.join(", ")).unwrap();
    }
    assert_generated("docs/http-api.md", "routes", &rows);
}

#[test]
fn token_types_table_lists_every_kind() {
    let kinds: BTreeSet<String> = TokenKind::ALL.into_iter().map(|kind| kind.name().to_owned()).collect();
    assert_eq!(listed(table(&read("docs/http-api.md"), "token-types"), 0), kinds);
}

#[test]
fn errors_table_lists_every_code() {
    let codes = enumeration("/components/schemas/Problem/properties/code/enum");
    assert_eq!(listed(table(&read("docs/http-api.md"), "errors"), 1), codes);
}

#[test]
fn rules_table_lists_every_rule() {
    let rules = enumeration("/components/schemas/Problem/properties/rule/enum");
    assert_eq!(listed(table(&read("docs/http-api.md"), "rules"), 0), rules);
}

/// The guide has the limits of the source, including the private constants of the adapters.
#[test]
fn limits_table_states_values_of_source() {
    let page = read("docs/limits-and-cost.md");
    for (row, constant) in [
        ("| request body | 64 KiB, then 413 |", "api/request.rs: MAX_BODY_BYTES: usize = 64 * 1024;"),
        (
            "| request head (local) | 16 KiB, then 431 |",
            "adapter/native/connection.rs: MAX_HEAD_BYTES: usize = 16 * 1024;",
        ),
        (
            "| reading a head, a body (local) | 10 s each |",
            "adapter/native/connection.rs: HEAD_TIMEOUT: Duration = Duration::from_secs(10);",
        ),
        (
            "| reading a head, a body (local) | 10 s each |",
            "adapter/native/server.rs: BODY_TIMEOUT: Duration = Duration::from_secs(10);",
        ),
        (
            "| writing a response without progress (local) | 10 s |",
            "adapter/native/stream.rs: WRITE_TIMEOUT: Duration = Duration::from_secs(10);",
        ),
        (
            "| reading on after an early response (local) | 2 s |",
            "adapter/native/stream.rs: LINGER_TIMEOUT: Duration = Duration::from_secs(2);",
        ),
        (
            "| connections (local) | `MAX_CONNECTIONS`; 10,000 by default, or the soft descriptor limit less 32 |",
            "adapter/native/connections.rs: MAX_CONNECTIONS: usize = 10_000;",
        ),
        (
            "| connections (local) | `MAX_CONNECTIONS`; 10,000 by default, or the soft descriptor limit less 32 |",
            "adapter/native/connections.rs: OTHER_DESCRIPTORS: usize = 32;",
        ),
        (
            "| requests that arrive at once (local) | 256 |",
            "adapter/native/connections.rs: MAX_RECEIVING: usize = 256;",
        ),
        (
            "| requests in progress at the end (local) | 25 s |",
            "adapter/native/serve.rs: DRAIN_TIMEOUT: Duration = Duration::from_secs(25);",
        ),
        ("| key set | 3 s, 256 KiB,", "auth/key_set.rs: KEY_SET_TIMEOUT: Duration = Duration::from_secs(3);"),
        ("| key set | 3 s, 256 KiB,", "auth/key_set.rs: KEY_SET_MAX_BYTES: usize = 256 * 1024;"),
        ("fetch per minute for an unknown `kid`", "auth/key_set.rs: retry_after: 60,"),
        ("| JWT | 8 KiB |", "auth/jwt.rs: JWT_MAX_BYTES: usize = 8 * 1024;"),
        ("| token lifetime | 1 to 86,400 s |", "time.rs: MAX: Self = Self(86_400);"),
    ] {
        assert!(page.contains(row), "{row}");
        let (file, value) = constant.split_once(": ").unwrap();
        assert!(read(&format!("src/{file}")).contains(value), "{constant}");
    }
    let rates = "`RATE_LIMIT` (local), off by default; `RATE_LIMITER` (Workers), 6,000 a minute; `ThrottleRate` (Lambda), 100 per second";
    assert!(page.contains(&format!("| requests per caller | {rates} |")));
    assert!(read("wrangler.toml").contains("simple = { limit = 6000, period = 60 }"));
    let template = read("template.yaml");
    let throttle =
        template.split_once("\n  ThrottleRate:\n").unwrap().1.split_once("\n  Throttle").unwrap().0;
    assert!(throttle.contains("    Default: 100\n"), "{throttle}");
}

/// README repeats what the project does not defend, for newcomers.
#[test]
fn limits_of_formats_are_stated_in_readme_and_threat_model() {
    let readme = read("README.md");
    let limitations = readme.split_once("\nLimitations:\n").unwrap().1.split_once("\n## ").unwrap().0;
    for stated in [
        "- 006 tokens can be rewritten",
        "`ALLOW_006=true`",
        "- Chat folds case",
        "publish privileges only if",
    ] {
        assert!(limitations.contains(stated), "{stated}");
    }
    let document = read("docs/threat-model.md");
    let undefended = document.split_once("\n## Not defended\n").unwrap().1;
    for stated in
        ["- **006 tokens.**", "- **Chat folds case.**", "- **Co-host authentication.**", "- **Revocation.**"]
    {
        assert!(undefended.contains(stated), "{stated}");
    }
}

/// Each guide first states its use, has a command and a link, and is a page on docs.rs with working links to other
/// guides.
#[test]
fn guides_are_pages_with_commands_and_links() {
    let (pages, addresses) = (read("src/guide.rs"), read("src/guide/links.md"));
    let mut guides = 0;
    for entry in fs::read_dir(path("docs")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let guide = read(&format!("docs/{name}"));
        let module = |file: &str| file.trim_end_matches(".md").replace('-', "_");
        assert!(pages.contains(&format!("    {}: \"{name}\"\n", module(&name))), "{name} is not a page");
        assert!(guide.split("\n\n").nth(1).unwrap().starts_with("After this page, "), "{name}");
        assert!(guide.contains("\n```sh\n"), "{name} has no command");
        assert!(guide.contains("]: ") || guide.contains("]("), "{name} has no link");
        for start in guide.match_indices("](").map(|(index, _)| index + 2) {
            let target = guide[start..].split(')').next().unwrap();
            let is_guide =
                target.split('#').next().unwrap().strip_suffix(".md").is_some_and(|name| !name.contains('/'));
            assert!(!is_guide, "{name}: on docs.rs, ({target}) leads nowhere; write [{target}]");
        }
        let definitions = guide.lines().filter_map(|line| line.strip_prefix('[')?.split_once("]: "));
        for (label, target) in definitions {
            let (file, anchor) = label.split_at(label.find('#').unwrap_or(label.len()));
            let expected = format!("[{label}]: ../{}/index.html{anchor}\n", module(file));
            assert!(label == target && addresses.contains(&expected), "{name}: {expected}");
        }
        guides += 1;
    }
    assert!(guides >= 14, "{guides}");
}

/// The last column of the attacks names modules of `tests/it`, files, and faults of the running server.
#[test]
fn threat_model_names_tests_that_exist() {
    let document = read("docs/threat-model.md");
    let rows = document.lines().skip_while(|line| !line.starts_with("| attack |")).skip(2);
    let faults: String = fs::read_dir(path("tests/runtimes/faults"))
        .unwrap()
        .map(|file| fs::read_to_string(file.unwrap().path()).unwrap())
        .collect();
    let mut names = 0;
    for row in rows.take_while(|line| line.starts_with('|')) {
        let tests = row.trim_end_matches('|').rsplit('|').next().unwrap();
        let before = names;
        for name in tests.split('`').skip(1).step_by(2) {
            let is_module =
                ["", ".rs"].iter().any(|end| fs::exists(path(&format!("tests/it/{name}{end}"))).unwrap());
            let is_fault = faults.contains(&format!("export async function {name}("));
            assert!(is_module || is_fault || fs::exists(path(name)).unwrap(), "{name} in {row}");
            names += 1;
        }
        assert!(names > before || tests.contains("fuzz targets"), "no test in {row}");
    }
    assert!(names > 30, "{names}");
}

/// The figures of README's table are those of `benches/README.md`, digit by digit.
#[test]
fn readme_figures_are_those_of_the_benches() {
    let (readme, benches) = (read("README.md"), read("benches/README.md"));
    let (_, table) = readme.split_once("## Performance\n").unwrap();
    let rows: Vec<&str> = table.lines().take_while(|line| !line.starts_with("## ")).collect();
    let rows: Vec<&str> = rows.into_iter().filter(|line| line.starts_with('|')).skip(2).collect();
    assert_eq!(rows.len(), 4);
    assert!(rows[0].contains("JWT"), "JWTs come first");
    let is_part = |character: char| character.is_ascii_digit() || character == '.';
    let measured: BTreeSet<&str> =
        benches.split(|character| !is_part(character)).map(|word| word.trim_end_matches('.')).collect();
    for row in rows {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        for cell in &cells[2..5] {
            let figure = cell.rsplit(": ").next().unwrap().replace(',', "");
            let figure = figure.split(' ').next().unwrap();
            assert!(figure.parse::<f64>().is_ok(), "{cell}");
            assert!(measured.contains(figure), "{figure} of {row} is not in benches/README.md");
        }
    }
}

/// A newcomer installs the versions that `.ci/run` tests.
#[test]
fn tool_versions_in_guides_are_those_of_ci() {
    let (ci, python, lock) = (read(".ci/run"), read(".ci/requirements.in"), read("Cargo.lock"));
    let after = |text: &str, mark: &str| {
        let (_, rest) = text.split_once(mark).unwrap_or_else(|| panic!("{mark} is missing"));
        rest.split(['\n', ' ', '"']).next().unwrap().to_owned()
    };
    let worker_build = after(&ci, "WORKER_BUILD=");
    for name in ["docs/deploy-workers.md", "wrangler.toml", "package.json"] {
        assert_eq!(after(&read(name), "worker-build --version "), worker_build, "{name}");
    }
    let bindgen = after(&lock, "name = \"wasm-bindgen\"\nversion = \"");
    assert_eq!(after(&read("docs/deploy-workers.md"), "wasm-bindgen-cli --version "), bindgen);
    for tool in ["aws-sam-cli==", "cargo-lambda=="] {
        assert_eq!(after(&read("docs/deploy-lambda.md"), tool), after(&python, tool), "{tool}");
    }
}

/// Paths in code spans, but those with a place for a name.
#[test]
fn contributing_names_files_that_exist() {
    let document = read(".github/CONTRIBUTING.md");
    let mut names = 0;
    for name in document.split('`').skip(1).step_by(2) {
        if name.contains(['<', ' ']) || !name.contains('/') {
            continue;
        }
        let name = name.trim_end_matches("/**");
        assert!(fs::exists(path(name)).unwrap(), "{name}");
        names += 1;
    }
    assert!(names > 25, "{names}");
}
