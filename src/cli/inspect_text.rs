//! An inspection as text for a terminal.

use std::fmt::Write;

use crate::inspect::{
    Expiry, Finding, InspectedPrivilege, InspectedService, Inspection, Quoted, SdkError, Severity, Signature,
    Span, Verdict,
};
use crate::time::UnixTime;
use crate::token::{Payload, Permissions};

const RED: &str = "\x1b[31m";
const GREEN: &str = "\x1b[32m";
const YELLOW: &str = "\x1b[33m";
const BOLD: &str = "\x1b[1m";
const RESET: &str = "\x1b[0m";

/// The inspection in lines that end with a line break. Texts out of the token are escaped, so that
/// it cannot control the terminal. Colors only if `color` is set.
#[must_use]
pub fn render(inspection: &Inspection, color: bool) -> String {
    let mut page = Page { text: String::new(), color };
    page.heading(inspection);
    if !inspection.repairs.is_empty() {
        let undone: Vec<_> = inspection.repairs.iter().map(|repair| repair.code).collect();
        page.row("repaired", &undone.join(", "));
    }
    if let Some(app_id) = inspection.app_id {
        let whose = if inspection.our_app_id { "this project's" } else { "another project's" };
        page.row("app id", &format!("{app_id} ({whose})"));
    }
    if let Some(issued_at) = inspection.issued_at {
        page.row("issued", &moment(issued_at, inspection.now));
    }
    if let Some(expires_at) = inspection.expires_at {
        page.row("expires", &moment(expires_at, inspection.now));
    }
    if inspection.version.is_some() {
        let signature = match inspection.signature {
            Signature::Primary => "valid, by the primary certificate".to_owned(),
            Signature::Secondary => "valid, by the secondary certificate".to_owned(),
            Signature::Invalid => "invalid".to_owned(),
            Signature::Unchecked(why) => format!("not checked: {why}"),
        };
        page.row("signature", &signature);
    }
    if let Some(hash) = &inspection.token_hash {
        page.row("hash", hash);
    }
    for service in &inspection.services {
        page.service(service, inspection.now);
    }
    if inspection.unknown_services > 0 {
        page.row("unknown", &format!("{} more services", inspection.unknown_services));
    }
    if !inspection.findings.is_empty() {
        page.text.push('\n');
    }
    for finding in &inspection.findings {
        page.finding(finding, inspection.sdk_error(finding));
    }
    page.text
}

struct Page {
    text: String,
    color: bool,
}

impl Page {
    fn heading(&mut self, inspection: &Inspection) {
        let uses: Vec<_> = inspection.usable_for.iter().map(|purpose| purpose.name()).collect();
        let usable =
            if uses.is_empty() { "usable".to_owned() } else { format!("usable for {}", uses.join(", ")) };
        let (style, verdict) = match (inspection.verdict(), inspection.findings.is_empty()) {
            (Verdict::Refused, _) => (RED, "refused".to_owned()),
            (Verdict::Unknown, _) => (YELLOW, "unknown".to_owned()),
            (Verdict::Usable, true) => (GREEN, usable),
            (Verdict::Usable, false) => (YELLOW, format!("{usable}, with warnings")),
        };
        let what = match inspection.version {
            Some(version) => format!("Agora token, version {}", version.name()),
            None => "No Agora token".to_owned(),
        };
        let what = self.styled(BOLD, &what);
        let verdict = self.styled(style, &verdict);
        self.line(&format!("{what}: {verdict}"));
    }

    fn service(&mut self, service: &InspectedService, now: UnixTime) {
        let texts = service.payload.as_ref().map(Payload::texts).unwrap_or_default();
        let mut details: Vec<_> =
            texts.iter().map(|(field, text)| format!("{} {}", field.name(), Quoted(text.as_str()))).collect();
        match &service.payload {
            Some(Payload::Apaas { role, .. }) => details.push(format!("role {role}")),
            Some(Payload::Rtm2 { permissions, .. }) => details.push(counted(permissions)),
            _ => {}
        }
        self.row(service.name, &details.join(", "));
        for privilege in &service.privileges {
            self.privilege(privilege, now);
        }
    }

    fn privilege(&mut self, privilege: &InspectedPrivilege, now: UnixTime) {
        let name = privilege.name.map_or_else(|| format!("privilege {}", privilege.number), str::to_owned);
        let expires = match privilege.expiry {
            Expiry::Own => moment(privilege.expires_at, now),
            Expiry::Token => "expires with the token".to_owned(),
            Expiry::TokenEarlier => "would last longer, expires with the token".to_owned(),
        };
        self.line(&format!("    {name:<20}{expires}"));
    }

