//! Finding the token in a text, and repairing damage.

use super::{packed, project, two_tokens};
use agora_token_server::inspect::{Client, Finding, Inspection, Version, tokens_in};
use agora_token_server::time::UnixTime;

const NOW: UnixTime = UnixTime::from_secs(1_700_000_600);

fn inspected(text: &str) -> Inspection {
    Inspection::new(text, &project(), NOW, Client::default()).unwrap()
}

fn repairs(text: &str) -> Vec<&'static str> {
    inspected(text).repairs.iter().map(|repair| repair.code).collect()
}

fn codes(text: &str) -> Vec<&'static str> {
    inspected(text).findings.iter().map(Finding::code).collect()
}

fn url_safe(token: &str) -> String {
    token.replace('+', "-").replace('/', "_")
}

#[test]
fn escaped_character_around_token_is_undone() {
    let (token, _) = two_tokens();
    for entity in ["quot", "apos", "lt", "gt", "NewLine", "nbsp", "#34", "#x22"] {
        assert_eq!(repairs(&format!("&{entity};{token}")), ["html_escapes", "surrounded"], "{entity}");
    }
    for escape in ["\\n", "\\r", "\\t", "\\\"", "\\'", "\\u0020"] {
        assert_eq!(repairs(&format!("{escape}{token}")), ["json_escapes", "surrounded"], "{escape}");
    }
    assert_eq!(repairs(&format!("C:\\data {token}")), ["embedded"], "no escape");
    let escaped_twice = token.replace('/', "&amp;#x2F;");
    assert_ne!(escaped_twice, token);
    assert_eq!(repairs(&escaped_twice), ["html_escapes"]);
    assert_eq!(tokens_in(&escaped_twice)[0].token, token);
}

#[test]
fn padding_is_restored() {
    let unknown = |length| packed::token(&[packed::service(99, &[]), (0..length).collect()]);
    let mut restored = vec![];
    for token in (0..6).map(unknown).chain((30..33).map(packed::token_006_with_signature)) {
        let bare = token.trim_end_matches('=');
        let padding = token.len() - bare.len();
        restored.push((token[..3].to_owned(), padding));
        assert_eq!(repairs(bare), if padding == 0 { &[][..] } else { &["unpadded"] }, "{token}");
    }
    for found in [("007", 1), ("007", 2), ("006", 1), ("006", 2)] {
        assert!(restored.contains(&(found.0.to_owned(), found.1)), "{found:?}");
    }
}

#[test]
fn two_damages_are_both_undone() {
    let (token, _) = two_tokens();
    let (head, tail) = token.split_at(60);
    let damaged = url_safe(&format!("{head}\n{tail}"));
    assert_eq!(repairs(&damaged), ["broken_lines", "url_safe"]);
    assert_eq!(repairs(&format!("see {damaged}!")), ["embedded", "broken_lines", "url_safe"]);
}

#[test]
fn inspections_with_different_repairs_differ() {
    let (token, _) = two_tokens();
    let (quoted, labelled) = (format!("'{token}'"), format!("Bearer {token}"));
    assert_eq!(inspected(&quoted), inspected(&quoted));
    assert_ne!(inspected(&quoted), inspected(&labelled));
}

#[test]
fn two_damaged_tokens_in_text_are_not_found() {
    let [one, other] =
        [1, 2].map(|number| url_safe(&packed::token(&[packed::service(99, &[]), vec![number; 90]])));
    assert_eq!(repairs(&format!("see {one}!")), ["embedded", "url_safe"]);
    assert_eq!(repairs(&format!("see {other}!")), ["embedded", "url_safe"]);
    for text in [format!("{one}, {other}"), format!("see {one}! {other}!")] {
        assert_eq!(inspected(&text).version, None, "{text}");
    }
}

#[test]
fn token_with_foreign_character_is_damaged_not_cut_off() {
    let (token, _) = two_tokens();
    assert_eq!(codes(&token[..token.len() - 9]), ["cut_off"]);
    assert_eq!(codes(&token.replacen(&token[40..41], "!", 1)), ["damaged"]);
}

#[test]
fn number_is_not_a_token_of_unknown_version() {
    assert_eq!(codes("008abc"), ["unknown_version"]);
    for text in ["00a", "0a7", "108", "1234567890", "ab7", "00"] {
        assert_eq!(codes(text), ["not_a_token"], "{text}");
    }
}

#[test]
fn legacy_token_has_the_form_of_its_version() {
    let (app_id, digest) = ("970CA35de60c44645bbae8a215061b33", "0123456789abcdef0123456789abcdef");
    let signaling = format!("1:{app_id}:1446455471:{digest}");
    assert_eq!(inspected(&signaling).version, Some(Version::Signaling));
    assert_eq!(inspected(&signaling).app_id, app_id.parse().ok());
    for text in [
        format!("1:{app_id}:tomorrow:{digest}"),
        format!("1:{app_id}:1446455471:{}", &digest[1..]),
        format!("1:{app_id}:1446455471:{digest}0"),
        format!("1:{app_id}:1446455471:{}", digest.replace('f', "g")),
    ] {
        assert_eq!(inspected(&text).version, None, "{text}");
    }
}

/// Texts that only begin like a token do not count toward the limit, so they cannot hide one.
#[test]
fn token_behind_many_that_seem_to_start_is_found() {
    let (token, v006) = two_tokens();
    let (no_zlib, no_app_id) = (format!("b{}", "A".repeat(60)), "x".repeat(120));
    for start in [
        "007",
        "006",
        "007e",
        &format!("007{no_zlib}"),
        &format!("006{no_app_id}"),
        "006970CA35de60c44645bbae8a215061b33",
    ] {
        let many: Vec<_> = (0..40).map(|number| format!("{start}{number}! ")).collect();
        let many = many.concat();
        assert_eq!(tokens_in(&format!("{many}{token}"))[0].token, token, "{start}");
        assert_eq!(repairs(&format!("{many}{}!", url_safe(&v006))), ["embedded", "url_safe"], "{start}");
    }
}

#[test]
fn start_within_token_is_not_read() {
    let (token, _) = two_tokens();
    let outer = packed::token_with_starts_within();
    let found = tokens_in(&format!("{outer} {token}"));
    assert_eq!(found.iter().map(|found| &found.token).collect::<Vec<_>>(), [&outer, &token]);
    assert_eq!(repairs(&format!("see {}!", url_safe(&outer))), ["embedded", "url_safe"]);
}

#[test]
fn tokens_without_anything_between_are_both_found() {
    let (token, v006) = two_tokens();
    assert!(token.ends_with('='));
    let found = tokens_in(&format!("{token}{v006}"));
    assert_eq!(found.iter().map(|found| &found.token).collect::<Vec<_>>(), [&token, &v006]);
}

#[test]
fn token_with_more_than_is_shown_is_reported() {
    let services = |count| packed::token(&vec![packed::service(4, &[]); count]);
    let privileges = |count| packed::token(&[packed::with_privileges(4, count, &[])]);
    for (count, is_reported) in [(63, false), (64, false), (65, true), (66, true)] {
        for token in [services(count.into()), privileges(count), packed::token_006_until(NOW, count)] {
            assert_eq!(codes(&token).contains(&"too_much"), is_reported, "{count}: {token}");
        }
    }
}
