// Records what 0.1.0 answers with its own configuration files, as they were in that version: writes 0.1.0/answers.json.
// The handler of today is compared with it by `cargo test --test it config::earlier`.
//
//   git worktree add --detach ../0.1.0 581d85b && (cd ../0.1.0 && cargo build --locked)
//   node tests/vectors/configuration/record.mjs --native ../0.1.0/target/debug/agora-token-server

import assert from "node:assert/strict";
import { createHash, createHmac, createPrivateKey, sign } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { APP_CERTIFICATE, APP_ID } from "../../runtimes/lib/cases.mjs";
import { startNative } from "../../runtimes/lib/native.mjs";
import { decode } from "../../runtimes/lib/token.mjs";
import { top, underTest } from "../../runtimes/lib/under-test.mjs";

const { artefacts } = underTest({ native: startNative });
const folder = join(import.meta.dirname, "0.1.0");
const read = (name) => readFileSync(join(folder, name), "utf8");
const keys = join(top, "tests/it/common/keys");

/** What a user fills in where the files leave a value empty. */
const KEY = "agora_shop_0123456789abcdefghijklmnopqrstuvwxyzABCDEF";
const SECRET = "0123456789abcdef0123456789abcdef";
const OTHER = "fedcba9876543210fedcba9876543210";
const FILLED = {
  APP_ID,
  APP_CERTIFICATE,
  APP_CERTIFICATE_SECONDARY: OTHER,
  API_KEYS: `shop:${createHash("sha256").update(KEY).digest("hex")}`,
  JWT_SECRET: SECRET,
  JWT_PUBLIC_KEY: readFileSync(join(keys, "ed25519.pub.pem"), "utf8"),
};
const EVERY_TYPE = "rtc,rtm,chat-user,chat-app,fpa,apaas-room-user,apaas-user,apaas-app,convoai,stt";

