// Refusals of callers and of requests: 401, 403, 429, 503, and a server that has stopped.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHmac } from "node:crypto";
import { createServer } from "node:net";
import { artefacts } from "../lib/server.mjs";

const [KEY, ENTRY] = execFileSync(artefacts.binary, ["api-key", "tests"], {
  encoding: "utf8",
  stdio: ["ignore", "pipe", "ignore"],
}).split("\n");
const JWT_SECRET = "a secret of at least thirty-two bytes";

function jwt(claims) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const signed = `${part({ alg: "HS256", typ: "JWT" })}.${part({ iss: "tests", aud: "agora", exp: Math.floor(Date.now() / 1000) + 600, ...claims })}`;
  return `${signed}.${createHmac("sha256", JWT_SECRET).update(signed).digest("base64url")}`;
}

const JWT = { AUTH: "jwt", JWT_ISSUER: "tests", JWT_AUDIENCE: "agora" };

/** A port on which no process listens. */
async function closedPort() {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const withKey = {
  async api_key_field_is_shown_and_sent_as_bearer(visit) {
    assert.equal(await visit.text("#authentication"), "Authentication: API key");
    assert.equal(await visit.shows("#credential"), true);
    const refused = await visit.make();
    assert.equal(refused.status, 401);
    assert.deepEqual(await visit.faults(), {
      "": "The credential was not accepted\nEnter an API key or JWT that this server accepts.",
    });
    assert.equal(await visit.focused(), "secret");
    assert.match(await visit.text("#announcement"), /^Refused\. The credential was not accepted/);
    await visit.page.keyboard.type(KEY);
    const answered = visit.answerOf("/token");
    await visit.page.keyboard.press("Enter");
    const { status, headers, answer } = await answered;
    assert.equal(status, 200);
    assert.equal(headers.authorization, `Bearer ${KEY}`);
    assert.equal(await visit.text("#token"), answer.token);
    assert.deepEqual(await visit.faults(), {});
  },

  async api_key_as_x_api_key_works_on_both_tabs(visit) {
    const refused = await visit.read({ readToken: "hello" });
    assert.equal(refused.status, 401);
    assert.equal(await visit.focused(), "secret");
    await visit.fill({ secret: KEY, scheme: "key" });
    const { status, headers } = await visit.read({});
    assert.equal(status, 200);
    assert.deepEqual([headers["x-api-key"], headers.authorization], [KEY, undefined]);
    assert.equal(await visit.text("#report-title"), "Refused");
  },

  async wrong_api_key_is_refused_each_time(visit) {
    await visit.make();
    await visit.fill({ secret: "wrong" });
    assert.equal((await visit.make()).status, 401);
    assert.equal(await visit.focused(), "secret");
  },

  async api_key_with_other_characters_is_fault_at_its_field(visit) {
    await visit.make();
    await visit.fill({ secret: "ключ" });
    await visit.page.click("#make-form button.main");
    await visit.page.waitForSelector(".fault");
    assert.deepEqual(await visit.faults(), { credential: "credential: expected ASCII characters" });
    assert.equal(await visit.focused(), "secret");
  },

  async api_key_is_kept_in_memory_only(visit) {
    await visit.make();
    await visit.fill({ secret: KEY });
    await visit.make();
    for (const language of ["curl", "fetch", "swift", "kotlin"]) {
      await visit.fill({ language });
      const snippet = await visit.text("#sample");
      assert.ok(snippet.includes("Bearer YOUR_CREDENTIAL") && !snippet.includes(KEY), snippet);
    }
    await visit.fill({ scheme: "key" });
    assert.match(await visit.text("#sample"), /X-API-Key",\s+"YOUR_CREDENTIAL/);
    assert.equal(visit.page.url(), `${visit.origin}/#/make`);
    assert.ok(!(await visit.page.content()).includes(KEY));
    const { cookies, origins } = await visit.page.context().storageState({ indexedDB: true });
    assert.deepEqual([cookies, origins], [[], []]);
    await visit.page.reload();
    assert.equal(await visit.page.inputValue("#secret"), "");
  },
};

const narrow = {
  ALLOWED_TOKEN_TYPES: "rtc",
  ALLOWED_CHANNELS: "room-1,room-2",
  MAX_EXPIRE_TIME: "600",
  ALLOW_WILDCARD_UID: "false",
};

const withPolicy = {};
for (const [rule, values, expected] of [
  ["channel", { channel: "hall" }, { channel: "channel: expected an allowed channel" }],
  ["expireTime", { expireTime: "601" }, { expireTime: "expireTime: expected at most 600, got 601" }],
  ["wildcard", { uid: "0" }, { uid: "uid: wildcards are not allowed" }],
  ["wildcard", { channel: "room-*" }, { channel: "channel: wildcards are not allowed" }],
  [
    "tokenType",
    { tokenType: "rtm" },
    {
      "": "ALLOWED_TOKEN_TYPES lists the token types that this server issues.",
      tokenType: "tokenType: rtm is not allowed",
    },
  ],
]) {
  withPolicy[`rule ${rule} refuses ${JSON.stringify(values)}`] = async (visit) => {
    const { status, answer } = await visit.make({ expireTime: "600", ...values });
    assert.deepEqual([status, answer.rule], [403, rule]);
    assert.deepEqual(await visit.faults(), expected);
  };
}

const withJwt = {
  async jwt_rules_refuse_at_uid_and_role(visit) {
    await visit.make();
    await visit.fill({ secret: jwt({ sub: "42", agora: { roles: ["subscriber"] } }) });
    await visit.make({ role: "subscriber" });
    assert.ok(await visit.shows("#made"));
    await visit.make({ uid: "43" });
    assert.deepEqual(await visit.faults(), { uid: "uid: expected the identity of the credential" });
    await visit.make({ uid: "42", role: "publisher" });
    assert.deepEqual(await visit.faults(), { role: "role: publisher is not allowed" });
  },
};

const withLimit = {
  async rate_limited_request_shows_seconds_to_wait(visit) {
    await visit.stopClock();
    assert.equal((await visit.make()).status, 200);
    assert.equal((await visit.make()).status, 429);
    const { "": note } = await visit.faults();
    assert.match(note, /^Too many requests; try again in \d+ s\nRATE_LIMIT sets [\s\S]*\n+Try again in [1-6]\d s$/);
    await visit.page.clock.runFor(70_000);
    assert.match((await visit.faults())[""], /Try again now$/);
  },
};

const withoutKeySet = {
  async unavailable_server_shows_next_step(visit) {
    await visit.make();
    await visit.fill({
      secret: jwt({ sub: "42" }).replace(/^[^.]+/, Buffer.from('{"alg":"RS256","kid":"k"}').toString("base64url")),
    });
    assert.equal((await visit.make()).status, 503);
    assert.match((await visit.faults())[""], /^The server is unavailable[\s\S]*key set[\s\S]*Try again in \d+ s$/);
  },
};

const withOrigins = {
  async origin_outside_of_list_is_refused(visit) {
    assert.equal((await visit.make()).status, 403);
    assert.match(
      (await visit.faults())[""],
      /^origin: expected an allowed origin\nAdd the origin of this page to CORS_ALLOW_ORIGIN\.$/,
    );
  },
};

const thatStops = {
  async stopped_server_is_reported(visit, { server }) {
    await server.stop();
    visit.expectsNoServer = true;
    await visit.page.click("#make-form button.main");
    await visit.page.waitForSelector("#make-form .note");
    assert.deepEqual(await visit.faults(), { "": "The server does not respond" });
  },
};

/** A server whose page states how callers authenticate. */
const states = (title, asksForCredential) => ({
  async [`authentication state is shown: ${title}`](visit) {
    assert.match(await visit.text("#authentication"), new RegExp(`^${title}`));
    assert.equal(await visit.shows("#credential"), asksForCredential);
  },
});

const notConfigured = {
  ...states("Authentication is not configured", false),
  async request_without_auth_setting_is_rejected(visit) {
    assert.equal((await visit.make()).status, 503);
    assert.match((await visit.faults())[""], /not configured/);
  },
};

const OWN_PROJECT = { APP_ID: "a".repeat(32), APP_CERTIFICATE: "b".repeat(32) };

export const suites = [
  { variables: () => ({}), tests: states("Authentication is off", false) },
  { variables: () => OWN_PROJECT, tests: notConfigured },
  {
    variables: () => ({ ...JWT, AUTH: "api-key,jwt", API_KEYS: ENTRY, JWT_SECRET }),
    tests: states("Authentication: API key or JWT$", true),
  },
  { variables: () => ({ ...JWT, JWT_SECRET }), tests: states("Authentication: JWT$", true) },
  { variables: () => ({ AUTH: "api-key", API_KEYS: ENTRY }), tests: withKey },
  { variables: () => narrow, tests: withPolicy },
  { variables: () => ({ ...JWT, JWT_SECRET }), tests: withJwt },
  { variables: () => ({ RATE_LIMIT: "1" }), tests: withLimit },
  {
    variables: async () => ({ ...JWT, JWT_JWKS_URL: `http://127.0.0.1:${await closedPort()}/keys` }),
    tests: withoutKeySet,
  },
  { variables: () => ({ CORS_ALLOW_ORIGIN: "https://app.example" }), tests: withOrigins },
  { variables: () => ({}), tests: thatStops },
];