    fn finding(&mut self, finding: &Finding, sdk_error: SdkError) {
        let style = match finding.severity {
            Severity::Error => RED,
            Severity::Warning => YELLOW,
        };
        let severity = self.styled(style, finding.severity.name());
        let explanation = finding.kind.explain();
        self.line(&format!("{severity}: {} [{}]", explanation.what, explanation.code));
        self.line(&format!("  fix: {}", explanation.fix));
        if !sdk_error.is_none() {
            self.line(&format!("  seen as: {}", in_words(sdk_error)));
        }
    }

    fn row(&mut self, name: &str, value: &str) {
        self.line(&format!("  {name:<12}{value}"));
    }

    fn line(&mut self, line: &str) {
        writeln!(self.text, "{}", line.trim_end()).expect("a String takes any text");
    }

    fn styled(&self, style: &str, text: &str) -> String {
        if self.color { format!("{style}{text}{RESET}") } else { text.to_owned() }
    }
}

fn moment(time: UnixTime, now: UnixTime) -> String {
    let span = Span::between(time, now);
    if time > now { format!("{time} (in {span})") } else { format!("{time} ({span} ago)") }
}

/// The errors that the SDKs show for it.
fn in_words(error: SdkError) -> String {
    let SdkError { rtc, web, rtm, rtm1, chat, convoai, .. } = error;
    let all = [
        rtc.map(|code| format!("RTC {code}")),
        web.map(|text| format!("Web {}", Quoted(text))),
        rtm.map(|code| format!("RTM {code}")),
        rtm1.map(|code| format!("RTM 1.x {code}")),
        chat.map(|code| format!("Chat {code}")),
        convoai.map(|status| format!("Conversational AI HTTP {status}")),
    ];
    all.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn counted(permissions: &Permissions) -> String {
    let names: usize = permissions.entries().map(|(.., names)| names.len()).sum();
    format!("permissions for {names} names")
}

#[cfg(test)]
mod tests {
    use super::render;
    use crate::inspect::{Client, Inspection};
    use crate::time::{Ttl, UnixTime};
    use crate::token::{AccessToken2, PrivilegeTtl, Project, RtcPrivileges, Service};

    const ISSUED_AT: UnixTime = UnixTime::from_secs(1_700_000_000);

    fn inspected(service: Service, client: Client<'_>) -> Inspection {
        let project = Project::public_test();
        let token = AccessToken2::new(project.app_id(), ISSUED_AT, Ttl::HOUR, 1, service)
            .build(project.certificate());
        Inspection::new(&token, &project, ISSUED_AT.plus(600), client).unwrap()
    }

    fn inspection() -> Inspection {
        let rtc = RtcPrivileges::subscriber(PrivilegeTtl::UNTIL_TOKEN_ENDS)
            .with_publish_audio_stream(Some(PrivilegeTtl::from_secs(300).unwrap()));
        inspected(Service::rtc(&"room-1".parse().unwrap(), &42.into(), rtc), Client::default())
    }

    #[test]
    fn text_without_colors_is_plain() {
        assert_eq!(
            render(&inspection(), false),
            "\
Agora token, version 007: usable for rtc, with warnings
  app id      970CA35de60c44645bbae8a215061b33 (this project's)
  issued      2023-11-14T22:13:20Z (10 minutes ago)
  expires     2023-11-14T23:13:20Z (in 50 minutes)
  signature   valid, by the primary certificate
  hash        120bf1ba25ade760
  rtc         channel \"room-1\", uid \"42\"
    joinChannel         expires with the token
    publishAudioStream  2023-11-14T22:18:20Z (5 minutes ago)

warning: publishAudioStream of the rtc service expired at 2023-11-14T22:18:20Z, 5 minutes ago, before the token \
does [privileges_ended]
  fix: renew earlier, or give the privileges the lifetime of the token (007: 0)
  seen as: RTC 109, Web \"dynamic key expired\"
"
        );
    }

    #[test]
    fn text_with_colors_styles_verdict_and_severity() {
        let page = render(&inspection(), true);
        assert!(page.starts_with(
            "\x1b[1mAgora token, version 007\x1b[0m: \x1b[33musable for rtc, with warnings\x1b[0m\n"
        ));
        assert!(page.contains("\n\x1b[33mwarning\x1b[0m: publishAudioStream"));
    }

    #[test]
    fn token_content_never_steers_terminal() {
        let clear = "\x1b[2J";
        let service = Service::rtm(&clear.parse().unwrap(), Ttl::HOUR.into());
        let client = Client::new(None, Some("\x1b[3J"));
        let page = render(&inspected(service, client), false);
        assert!(page.contains(r#"userId "\u{1b}[2J""#), "{page}");
        assert!(page.contains(r#"the client uses "\u{1b}[3J""#), "{page}");
        assert!(!page.contains('\x1b'));
    }
}
