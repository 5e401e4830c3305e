//! What is the same for both versions: whose signature, whether it has ended, and which faults
//! leave nothing to use.

use super::{Fact, Inspection, Problem, Severity, Signature, Unchecked};
use crate::time::{Ttl, UnixTime};
use crate::token::{AppCertificate, Project};

impl Inspection {
    /// Says what is wrong with project and signature. `verified` is by which of our certificates
    /// it verifies, or why that is not known.
    pub(super) fn judge_signature(&mut self, verified: Signature, project: &Project) {
        self.signature = verified;
        if let (false, Some(app_id)) = (self.our_app_id, self.app_id) {
            if verified == Signature::Invalid {
                self.signature = Signature::Unchecked(Unchecked::OtherProject);
            }
            self.error(Fact::OtherAppId { token: app_id, ours: project.app_id });
        }
        match self.signature {
            Signature::Invalid => self.error(Fact::SignatureInvalid),
            Signature::Secondary => self.warning(Fact::SignedWithSecondary),
            Signature::Primary | Signature::Unchecked(_) => {}
        }
    }

    /// Says whether the token has ended; a token that has needs no more said about its times.
    pub(super) fn has_ended(&mut self, expires_at: UnixTime) -> bool {
        let ended = expires_at <= self.now;
        if ended {
            self.error(Fact::Expired { at: expires_at, now: self.now });
        }
        ended
    }

    /// Takes what was found about each service. A fault that breaks a service is an error where
    /// it leaves no service for what the client wants.
    pub(super) fn judge_services(&mut self, judged: Vec<JudgedService>) {
        let breaks_all = judged.iter().filter(|service| service.wanted).all(JudgedService::is_broken);
        for JudgedService { wanted, broken_by, warnings } in judged {
            for fact in broken_by {
                self.add(if wanted && breaks_all { Severity::Error } else { Severity::Warning }, fact);
            }
            for fact in warnings {
                self.add(Severity::Warning, fact);
            }
        }
    }

    /// Several services may have the same fault.
    fn add(&mut self, severity: Severity, fact: Fact) {
        let problem = Problem { severity, fact };
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }
}

/// What was found about one service.
#[derive(Default)]
pub(super) struct JudgedService {
    /// Whether the client wants it, for all that is known.
    pub(super) wanted: bool,
    /// Why nobody, or not this client, can use it.
    pub(super) broken_by: Vec<Fact>,
    /// What else there is to say.
    pub(super) warnings: Vec<Fact>,
}

impl JudgedService {
    fn is_broken(&self) -> bool {
        !self.broken_by.is_empty()
    }
}

/// By which certificate of the project something verifies.
pub(super) fn verified_by(project: &Project, verifies: impl Fn(&AppCertificate) -> bool) -> Signature {
    if verifies(&project.certificate) {
        Signature::Primary
    } else if project.secondary.as_ref().is_some_and(verifies) {
        Signature::Secondary
    } else {
        Signature::Invalid
    }
}

/// When Agora ends a token at the latest.
pub(super) fn agora_end(issued_at: UnixTime) -> UnixTime {
    issued_at.plus(Ttl::MAX.as_secs())
}
