//! A row of the table of variables.

/// A variable of the configuration.
#[derive(Clone, Copy, Debug)]
pub struct Variable {
    /// The name.
    pub name: &'static str,
    /// Other names that are read as well.
    pub aliases: &'static [&'static str],
    /// What applies if it is unset.
    pub default: DefaultValue,
    /// Where it has a meaning.
    pub platforms: &'static [Platform],
    /// Whether its value must never be shown.
    pub secret: bool,
    /// What it does, in Markdown.
    pub doc: &'static str,
}

/// What applies if a variable is unset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DefaultValue {
    /// This value, as it would be set.
    Value(&'static str),
    /// Something that has no value; in words, or nothing.
    Unset(&'static str),
}

/// A platform that the handler runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Platform {
    /// A machine: the local server, the container, the command line.
    Local,
    /// AWS Lambda.
    Lambda,
    /// Cloudflare Workers.
    Workers,
}

impl Platform {
    /// Every platform.
    pub const ALL: [Self; 3] = [Self::Local, Self::Lambda, Self::Workers];
}

impl Variable {
    /// Every name that it is read by, its own first.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        std::iter::once(self.name).chain(self.aliases.iter().copied())
    }
}
