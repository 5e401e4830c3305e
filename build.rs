//! Compresses the `OpenAPI` document, and joins the page of the local server: one HTML file that holds its
//! style and script and loads nothing.
//!
//! The parts are linted as the files that they are. The script is a module for each concern; the joined
//! script has one scope, so two modules must not declare the same name.

use std::path::{Path, PathBuf};
use std::{env, fs};

/// In the order of their imports: `start` runs when everything else is declared.
const MODULES: [&str; 9] =
    ["dom", "tabs", "form", "authentication", "time", "send", "made", "report", "start"];
/// Modules whose texts are code that readers copy, so their lines stay as they are.
const SAMPLES: [&str; 2] = ["samples", "renewal"];

fn main() {
    let folder = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    fs::write(folder.join("openapi.json.deflate"), openapi()).expect("OUT_DIR is writable");
    fs::write(folder.join("page.html"), page()).expect("OUT_DIR is writable");
}

/// The document without the white space between its tokens, compressed: a tenth of its size, which every
/// start of a Worker reads.
fn openapi() -> Vec<u8> {
    const MAX_LEVEL: u8 = 10;
    const DOCUMENT: &str = "src/api/openapi.json";
    println!("cargo::rerun-if-changed={DOCUMENT}");
    let document = fs::read_to_string(DOCUMENT).unwrap_or_else(|error| panic!("{DOCUMENT}: {error}"));
    let (mut in_text, mut is_escaped) = (false, false);
    let is_kept = |character: &char| {
        let is_quote = *character == '"' && !is_escaped;
        is_escaped = in_text && *character == '\\' && !is_escaped;
        in_text ^= is_quote;
        in_text || !character.is_ascii_whitespace()
    };
    let document: String = document.chars().filter(is_kept).collect();
    miniz_oxide::deflate::compress_to_vec(document.as_bytes(), MAX_LEVEL)
}

fn page() -> String {
    let parts = Path::new("src/api/page");
    println!("cargo::rerun-if-changed={}", parts.display());
    let read = |name: &str| {
        let path = parts.join(name);
        // Git on Windows may write CRLF; browsers hash the text with LF.
        fs::read_to_string(&path)
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
            .replace("\r\n", "\n")
    };
    let style = format!("<style>{}</style>", compact(&["page.css", "result.css"].map(read).concat()));
    let samples = SAMPLES.map(|name| without_imports(&read(&format!("{name}.mjs"))));
    let modules = MODULES.map(|name| joined(&without_imports(&read(&format!("{name}.mjs")))));
    let script = format!("<script>\n\"use strict\";\n{}{}</script>", samples.concat(), modules.concat());
    let page = trimmed(&read("page.html"));
    let page = replaced(&page, r#"<link rel="stylesheet" href="page.css">"#, &style);
    let page = replaced(&page, "<link rel=\"stylesheet\" href=\"result.css\">\n", "");
    replaced(&page, r#"<script type="module" src="start.mjs"></script>"#, &script)
}

fn replaced(page: &str, tag: &str, text: &str) -> String {
    let (before, after) = page.split_once(tag).unwrap_or_else(|| panic!("page.html: {tag} is missing"));
    [before, text, after].concat()
}

/// A module as part of one script, without the comment at its top.
fn without_imports(module: &str) -> String {
    let mut script = String::new();
    let mut in_import = false;
    for line in module.lines().skip_while(|line| line.is_empty() || line.starts_with("//")) {
        in_import |= line.starts_with("import ");
        if !in_import {
            script.push_str(line.strip_prefix("export ").unwrap_or(line));
            script.push('\n');
        }
        in_import &= !line.ends_with(';');
    }
    script
}

/// A style sheet on one line, in the spacing that Biome gives it. Its strings hold no such spacing.
fn compact(style: &str) -> String {
    let pairs = [
        ("\n", " "),
        ("{ ", "{"),
        (" {", "{"),
        ("; ", ";"),
        (";}", "}"),
        ("} ", "}"),
        (": ", ":"),
        (", ", ","),
    ];
    pairs.iter().fold(trimmed(style), |style, (from, to)| style.replace(from, to))
}

/// A script without the line breaks that mean nothing. Biome ends every statement with a semicolon, and
/// no template of these modules has two lines.
fn joined(script: &str) -> String {
    let mut text = trimmed(script);
    for last in ["{", "(", "[", ",", ";"] {
        text = text.replace(&format!("{last}\n"), last);
    }
    text
}

/// Without indentation, empty lines and comments that fill their lines.
fn trimmed(text: &str) -> String {
    let mut kept = String::new();
    let mut in_comment = false;
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        in_comment |= line.starts_with("/*");
        if !in_comment && !line.starts_with("//") {
            kept.push_str(line);
            kept.push('\n');
        }
        in_comment &= !line.ends_with("*/");
    }
    kept
}
