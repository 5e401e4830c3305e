//! The architecture of `src`: the order of its layers, no circles, parent files without logic, short files.

mod graph;
mod source;

use std::collections::BTreeMap;
use std::path::Path;

use graph::Graph;

/// The layers. A file can use the layers after its own, and its own. `guide` is documentation.
const LAYERS: [&str; 16] = [
    "guide",
    "bin",
    "cli",
    "adapter",
    "api",
    "config",
    "policy",
    "auth",
    "variables",
    "grant",
    "request",
    "fetch",
    "json",
    "inspect",
    "token",
    "time",
];

/// Each file of `src` by its path there.
fn sources() -> BTreeMap<String, String> {
    fn read(folder: &Path, root: &Path, files: &mut BTreeMap<String, String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                read(&path, root, files);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
                files.insert(name, std::fs::read_to_string(&path).unwrap());
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = BTreeMap::new();
    read(&root, &root, &mut files);
    assert!(files.len() > 100, "src has {} files", files.len());
    files
}

fn graph(files: &[(&str, &str)]) -> Graph {
    Graph::new(files.iter().map(|(path, text)| (*path, *text)))
}

#[test]
fn source_layers_point_downward_only() {
    let files = sources();
    let graph = Graph::new(files.iter().map(|(path, text)| (path.as_str(), text.as_str())));
    assert_eq!(graph.upward(&LAYERS), [""; 0]);
}

#[test]
fn source_files_have_no_circles_and_parents_no_items() {
    let files = sources();
    let graph = Graph::new(files.iter().map(|(path, text)| (path.as_str(), text.as_str())));
    assert_eq!(graph.circles(), [""; 0]);
    assert_eq!(graph.parents_with_items(), [""; 0]);
}

/// A longer file usually holds two concepts.
#[test]
fn source_files_have_at_most_350_lines() {
    let files = sources();
    let long: Vec<_> =
        files.iter().filter(|(_, text)| text.lines().count() > 350).map(|(path, _)| path).collect();
    assert!(long.is_empty(), "{long:?}");
}

#[test]
fn upward_arrow_is_found() {
    let found = |path, text| graph(&[("api.rs", ""), ("time.rs", ""), (path, text)]).upward(&LAYERS);
    assert_eq!(found("token.rs", "use crate::api::App;"), ["token.rs uses api.rs"]);
    assert_eq!(found("token.rs", "use crate::{api::{App, Body}, time};"), ["token.rs uses api.rs"]);
    assert_eq!(found("token/name.rs", "fn f() { crate::api::f() }"), ["token/name.rs uses api.rs"]);
    assert_eq!(found("token/name.rs", "use super::super::api::App;"), ["token/name.rs uses api.rs"]);
    assert_eq!(found("token.rs", "use crate::api::App as Other;"), ["token.rs uses api.rs"]);
    assert_eq!(found("cli.rs", "use crate::api::App;"), [""; 0]);
    assert_eq!(found("token.rs", "use crate::time::Ttl; use api::Other; use http::api;"), [""; 0]);
}

#[test]
fn unlisted_layer_is_found() {
    assert_eq!(
        graph(&[("util.rs", "use crate::time::Ttl;"), ("time.rs", "")]).upward(&LAYERS),
        ["util.rs is in no layer"]
    );
}

#[test]
fn comments_texts_and_tests_are_not_arrows() {
    let text = r##"
        //! [`App`](crate::api::App)
        /* use crate::api::App; /* nested */ use crate::api::App; */
        const A: &str = "use crate::api::App;";
        const B: &str = r#"" use crate::api::App;"#;
        const C: [char; 2] = ['"', '\''];
        fn f<'a>(text: &'a str) -> impl Iterator + use<'a> {}
        pub(in crate::api) struct D;
        #[cfg(test)]
        mod tests {
            use crate::api::App;
        }
    "##;
    assert_eq!(graph(&[("token.rs", text), ("api.rs", "")]).upward(&LAYERS), [""; 0]);
}

#[test]
fn circle_between_files_is_found() {
    let two = [("token/a.rs", "use super::b::B;"), ("token/b.rs", "fn f() { super::a::f() }")];
    assert_eq!(graph(&two).circles(), ["token/a.rs, token/b.rs"]);
    let three = [
        ("token.rs", "mod a; mod b; mod c;"),
        ("token/a.rs", "use crate::token::b::B;"),
        ("token/b.rs", "use super::c; fn f() { c::f() }"),
        ("token/c.rs", "use super::a::{self, A};"),
    ];
    assert_eq!(graph(&three).circles(), ["token/a.rs, token/b.rs, token/c.rs"]);
    assert_eq!(graph(&three[..3]).circles(), [""; 0]);
}

#[test]
fn circle_through_export_is_found() {
    let files = [
        ("token.rs", "mod a; mod b; pub use a::A; pub use b::{B as C};"),
        ("token/a.rs", "use super::C;"),
        ("token/b.rs", "use crate::token::A;"),
    ];
    assert_eq!(graph(&files).circles(), ["token/a.rs, token/b.rs"]);
    let root = [
        ("lib.rs", "mod token; mod time; pub use token::T;"),
        ("token.rs", "use crate::time::Ttl;"),
        ("time.rs", "use crate::T;"),
    ];
    assert_eq!(graph(&root).circles(), ["time.rs, token.rs"]);
}

#[test]
fn circle_through_parent_with_items_is_found() {
    let files = [("token.rs", "mod a; pub use a::A; pub struct Error;"), ("token/a.rs", "use super::Error;")];
    assert_eq!(graph(&files).circles(), ["token.rs, token/a.rs"]);
    assert_eq!(graph(&files).parents_with_items(), ["token.rs"]);
    let clean = [
        (
            "token.rs",
            "#![doc = \"struct A\"]\nmod a;\n#[cfg(test)]\nmod tests { struct B; }\npub(crate) use a::{A, B};",
        ),
        ("token/a.rs", "pub struct A;"),
    ];
    assert_eq!(graph(&clean).parents_with_items(), [""; 0]);
}