/** The settings of a dotenv file: { name, value, active }. */
function dotenv(text) {
  const lines = text.split("\n").map((line) => line.match(/^(#?)([A-Z0-9_]+)=(.*)$/));
  const found = lines.filter(Boolean);
  return found.map(([, comment, name, value]) => ({ name, value: value || FILLED[name], active: !comment }));
}

function settings(list, names) {
  const chosen = list.filter(({ name, active }) => (names ? names.includes(name) : active));
  return Object.fromEntries(chosen.map(({ name, value }) => [name, value]));
}

/** The variables of `[env.NAME.vars]`, and the secrets that `required` lists. */
function worker(name) {
  const text = read("wrangler.toml");
  const [, required] = text.match(
    new RegExp(`\\[env\\.${name}\\]\\n(?:#.*\\n)*secrets = \\{ required = \\[(.*)\\] \\}`),
  );
  const secrets = [...required.matchAll(/"(\w+)"/g)].map(([, secret]) => [secret, FILLED[secret]]);
  const [, vars] = text.match(new RegExp(`\\[env\\.${name}\\.vars\\]\\n((?:\\w+ = .*\\n)*)`));
  const lines = [...vars.matchAll(/^(\w+) = "(.*)"$/gm)].map(([, variable, value]) => [variable, value]);
  return Object.fromEntries([...secrets, ...lines]);
}

/** The function's variables with these parameters, and every other one's default. */
function lambda(parameters) {
  const text = read("template.yaml");
  const defaults = text.slice(text.indexOf("\nParameters:"), text.indexOf("\nRules:"));
  const given = (parameter) => {
    if (parameter in parameters) return parameters[parameter];
    const [, block] = defaults.match(new RegExp(`\\n  ${parameter}:\\n((?:    .*\\n)*)`));
    return block.match(/^ {4}Default: "?(.*?)"?$/m)?.[1] ?? "";
  };
  const variables = [...text.matchAll(/^ {10}([A-Z_]+): !Ref (\w+)$/gm)];
  assert.ok(variables.length > 20);
  return Object.fromEntries(variables.map(([, name, parameter]) => [name, given(parameter)]));
}

const env = dotenv(read(".env.example".slice(1)));
const all = env.map(({ name }) => name);
const PLACES = ["HOST", "PORT", "APP_CERTIFICATE_FILE"];
const JWT = all.filter((name) => name.startsWith("JWT_"));
const SOURCES = ["JWT_JWKS_URL", "JWT_PUBLIC_KEY", "JWT_SECRET"];
const plain = all.filter((name) => ![...PLACES, ...JWT, "AUTH", "API_KEYS"].includes(name));
const jwt = (source) => [...plain, ...JWT.filter((name) => !SOURCES.includes(name)), source];
const project = ["APP_ID", "APP_CERTIFICATE"];
const minimal = (more) => ({ ...settings(env, project), ...more });
const vars = dotenv(read("dev.vars.example"));
const dev = (names) => settings(vars, names);
const byKey = { AUTH: "api-key", API_KEYS: FILLED.API_KEYS };
const issuer = settings(env, ["JWT_ISSUER", "JWT_AUDIENCE"]);
const bySecret = { AUTH: "jwt", ...issuer, JWT_SECRET: SECRET };
const stack = { AppId: APP_ID, AppCertificateSecret: "agora/app-certificate" };
const ofJwt = { Auth: "jwt", JwtIssuer: issuer.JWT_ISSUER, JwtAudience: issuer.JWT_AUDIENCE, JwtSecret: SECRET };

/** [name, file, settings]. */
const CONFIGURATIONS = [
  ["as shipped", "env.example", settings(env)],
  ["open", "env.example", { ...settings(env, plain), AUTH: "none" }],
  ["API keys", "env.example", { ...settings(env, [...plain, "AUTH"]), API_KEYS: FILLED.API_KEYS }],
  ["JWTs by a secret", "env.example", { ...settings(env, jwt("JWT_SECRET")), AUTH: "jwt" }],
  ["JWTs by a public key", "env.example", { ...settings(env, jwt("JWT_PUBLIC_KEY")), AUTH: "jwt" }],
  ["both", "env.example", { ...settings(env, jwt("JWT_SECRET")), ...byKey, AUTH: "api-key,jwt" }],
  ["both by a key set", "env.example", { ...settings(env, jwt("JWT_JWKS_URL")), ...byKey, AUTH: "api-key,jwt" }],
  ["open, defaults", "env.example", minimal({ AUTH: "none" })],
  ["API keys, defaults", "env.example", minimal(byKey)],
  ["JWTs, defaults", "env.example", minimal(bySecret)],
  ["006, open", "env.example", minimal({ AUTH: "none", TOKEN_VERSION: "006" })],
  ["006, API keys", "env.example", minimal({ ...byKey, TOKEN_VERSION: "006" })],
  ["channels alone", "env.example", minimal({ ...bySecret, ...settings(env, ["ALLOWED_CHANNELS"]) })],
  ["every type", "env.example", minimal({ ...byKey, ALLOWED_TOKEN_TYPES: EVERY_TYPE })],
  [
    "other values",
    "env.example",
    minimal({
      ...bySecret,
      JWT_HEADER: "X-Assertion",
      JWT_UID_CLAIM: "none",
      JWT_GRANTS_CLAIM: "rights",
      MAX_EXPIRE_TIME: "600",
      DEFAULT_EXPIRE_TIME: "300",
      EXPIRE_WITH_JWT: "true",
      ALLOW_WILDCARD_UID: "true",
      ALLOW_WILDCARD_CHANNEL: "true",
      CORS_ALLOW_ORIGIN: "*",
    }),
  ],
  ["as shipped", "dev.vars.example", dev()],
  ["everything", "dev.vars.example", dev(vars.map(({ name }) => name))],
  ["staging", "wrangler.toml", worker("staging")],
  ["production", "wrangler.toml", worker("production")],
  ["API keys", "template.yaml", lambda({ ...stack, Auth: "api-key", ApiKeys: FILLED.API_KEYS })],
  ["JWTs", "template.yaml", lambda({ ...stack, ...ofJwt })],
  ["JWTs, channels", "template.yaml", lambda({ ...stack, ...ofJwt, AllowedChannels: "room-*,user-{sub}-*" })],
  ["open", "template.yaml", lambda({ ...stack, Auth: "none" })],
];

const RTC = { channel: "room-1", role: "publisher", uid: 42, expireTime: 3600 };
const post = (path, json) => ({ method: "POST", path, json });
const get = (path) => ({ method: "GET", path });
const page = (method, origin) => ({ method, path: "/ping", headers: { Origin: origin } });
const REQUESTS = [
  post("/token", RTC),
  post("/token", { ...RTC, uid: undefined }),
  post("/token", { ...RTC, uid: "alice" }),
  post("/token", { ...RTC, uid: 0 }),
  post("/token", { ...RTC, channel: "*" }),
  post("/token", { ...RTC, channel: "lobby" }),
  post("/token", { ...RTC, channel: "user-42-1", role: "subscriber" }),
  post("/token", { ...RTC, expireTime: 300 }),
  post("/token", { ...RTC, expireTime: 86400 }),
  post("/token", { ...RTC, expireTime: 86401 }),
  post("/token", { ...RTC, version: "006" }),
  post("/token", { ...RTC, rtm: true }),
  post("/token", { ...RTC, tokenType: "convoai" }),
  post("/token", { tokenType: "rtm", uid: "42", expireTime: 60 }),
  post("/token", { tokenType: "chat-user", uid: "42", expireTime: 60 }),
  post("/token", { tokenType: "chat-app", expireTime: 60 }),
  post("/api/token.json", RTC),
  post("/getToken", { tokenType: "rtc", channel: "room-1", role: "2", uid: "42", expire: 60 }),
  post("/rtctoken", { channel: "room-1", isPublisher: true }),
  post("/rtmtoken", { user: "42" }),
  post("/fetch_rtc_token", { uid: 42, ChannelName: "room-1", role: 1 }),
  get("/rtc/room-1/publisher/uid/42"),
  get("/rtc/room-1/publisher/uid/42?expiry=60"),
  get("/rtc/lobby/audience/userAccount/alice"),
  get("/rtm/42"),
  get("/rte/room-1/publisher/uid/42"),
  get("/chat/app"),
  get("/chat/account/42"),
  get("/access_token?channel=room-1&uid=42"),
  get("/healthz"),
  page("GET", "https://example.com"),
  page("GET", "https://other.example"),
  page("OPTIONS", "https://example.com"),
];

/** The callers of a configuration: what each sends, by the claims of its JWT or by its key. */
function callers({ AUTH = "" }) {
  const of = { none: null };
  if (AUTH.includes("api-key")) Object.assign(of, { key: { key: KEY }, "wrong key": { key: KEY.slice(1) } });
  if (AUTH.includes("jwt")) {
    of["42"] = { claims: { sub: "42" } };
    of.granted = { claims: { sub: "42", agora: { channels: ["room-1"], maxExpireTime: 600 } } };
    of.expired = { claims: { sub: "42" }, lives: -60 };
  }
  return of;
}

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

const recorded = [];
for (const [name, file, given] of CONFIGURATIONS) {
  const { APP_CERTIFICATE_SECRET: stored, ...own } = given;
  const server = await startNative(artefacts, stored ? { ...own, APP_CERTIFICATE } : own).catch((error) => error);
  const entry = { name, file, settings: given };
  recorded.push(entry);
  if (server instanceof Error) {
    entry.refused = server.message.split("\n").at(-1);
    continue;
  }
  entry.callers = callers(given);
  entry.answers = {};
  for (const [caller, credential] of Object.entries(entry.callers)) {
    if (credential?.claims && given.JWT_JWKS_URL) continue;
    entry.answers[caller] = [];
    for (const { method, path, json, headers = {} } of REQUESTS) {
      const sent = { ...headers, ...headersOf(credential, given), Host: "token.example.com" };
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
const answers = { source: "0.1.0, commit 581d85b", requests: REQUESTS, configurations: recorded };
writeFileSync(join(folder, "answers.json"), `${JSON.stringify(answers, null, 1)}\n`);
