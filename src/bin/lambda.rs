//! The function that Lambda starts.

fn main() -> Result<(), lambda_http::Error> {
    // Lambda sends one event at a time: more threads would only delay the start.
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(agora_token_server::adapter::lambda::run())
}
