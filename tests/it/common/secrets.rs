//! Texts that must not be in a response or in the log. Every exchange of the suite is searched for
//! them.

use http::{HeaderMap, Request};

/// A shorter credential can be in a response by chance.
const TELLING: usize = 16;

/// The secrets among the variables of a configuration: certificates, the JWT secret, hashes of API keys.
pub fn configured(variables: &[(&str, &str)]) -> Vec<String> {
    let secret =
        |name: &str| name.contains("CERTIFICATE") || name == "JWT_SECRET" || name == "AWS_SESSION_TOKEN";
    let mut secrets = vec![super::server::CERTIFICATE.to_owned()];
    for (name, value) in variables {
        match *name {
            "API_KEYS" => {
                secrets.extend(value.split(',').filter_map(|key| Some(key.split_once(':')?.1.into())));
            }
            "APP_CERTIFICATE_FILE" | "APP_CERTIFICATE_SECRET" => {}
            name if secret(name) => secrets.push((*value).to_owned()),
            _ => {}
        }
    }
    secrets
}

/// The credentials of a request, and the signatures of its JWTs.
fn sent<T>(request: &Request<T>) -> Vec<String> {
    let headers = request.headers().iter().filter(|(name, _)| {
        let name = name.as_str();
        name == "authorization" || name.contains("key") || name.contains("jwt")
    });
    let words = headers.flat_map(|(_, value)| value.as_bytes().split(|byte| b" ,.".contains(byte)));
    words.map(|word| String::from_utf8_lossy(word).into_owned()).collect()
}

/// Neither response nor log holds a secret, and the log holds no token of the response.
#[track_caller]
pub fn assert_untold<T>(
    configured: &[String],
    request: &Request<T>,
    (headers, body): (&HeaderMap, &[u8]),
    log: &str,
) {
    let answer = format!("{headers:?} {}", String::from_utf8_lossy(body)).to_ascii_lowercase();
    let log = log.to_ascii_lowercase();
    let sent = sent(request);
    for secret in configured.iter().chain(&sent).filter(|secret| secret.len() >= TELLING) {
        let secret = secret.to_ascii_lowercase();
        assert!(!answer.contains(&secret), "the answer holds {secret}: {answer}");
        assert!(!log.contains(&secret), "the log holds {secret}: {log}");
    }
    for text in answer.split('"').filter(|text| text.len() > 60 && text.starts_with("00")) {
        assert!(!log.contains(text), "the log holds a token: {log}");
    }
}
