// Records what 0.1.0 answers with its own configuration files, as they were in that version: sends the requests of
// 0.1.0/answers.json to a server with each of its settings, and writes the answers there.
// The handler of today is compared with it by `cargo test --test it config::earlier`.
//
//   git worktree add --detach ../0.1.0 581d85b && (cd ../0.1.0 && cargo build --locked)
//   node tests/vectors/configuration/record.mjs --native ../0.1.0/target/debug/agora-token-server

import { createHmac, createPrivateKey, sign } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { APP_CERTIFICATE, APP_ID } from "../../runtimes/lib/cases.mjs";
import { startNative } from "../../runtimes/lib/native.mjs";
import { decode } from "../../runtimes/lib/token.mjs";
import { top, underTest } from "../../runtimes/lib/under-test.mjs";

const { artefacts } = underTest({ native: startNative });
const keys = join(top, "tests/it/common/keys");

function headersOf(caller, settings) {
  if (!caller) return {};
  if (caller.key) return { Authorization: `Bearer ${caller.key}` };
  const { JWT_ISSUER: iss, JWT_AUDIENCE: aud, JWT_HEADER: header = "Authorization" } = settings;
  const now = Math.floor(Date.now() / 1000);
  const claims = { iss, aud, iat: now, exp: now + (caller.lives ?? 900), ...caller.claims };
  const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const token = signed(settings, (alg) => `${part({ alg })}.${part(claims)}`);
  return { [header]: header === "Authorization" ? `Bearer ${token}` : token };
}

function signed({ JWT_SECRET: secret }, message) {
  if (secret) {
    const text = message("HS256");
    return `${text}.${createHmac("sha256", secret).update(text).digest("base64url")}`;
  }
  const text = message("EdDSA");
  const key = createPrivateKey(readFileSync(join(keys, "ed25519.pem")));
  return `${text}.${sign(null, Buffer.from(text), key).toString("base64url")}`;
}

/** The status, what a refusal names, what each token holds, and what a page may read. */
function described({ status, headers, body }) {
  const header = (name) => headers.find(([known]) => known.toLowerCase() === name)?.[1];
  const facts = [String(status)];
  const allowed = header("access-control-allow-origin");
  if (allowed) facts.push(`allow-origin ${allowed}`);
  if (header("content-type") === "application/problem+json") {
    const { code, rule } = JSON.parse(body);
    return [...facts, code, ...(rule ? [rule] : [])].join(" ");
  }
  const answer = status === 200 ? JSON.parse(body) : {};
  for (const name of ["token", "rtcToken", "rtmToken", "chatToken"]) {
    if (answer[name]) facts.push(holds(answer[name]));
  }
  return facts.join(" ");
}

function holds(token) {
  if (token.startsWith("006")) return "006";
  const { expire, services } = decode(token, { appId: APP_ID, appCertificate: APP_CERTIFICATE }).holds;
  const texts = services.map(({ type, privileges, permissions: _, ...names }) => {
    const list = [...Object.entries(names), ...Object.entries(privileges)];
    return `${type}(${list.map(([name, value]) => `${name}=${value}`).join(" ")})`;
  });
  return `007 ${expire} ${texts.join(" ")}`;
}

const file = join(import.meta.dirname, "0.1.0/answers.json");
const recorded = JSON.parse(readFileSync(file, "utf8"));
for (const entry of recorded.configurations) {
  const { APP_CERTIFICATE_SECRET: stored, ...own } = entry.settings;
  const server = await startNative(artefacts, stored ? { ...own, APP_CERTIFICATE } : own).catch((error) => error);
  if (server instanceof Error) {
    entry.refused = server.message.split("\n").at(-1);
    continue;
  }
  for (const caller of Object.keys(entry.answers)) {
    entry.answers[caller] = [];
    for (const { method, path, json, headers = {} } of recorded.requests) {
      const sent = { ...headers, ...headersOf(entry.callers[caller], own), Host: "token.example.com" };
      const body = json ? Buffer.from(JSON.stringify(json)) : null;
      if (json) sent["Content-Type"] = "application/json";
      const [answer] = await server.send({ method, path, headers: sent, body });
      // A uid that the server draws is another one each time.
      const uid = path === "/rtctoken" && answer.status === 200 ? JSON.parse(answer.body).uid : undefined;
      const text = described(answer);
      entry.answers[caller].push(uid && uid !== 42 ? text.replace(`uid=${uid}`, "uid=drawn") : text);
    }
  }
  await server.stop();
}
writeFileSync(file, `${JSON.stringify(recorded, null, 1)}\n`);
