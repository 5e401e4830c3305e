// Making tokens: every type, every error at its field, and the request as code.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { EVERYTHING } from "../lib/server.mjs";

/** The input, the members that must be sent besides tokenType and expireTime, and the services of the token. */
const TYPES = {
  rtc: [{}, { channel: "room-1", uid: 42, role: "publisher" }, ["rtc"]],
  rtm: [{ uid: "alice" }, { uid: "alice" }, ["rtm"]],
  "chat-user": [{ uid: "alice" }, { uid: "alice" }, ["chat"]],
  "chat-app": [{}, {}, ["chat"]],
  fpa: [{}, {}, ["fpa"]],
  "apaas-room-user": [
    { roomUuid: "r", userUuid: "u", classroomRole: "2" },
    { roomUuid: "r", userUuid: "u", role: 2 },
    ["rtm", "chat", "apaas"],
  ],
  "apaas-user": [{ userUuid: "u" }, { userUuid: "u" }, ["apaas"]],
  "apaas-app": [{}, {}, ["apaas"]],
  convoai: [{}, { channel: "room-1", uid: 42, role: "publisher", rtm: true }, ["rtc", "rtm", "convoai"]],
  stt: [{}, { channel: "room-1", uid: 42, role: "publisher", rtm: true }, ["rtc", "rtm", "stt"]],
};

const EACH = { privilegeMode: "each", publishAudioStream: "" };

/** Choices, and the members that they must send. */
const CHOICES = {
  "version 006": [{ version: "006" }, { version: "006" }],
  subscriber: [{ role: "subscriber" }, { role: "subscriber" }],
  "uid 0": [{ uid: "0" }, { uid: 0 }],
  "largest uid": [{ uid: "4294967295" }, { uid: 4294967295 }],
  "account above it": [{ uid: "4294967296" }, { uid: "4294967296" }],
  "account with leading zeros": [{ uid: "007" }, { uid: "007" }],
  "wildcard channel": [{ channel: "room-*" }, { channel: "room-*" }],
  "privileges that expire earlier": [{ privilegeMode: "time", privilegeExpireTime: "60" }, { privilegeExpireTime: 60 }],
  "each privilege by itself": [
    { ...EACH, joinChannel: "600", publishVideoStream: "0", publishDataStream: "30" },
    { privileges: { joinChannel: 600, publishVideoStream: 0, publishDataStream: 30 } },
  ],
  "no privilege by itself": [EACH, { privileges: {} }],
  "rtm as uid": [{ rtmMode: "uid" }, { rtm: true }],
  "rtm as another user": [{ rtmMode: "user", rtmUserId: "bob" }, { rtm: { userId: "bob" } }],
  permissions: [
    { tokenType: "rtm", permissions: '{"users": {"read": ["bob"]}}' },
    { tokenType: "rtm", uid: "42", permissions: { users: { read: ["bob"] } }, channel: undefined, role: undefined },
  ],
  "fpa without lifetime": [
    { tokenType: "fpa", expireTime: "" },
    { tokenType: "fpa", expireTime: undefined, uid: undefined, channel: undefined, role: undefined },
  ],
};

