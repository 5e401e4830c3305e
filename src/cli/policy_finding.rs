//! What `policy check` reports.

use serde_json::{Value, json};

/// What is wrong with a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// More clients get tokens than should.
    Open,
    /// Callers get more than they should.
    OverWide,
    /// Two settings exclude each other, or one can never take effect.
    Contradictory,
}

impl Fault {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::OverWide => "over-wide",
            Self::Contradictory => "contradictory",
        }
    }
}

pub(super) struct Finding {
    pub(super) fault: Fault,
    pub(super) code: &'static str,
    pub(super) variable: &'static str,
    pub(super) detail: String,
}

impl Finding {
    pub(super) fn to_json(&self) -> Value {
        json!({
            "fault": self.fault.name(), "code": self.code, "variable": self.variable, "detail": self.detail,
        })
    }
}
