//! Reads the paths that a file of Rust uses, without a parser of the whole language.

use std::collections::BTreeMap;

/// The facts about a file that the graph needs.
pub struct Source {
    /// Each path that the file uses, by segments.
    pub paths: Vec<Vec<String>>,
    /// The names that its `use` items bring in or export, with their paths.
    pub names: BTreeMap<String, Vec<String>>,
    /// Whether it holds more than `mod` and `use` items.
    pub has_items: bool,
}

impl Source {
    pub fn new(text: &str) -> Self {
        let text = without_tests(&without_attributes(&without_comments(text)));
        let (uses, rest) = split_uses(&text);
        let mut imports = Vec::new();
        for tree in &uses {
            expand(&[], &tokens(tree), &mut imports);
        }
        let mut paths: Vec<_> = imports.iter().map(|(path, _)| path.clone()).collect();
        paths.extend(inline_paths(&rest));
        let names = imports.into_iter().map(|(path, name)| (name, path)).collect();
        let words = tokens(&rest);
        let has_items = words.split(|word| word == ";").any(|item| {
            let item: Vec<_> = item.iter().map(String::as_str).filter(|word| *word != "pub").collect();
            !item.is_empty() && item[0] != "mod"
        });
        Self { paths, names, has_items }
    }
}

/// Replaces comments by a space, and each text and character by an empty one.
fn without_comments(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let starts =
        |at: usize, with: &str| with.chars().enumerate().all(|(i, c)| characters.get(at + i) == Some(&c));
    let mut out = String::new();
    let mut at = 0;
    while at < characters.len() {
        let in_word = out.chars().last().is_some_and(|last| last.is_alphanumeric() || last == '_');
        let hashes = characters[at + 1..].iter().take_while(|c| **c == '#').count();
        if starts(at, "//") {
            at += characters[at..].iter().take_while(|c| **c != '\n').count();
        } else if starts(at, "/*") {
            let mut depth = 0;
            loop {
                if starts(at, "/*") {
                    depth += 1;
                    at += 2;
                } else if starts(at, "*/") {
                    depth -= 1;
                    at += 2;
                } else {
                    at += 1;
                }
                if depth == 0 {
                    break;
                }
            }
            out.push(' ');
        } else if characters[at] == 'r' && !in_word && characters.get(at + 1 + hashes) == Some(&'"') {
            let end = format!("\"{}", "#".repeat(hashes));
            at += hashes + 2;
            while !starts(at, &end) {
                at += 1;
            }
            at += end.len();
            out.push_str("\"\"");
        } else if characters[at] == '"' {
            at += 1;
            while characters[at] != '"' {
                at += if characters[at] == '\\' { 2 } else { 1 };
            }
            at += 1;
            out.push_str("\"\"");
        } else if characters[at] == '\'' && characters[at + 1] == '\\' {
            at += 3 + characters[at + 3..].iter().take_while(|c| **c != '\'').count() + 1;
            out.push_str("''");
        } else if characters[at] == '\'' && characters.get(at + 2) == Some(&'\'') {
            at += 3;
            out.push_str("''");
        } else {
            out.push(characters[at]);
            at += 1;
        }
    }
    out
}

/// Removes attributes, but keeps the mark of test code.
fn without_attributes(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("#[").into_iter().chain(rest.find("#![")).min() {
        let end = at + closing(&rest[at..], '[', ']') + 1;
        out.push_str(&rest[..at]);
        if rest[at..end].starts_with("#[cfg(test)") {
            out.push_str("TEST ");
        }
        rest = &rest[end..];
    }
    out + rest
}

/// Removes test modules.
fn without_tests(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("TEST ") {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.find(['{', ';']).expect("an item follows an attribute");
        let length = if rest[end..].starts_with('{') { end + closing(&rest[end..], '{', '}') } else { end };
        rest = &rest[length + 1..];
    }
    out + rest
}

