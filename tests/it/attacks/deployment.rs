//! What an attacker tries outside of the handler: replaced tools and images, a log that vanishes, a function without a
//! throttle. The files that build and deploy the server contain the defenses.

use std::fs;

fn file(path: &str) -> String {
    fs::read_to_string(format!("{}/{path}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// The lines of a block of YAML: those behind `head` that are indented deeper.
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
        assert!(!line.contains("npm install"), "{line}");
    }
    assert!(pinned > 20, "{pinned}");
    for requirements in [".ci/requirements.txt", ".ci/release.txt"] {
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
    let ci = file(".github/workflows/ci.yml");
    assert!(ci.contains("image=$tag@$digest"));
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
}

#[test]
fn function_decrypts_through_its_services_only() {
    let template = file("template.yaml");
    let lines: Vec<&str> = template.lines().map(str::trim).collect();
    let statements: Vec<usize> =
        (0..lines.len()).filter(|index| lines[*index] == "Action: kms:Decrypt").collect();
    assert_eq!(statements.len(), 2);
    for index in statements {
        let statement = &lines[index..index + 6];
        assert!(statement.iter().any(|line| line.starts_with("kms:ViaService:")), "{statement:?}");
    }
}

#[test]
fn logs_outlive_their_stack() {
    let template = file("template.yaml");
    let groups = template.matches("Type: AWS::Logs::LogGroup").count();
    assert_eq!(groups, 2);
    for name in ["FunctionLog", "AccessLog"] {
        let group = block(&template, &format!("  {name}:"));
        // One whose creation failed goes, or its name would block the next.
        assert!(group.contains(&"DeletionPolicy: RetainExceptOnCreate"), "{name}");
        assert!(group.contains(&"UpdateReplacePolicy: Retain"), "{name}");
    }
}
