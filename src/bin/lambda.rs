//! The function that Lambda starts.

fn main() -> Result<(), lambda_http::Error> {
    // One event at a time comes in: more threads would only take time to start.
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(agora_token_server::lambda::run())
}