/// The position of the bracket that closes the first one.
fn closing(text: &str, open: char, close: char) -> usize {
    let mut depth = 0;
    for (at, character) in text.char_indices() {
        if character == open {
            depth += 1;
        } else if character == close {
            depth -= 1;
            if depth == 0 {
                return at;
            }
        }
    }
    panic!("no {close} closes {}", &text[..text.len().min(80)])
}

/// The trees of the `use` items, and the text without them and without visibilities.
fn split_uses(text: &str) -> (Vec<String>, String) {
    let mut visible = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("pub(") {
        visible.push_str(&rest[..at + 3]);
        visible.push(' ');
        rest = &rest[at + 3 + closing(&rest[at + 3..], '(', ')') + 1..];
    }
    visible.push_str(rest);

    let (mut uses, mut others) = (Vec::new(), String::new());
    let mut rest = visible.as_str();
    while let Some(at) = rest.find("use ") {
        let is_word =
            rest[..at].chars().last().is_none_or(|last| last.is_whitespace() || "{};".contains(last));
        others.push_str(&rest[..at]);
        rest = &rest[at + 4..];
        if is_word {
            let end = rest.find(';').expect("a use item ends");
            uses.push(rest[..end].to_owned());
            // The end of the item stays, so that `pub` of `pub use` is a separate item.
            rest = &rest[end..];
        } else {
            others.push_str("use ");
        }
    }
    others.push_str(rest);
    (uses, others)
}

/// Words, `::`, and each other character.
fn tokens(text: &str) -> Vec<String> {
    let mut tokens: Vec<String> = Vec::new();
    let mut word = String::new();
    for character in text.chars().chain([' ']) {
        if character.is_alphanumeric() || character == '_' {
            word.push(character);
            continue;
        }
        if !word.is_empty() {
            tokens.push(std::mem::take(&mut word));
        }
        if character == ':' && tokens.last().is_some_and(|last| last == ":") {
            "::".clone_into(tokens.last_mut().unwrap());
        } else if !character.is_whitespace() {
            tokens.push(character.to_string());
        }
    }
    tokens
}

/// Each path of a use tree, with the name that it gets.
fn expand(prefix: &[String], tree: &[String], found: &mut Vec<(Vec<String>, String)>) {
    let mut path = prefix.to_vec();
    let mut at = 0;
    while at < tree.len() {
        match tree[at].as_str() {
            "::" => {}
            "{" => {
                for branch in branches(&tree[at + 1..tree.len() - 1]) {
                    expand(&path, branch, found);
                }
                return;
            }
            "as" => {
                found.push((path, tree[at + 1].clone()));
                return;
            }
            "self" if !path.is_empty() => {}
            word => path.push(word.to_owned()),
        }
        at += 1;
    }
    if let Some(name) = path.last().cloned() {
        found.push((path, name));
    }
}

/// The parts between the commas that are in no inner group.
fn branches(tree: &[String]) -> Vec<&[String]> {
    let mut depth = 0;
    let parts = tree.split(|token| {
        match token.as_str() {
            "{" => depth += 1,
            "}" => depth -= 1,
            _ => {}
        }
        depth == 0 && token == ","
    });
    parts.filter(|part| !part.is_empty()).collect()
}

/// Each path with `::` outside of `use` items.
fn inline_paths(text: &str) -> Vec<Vec<String>> {
    let words = tokens(text);
    let is_name = |word: &str| word.starts_with(|first: char| first.is_alphabetic() || first == '_');
    let mut paths = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let mut path = Vec::new();
        if is_name(&words[at]) {
            path.push(words[at].clone());
            while words.get(at + 1).is_some_and(|word| word == "::")
                && words.get(at + 2).is_some_and(|word| is_name(word))
            {
                at += 2;
                path.push(words[at].clone());
            }
        }
        if path.len() > 1 {
            paths.push(path);
        }
        at += 1;
    }
    paths
}
