//! Attacks outside of the handler: replaced tools and images, a deleted log, a function without a throttle. The defenses
//! are in the files that build and deploy the server.

use std::fs;

fn file(path: &str) -> String {
    fs::read_to_string(format!("{}/{path}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// The lines of a block of YAML: those after `head` that are indented deeper.
#[track_caller]
fn block<'a>(text: &'a str, head: &str) -> Vec<&'a str> {
    let start = text.lines().position(|line| line == head).unwrap_or_else(|| panic!("no {head:?}"));
    let depth = head.len() - head.trim_start().len();
    let is_inside = |line: &&str| line.trim().is_empty() || line.len() - line.trim_start().len() > depth;
    text.lines().skip(start + 1).take_while(is_inside).map(str::trim).collect()
}

#[test]
fn built_tools_and_actions_are_pinned() {
    let workflows = ["ci", "release"].map(|name| file(&format!(".github/workflows/{name}.yml")));
    let mut pinned = 0;
    for line in workflows.iter().flat_map(|text| text.lines()).map(str::trim).chain(file(".ci/run").lines()) {
        if line.starts_with('#') {
            continue;
        }
        if line.contains("pip") && line.contains(" install ") {
            assert!(line.contains("--require-hashes") && line.contains("--no-deps"), "{line}");
            pinned += 1;
        }
        if line.contains("cargo install ") {
            assert!(line.contains("--version") && line.contains("--locked"), "{line}");
            pinned += 1;
        }
        if let Some((_, action)) = line.split_once("uses: ")
            && !action.starts_with("./")
        {
            let commit = action.split_once('@').unwrap().1.split(' ').next().unwrap();
            assert!(commit.len() == 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit()), "{line}");
            pinned += 1;
        }
        // Neither reads hashes.
        assert!(!line.contains("npm install") && !line.contains("pipx"), "{line}");
    }
    assert!(pinned > 20, "{pinned}");
    for requirements in [".ci/requirements.txt", ".ci/release.txt", ".ci/checks.txt"] {
        let text = file(requirements);
        let packages = text.lines().filter(|line| line.contains("==")).count();
        let hashed = text.split("==").skip(1).filter(|entry| entry.contains("--hash=sha256:")).count();
        assert!(packages > 0 && hashed == packages, "{requirements}: {hashed} of {packages}");
    }
}

#[test]
fn release_has_its_parts_list_and_image_digest() {
    let release = file(".github/workflows/release.yml");
    assert!(release.contains("cargo auditable "));
    assert!(release.contains("cargo cyclonedx "));
    // CI resolves the digest, fails on any other text, and builds from the digest.
    let ci = file(".github/workflows/ci.yml");
    let steps = [
        "image=$tag@$digest\n",
        "[[ $image =~ ^rust:[0-9.]+-alpine@sha256:[0-9a-f]{64}$ ]]\n",
        "--build-arg \"RUST_IMAGE=$image\"",
    ];
    let places = steps.map(|step| ci.find(step).unwrap_or_else(|| panic!("no {step:?}")));
    assert!(places.is_sorted(), "{places:?}");
    // The Dockerfile names no base image by a tag of its own.
    let dockerfile = file(".docker/Dockerfile");
    for from in dockerfile.lines().filter_map(|line| line.strip_prefix("FROM ")) {
        let image = from.split(' ').next().unwrap();
        assert!(["scratch", "base", "${RUST_IMAGE}"].contains(&image), "{from}");
    }
}

#[test]
fn function_url_needs_reserved_concurrency() {
    let rule = block(&file("template.yaml"), "  FunctionUrlNeedsLimit:").join("\n");
    assert!(rule.contains("RuleCondition: !Equals [!Ref FunctionUrl, \"true\"]"), "{rule}");
    assert!(rule.contains("Assert: !Not [!Equals [!Ref ReservedConcurrency, \"\"]]"), "{rule}");
    let template = file("template.yaml");
    let function = block(&template, "  TokenFunction:");
    let reserved = "ReservedConcurrentExecutions: !If [ReservesConcurrency, !Ref ReservedConcurrency, !Ref AWS::NoValue]";
    assert!(function.contains(&reserved));
    assert!(template.contains("  ReservesConcurrency: !Not [!Equals [!Ref ReservedConcurrency, \"\"]]\n"));
}

#[test]
fn function_decrypts_through_its_services_only() {
    let template = file("template.yaml");
    let statements = template.split("Action: kms:Decrypt\n").skip(1);
    let conditions: Vec<String> = statements
        .map(|rest| {
            let (statement, _) = rest.split_once("- !Ref AWS::NoValue").unwrap();
            let lines = statement.lines().map(str::trim).filter(|line| !line.starts_with('#'));
            lines.collect::<Vec<_>>().join("\n")
        })
        .collect();
    let of_secret = "Resource: !Ref AppCertificateKmsKeyArn\nCondition:\nStringEquals:\nkms:ViaService: !If\n\
                     - SecretIsParameter\n\
                     - !Sub ssm.${AWS::Region}.amazonaws.com\n\
                     - !Sub secretsmanager.${AWS::Region}.amazonaws.com\n";
    let of_environment = "Resource: !Ref EnvironmentKmsKeyArn\nCondition:\nStringEquals:\n\
                          kms:ViaService: !Sub lambda.${AWS::Region}.amazonaws.com\n";
    assert_eq!(conditions, [of_secret, of_environment]);
}

#[test]
fn logs_outlive_their_stack() {
    let template = file("template.yaml");
    let groups = template.matches("Type: AWS::Logs::LogGroup").count();
    assert_eq!(groups, 2);
    for name in ["FunctionLog", "AccessLog"] {
        let group = block(&template, &format!("  {name}:"));
        // A log group whose creation failed is deleted; otherwise its name would block the next one.
        assert!(group.contains(&"DeletionPolicy: RetainExceptOnCreate"), "{name}");
        assert!(group.contains(&"UpdateReplacePolicy: Retain"), "{name}");
    }
}
