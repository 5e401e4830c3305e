//! The guides to the server, as pages: the files of the repository's `docs` folder.

// The first definition of a link applies: those of links.md lead to pages, those at the end of a file to files.

macro_rules! pages {
    ($($page:ident: $file:literal)*) => {
        $(
            #[doc = include_str!("guide/links.md")]
            #[doc = ""]
            #[doc = include_str!(concat!("../docs/", $file))]
            pub mod $page {}
        )*
    };
}

pages! {
    architecture: "architecture.md"
    authentication: "authentication.md"
    configuration: "configuration.md"
    deploy_container: "deploy-container.md"
    deploy_lambda: "deploy-lambda.md"
    deploy_workers: "deploy-workers.md"
    http_api: "http-api.md"
    limits_and_cost: "limits-and-cost.md"
    migrating: "migrating.md"
    operations: "operations.md"
    renewing_tokens: "renewing-tokens.md"
    testing: "testing.md"
    threat_model: "threat-model.md"
    troubleshooting: "troubleshooting.md"
}
