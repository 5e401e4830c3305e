//! The graph of the crate's files by their uses.

use std::collections::{BTreeMap, BTreeSet};

use super::source::Source;

/// The name under which `src/bin` uses the library.
const CRATE: &str = "agora_token_server";

pub struct Graph {
    /// Each file by its module path; the root has the empty one.
    files: BTreeMap<Vec<String>, File>,
}

struct File {
    path: String,
    source: Source,
    is_parent: bool,
}

impl Graph {
    pub fn new<'a>(files: impl Iterator<Item = (&'a str, &'a str)> + Clone) -> Self {
        let paths: Vec<&str> = files.clone().map(|(path, _)| path).collect();
        let file = |(path, text): (&'a str, &'a str)| {
            let stem = path.strip_suffix(".rs").expect("a file of Rust");
            let module: Vec<String> = match stem {
                "lib" => Vec::new(),
                _ => stem.split('/').map(str::to_owned).collect(),
            };
            let is_parent = stem == "lib" || paths.iter().any(|path| path.starts_with(&format!("{stem}/")));
            (module, File { path: path.to_owned(), source: Source::new(text), is_parent })
        };
        Self { files: files.map(file).collect() }
    }

    /// Each use of a higher layer.
    pub fn upward(&self, layers: &[&str]) -> Vec<String> {
        let layer = |module: &[String]| {
            layers.iter().position(|layer| module.first().is_some_and(|first| first == layer))
        };
        let mut found = Vec::new();
        for (module, file) in self.files.iter().filter(|(module, _)| !module.is_empty()) {
            let Some(own) = layer(module) else {
                found.push(format!("{} is in no layer", file.path));
                continue;
            };
            for used in self.uses(module) {
                if layer(&used).is_some_and(|used| used < own) {
                    found.push(format!("{} uses {}", file.path, self.files[&used].path));
                }
            }
        }
        found
    }

    /// Each group of files that use each other, directly or through other files.
    pub fn circles(&self) -> Vec<String> {
        let reached: BTreeMap<_, _> =
            self.files.keys().map(|module| (module, self.reached_from(module))).collect();
        let mut circles = BTreeSet::new();
        for (module, reaches) in &reached {
            if reaches.contains(*module) {
                let circle = reaches.iter().filter(|other| reached[other].contains(*module));
                circles.insert(
                    circle.map(|module| self.files[module].path.as_str()).collect::<Vec<_>>().join(", "),
                );
            }
        }
        circles.into_iter().collect()
    }

    /// Each parent file that holds more than modules and exports. The root is exempt: its documentation
    /// includes the README.
    pub fn parents_with_items(&self) -> Vec<String> {
        let files = self
            .files
            .iter()
            .filter(|(module, file)| !module.is_empty() && file.is_parent && file.source.has_items);
        files.map(|(_, file)| file.path.clone()).collect()
    }

    fn reached_from(&self, module: &[String]) -> BTreeSet<Vec<String>> {
        let mut reached = BTreeSet::new();
        let mut due = vec![module.to_vec()];
        while let Some(module) = due.pop() {
            for used in self.uses(&module) {
                if reached.insert(used.clone()) {
                    due.push(used);
                }
            }
        }
        reached
    }

    /// The files that a file uses. A parent without items has no uses: a name that it exports counts as a
    /// use of the file that defines it.
    fn uses(&self, module: &[String]) -> BTreeSet<Vec<String>> {
        if self.is_transparent(module) {
            return BTreeSet::new();
        }
        let paths = self.files[module].source.paths.iter();
        paths
            .filter_map(|path| self.resolved(module, path, 0))
            .filter(|used| used != module && !self.is_transparent(used))
            .collect()
    }

    fn is_transparent(&self, module: &[String]) -> bool {
        let file = &self.files[module];
        module.is_empty() || file.is_parent && !file.source.has_items
    }

    /// The file that defines the item of a path, or `None` outside of the crate.
    fn resolved(&self, module: &[String], path: &[String], depth: u8) -> Option<Vec<String>> {
        assert!(depth < 16, "{module:?} exports {path:?} to itself");
        let mut at = module.to_vec();
        let mut rest = path;
        match path[0].as_str() {
            "crate" | CRATE => at.clear(),
            "self" => {}
            "super" => {
                at.pop();
            }
            name => {
                let child = [module, &[name.to_owned()]].concat();
                if !self.files.contains_key(&child) {
                    let target = self.files[module].source.names.get(name)?;
                    // `use http;` and `use super::http;` differ: only the latter is inside.
                    if target.as_slice() == path || target[0] == *name {
                        return None;
                    }
                    return self.resolved(module, &[target, &path[1..]].concat(), depth + 1);
                }
                at = child;
            }
        }
        rest = &rest[1..];
        while let Some((name, others)) = rest.split_first() {
            let child = [at.as_slice(), std::slice::from_ref(name)].concat();
            if name == "super" {
                at.pop();
            } else if self.files.contains_key(&child) {
                at = child;
            } else if let Some(target) = self.files.get(&at).and_then(|file| file.source.names.get(name)) {
                let target = [target, others].concat();
                return self.resolved(&at, &target, depth + 1).or(Some(at));
            } else {
                break;
            }
            rest = others;
        }
        self.files.contains_key(&at).then_some(at)
    }
}
