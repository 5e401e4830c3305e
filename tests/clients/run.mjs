// Agora's web SDKs and UIKit, unmodified from their packages, and pages that send cookies from another origin, in
// headless Chromium against the local server.
//
//   npm ci && node tests/clients/run.mjs
//     --native FILE   the server   (target/debug/agora-token-server)
//     CHROMIUM        the browser  (/usr/bin/chromium)
//
// Nothing is sent to Agora: a test ends when an SDK sends its token to Agora's hosts, which do not resolve.

import { after } from "node:test";
import { closeBrowser } from "./lib/visit.mjs";

await import("./cases/uikit.mjs");
await import("./cases/rtc.mjs");
await import("./cases/rtm.mjs");
await import("./cases/chat.mjs");
await import("./cases/cors.mjs");
await import("./cases/docs.mjs");

after(closeBrowser);