/** The input, and the expected fault at each field. Rust tests the rules. */
const FAULTS = {
  "nothing at all": [
    { channel: "", uid: "", expireTime: "" },
    { channel: "channel is required", uid: "uid is required", expireTime: "expireTime is required" },
  ],
  "channel of other characters": [{ channel: "ü" }, ["channel", /^channel: /]],
  "uid of other characters": [{ uid: "ü" }, ["uid", /^uid: /]],
  "lifetime above day": [
    { expireTime: "86401" },
    { expireTime: "expireTime: expected 1 to 86400, got 86401; Agora ends every token after 24 hours" },
  ],
  "lifetime in words": [{ expireTime: "an hour" }, ["expireTime", /, got "an hour"$/]],
  "privileges beyond token": [{ privilegeMode: "time", privilegeExpireTime: "3601" }, ["privilegeExpireTime", /3601/]],
  "privilege beyond token": [{ ...EACH, joinChannel: "3601" }, ["privileges.joinChannel", /3601/]],
  "privilege in words": [{ ...EACH, publishDataStream: "x" }, ["privileges.publishDataStream", /"x"/]],
  "subscriber that publishes": [
    { ...EACH, role: "subscriber", publishVideoStream: "60", publishAudioStream: "60" },
    {
      "privileges.publishAudioStream":
        "privileges.publishAudioStream: a subscriber cannot publish; request the role publisher",
      "privileges.publishVideoStream":
        "privileges.publishVideoStream: a subscriber cannot publish; request the role publisher",
    },
  ],
  "rtm as uid 0": [{ uid: "0", rtmMode: "uid" }, ["rtm", /uid 0 names no user/]],
  "rtm user ID empty": [{ rtmMode: "user" }, { "rtm.userId": "rtm.userId is required" }],
  "rtm beside 006": [{ version: "006", rtmMode: "uid" }, ["rtm", /one service/]],
  "permissions that are not JSON": [
    { tokenType: "rtm", permissions: "{" },
    { permissions: "permissions: expected JSON" },
  ],
  "permissions with invalid members": [
    { tokenType: "rtm", permissions: '{"users": {"read": "bob", "watch": []}, "rooms": {}}' },
    [
      "permissions",
      /permissions\.users\.read[\s\S]*permissions\.users\.watch is unknown\npermissions\.rooms is unknown/,
    ],
  ],
  "classroom without anything": [
    { tokenType: "apaas-room-user", roomUuid: "", userUuid: "", classroomRole: "" },
    { roomUuid: "roomUuid is required", userUuid: "userUuid is required", role: "role is required" },
  ],
  "classroom role in words": [
    { tokenType: "apaas-room-user", classroomRole: "teacher" },
    ["role", /expected an integer .*, got "teacher"/],
  ],
};

const tests = {};

for (const [type, [values, members, services]] of Object.entries(TYPES)) {
  tests[`make ${type}`] = async (visit) => {
    const { body, answer } = await visit.make({ tokenType: type, ...values });
    assert.deepEqual(body, { tokenType: type, ...members, expireTime: 3600 });
    assert.equal(await visit.text("#token"), answer.token);
    assert.match(await visit.text("#made-count"), /^(1 h|59 min 5\d s) left$/);
    assert.match(await visit.text("#announcement"), /^Token made, /);
    assert.match(await visit.text("#made-facts"), new RegExp(`tokenType\\s+${type}\\s`));
    const inspected = visit.answerOf("/inspect");
    await visit.page.click("#inspect-made");
    const report = await inspected;
    assert.equal(report.body.token, answer.token);
    assert.deepEqual(
      report.answer.services.map(({ name }) => name),
      services,
    );
    for (const name of services) assert.ok((await visit.text("#services")).includes(`service ${name} `));
    assert.match(await visit.text("#facts"), /verifies under the primary certificate/);
  };
}

for (const [name, [values, members]] of Object.entries(CHOICES)) {
  tests[`make with ${name}`] = async (visit) => {
    const { body, status } = await visit.make(values);
    const usual = { tokenType: "rtc", channel: "room-1", uid: 42, role: "publisher", expireTime: 3600 };
    assert.deepEqual(body, JSON.parse(JSON.stringify({ ...usual, ...members })));
    assert.equal(status, 200);
    assert.ok(await visit.shows("#made"));
    assert.deepEqual(await visit.faults(), {});
  };
}

for (const [name, [values, expected]] of Object.entries(FAULTS)) {
  tests[`fault: ${name}`] = async (visit) => {
    await visit.fill(values);
    await visit.page.click("#make-form button.main");
    await visit.page.waitForSelector(".fault");
    const faults = await visit.faults();
    if (Array.isArray(expected)) {
      const [field, pattern] = expected;
      assert.deepEqual(Object.keys(faults), [field]);
      assert.match(faults[field], pattern);
    } else {
      assert.deepEqual(faults, expected);
    }
    assert.equal(await visit.shows("#made"), false);
    const focused = await visit.page.evaluate(() => document.activeElement.closest("[data-field]").dataset.field);
    assert.equal(focused, Object.keys(faults)[0]);
    assert.match(await visit.text("#announcement"), /^Refused\. .*Fields to change: [1-9]/);
  };
}

Object.assign(tests, {
  async fault_disappears_after_correction(visit) {
    await visit.make({ channel: "", uid: "" });
    await visit.make({ channel: "room-1" });
    assert.deepEqual(await visit.faults(), { uid: "uid is required" });
    await visit.make({ uid: "1" });
    assert.deepEqual(await visit.faults(), {});
    assert.equal(await visit.page.locator("[aria-invalid]").count(), 0);
  },

  async copy_button_copies_token(visit) {
    const { answer } = await visit.make();
    await visit.page.click("[data-copy=token]");
    await visit.page.waitForFunction(() => document.querySelector("[data-copy=token]").textContent === "Copied");
    assert.equal(await visit.page.evaluate(() => navigator.clipboard.readText()), answer.token);
    assert.equal(await visit.text("#announcement"), "Copied");
    await visit.page.waitForFunction(() => document.querySelector("[data-copy=token]").textContent === "Copy token");
  },

  async copy_without_clipboard_selects_token(visit) {
    const { answer } = await visit.make();
    await visit.page.evaluate(() => (navigator.clipboard.writeText = () => Promise.reject(new Error("no"))));
    await visit.page.click("[data-copy=token]");
    await visit.page.waitForFunction(() => document.querySelector("[data-copy=token]").textContent === "Selected");
    assert.equal(await visit.page.evaluate(() => getSelection().toString()), answer.token);
  },

  async countdown_runs_until_expiry(visit) {
    await visit.stopClock();
    await visit.make({ expireTime: "90" });
    assert.match(await visit.text("#made-count"), /^1 min (30|29) s left$/);
    await visit.page.clock.runFor(60_000);
    assert.match(await visit.text("#made-count"), /^(31|30|29) s left$/);
    await visit.page.clock.runFor(150_000);
    assert.match(await visit.text("#made-count"), /^expired (2 min|1 min 5\d s|2 min \d s) ago/);
  },

  async curl_and_fetch_samples_send_request_of_form(visit) {
    await visit.fill({ uid: `o'neil "$HOME" \\#` });
    const direct = await visit.make();
    assert.equal(direct.status, 400);
    const curl = await visit.text("#sample");
    const answer = JSON.parse(execFileSync("bash", ["-c", curl], { encoding: "utf8" }));
    assert.equal(answer.detail, direct.answer.detail);
    await visit.fill({ language: "fetch" });
    await assert.rejects(runScript(await visit.text("#sample")), { message: direct.answer.detail });
    await visit.fill({ uid: "7" });
    assert.match(await runScript(`${await visit.text("#sample")} return token;`), /^007/);
    await visit.fill({ language: "curl" });
    assert.match(
      JSON.parse(execFileSync("bash", ["-c", await visit.text("#sample")], { encoding: "utf8" })).token,
      /^007/,
    );
  },

  async swift_and_kotlin_samples_escape_text(visit) {
    await visit.fill({ uid: `a"#$b\\#(c)` });
    const json = '"uid": "a\\"#$b\\\\#(c)"';
    await visit.fill({ language: "swift" });
    const swift = await visit.text("#sample");
    // In a string with two number signs, \#( does not interpolate.
    assert.ok(
      swift.includes(`Data(##"""\n{\n  "tokenType": "rtc"`) && swift.includes(json) && swift.includes(`}\n"""##.utf8)`),
      swift,
    );
    await visit.fill({ language: "kotlin" });
    const kotlin = await visit.text("#sample");
    assert.ok(kotlin.includes(json.replace("$", () => "${'$'}")) && !kotlin.match(/"""[\s\S]*"""[\s\S]*"""/), kotlin);
    await visit.page.click("[data-copy=sample]");
    await visit.page.waitForFunction(() => document.querySelector("[data-copy=sample]").textContent === "Copied");
    assert.equal(await visit.page.evaluate(() => navigator.clipboard.readText()), kotlin);
  },

  async renewal_code_covers_sdks_with_best_first(visit) {
    for (const [type, first] of Object.entries({
      rtc: "Web, RTC",
      rtm: "Web, Signaling",
      "chat-user": "Web, Chat",
      stt: "Web, RTC",
      "chat-app": undefined,
      fpa: undefined,
    })) {
      await visit.fill({ tokenType: type });
      assert.equal(await visit.shows("#renewal-card"), first !== undefined, type);
      if (first) assert.equal(await visit.page.inputValue("#sdk"), first, type);
    }
    await visit.fill({ tokenType: "rtc" });
    const names = await visit.page.locator("#sdk option").allTextContents();
    assert.ok(names.length >= 9, names.join(", "));
    for (const sdk of names) {
      await visit.fill({ sdk });
      assert.match(await visit.text("#renewal"), /renewToken/i, sdk);
    }
    await visit.page.click("[data-copy=renewal]");
    await visit.page.waitForFunction(() => document.querySelector("[data-copy=renewal]").textContent === "Copied");
  },

  async web_renewal_code_runs(visit) {
    for (const [sdk, name, method] of [
      ["Web, RTC", "client", "on"],
      ["Web, Signaling", "rtm", "addEventListener"],
      ["Web, Chat", "chat", "addEventHandler"],
    ]) {
      await visit.fill({ sdk });
      const { handlers, renewed, joined } = await runRenewal(await visit.text("#renewal"), name, method);
      assert.deepEqual(renewed, ["fresh"], sdk);
      assert.deepEqual(joined, handlers > 1 ? ["fresh"] : [], sdk);
    }
  },

  async token_type_shows_its_fields_only(visit) {
    for (const [type, fields] of Object.entries({
      "chat-app": "tokenType expireTime",
      rtm: "tokenType uid expireTime version permissions",
      rtc: "tokenType channel uid role expireTime version privileges rtm",
      stt: "tokenType channel uid role expireTime privileges rtm",
      "apaas-room-user": "tokenType roomUuid userUuid role expireTime",
    })) {
      await visit.fill({ tokenType: type });
      const shown = await visit.page.evaluate(() =>
        [...document.querySelectorAll("#make-form [data-field]")]
          .filter((field) => field.checkVisibility())
          .map((field) => field.dataset.field)
          .join(" "),
      );
      assert.equal(shown, fields);
    }
  },
});

/** Runs renewal code with an SDK that keeps its handlers, then calls each of them. */
async function runRenewal(code, name, method) {
  const [renewed, joined, handlers] = [[], [], []];
  const sdk = {
    [method]: (_event, handler) =>
      handlers.push(...(typeof handler === "function" ? [handler] : Object.values(handler))),
    renewToken: async (token) => renewed.push(token),
  };
  const AsyncFunction = (async () => {}).constructor;
  const join = async (token) => joined.push(token);
  await new AsyncFunction(name, "fetchToken", "join", code)(sdk, async () => "fresh", join);
  for (const handler of handlers) await handler();
  return { handlers: handlers.length, renewed, joined };
}

/** Runs code as a module of a page. */
function runScript(code) {
  const AsyncFunction = (async () => {}).constructor;
  return new AsyncFunction(code)();
}

export const suites = [{ variables: () => EVERYTHING, tests }];
