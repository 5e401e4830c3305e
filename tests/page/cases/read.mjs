// Reading tokens: valid and invalid ones, texts that are not tokens, and texts that must not become markup.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { APP_CERTIFICATE, APP_ID } from "../../runtimes/lib/cases.mjs";
import { EVERYTHING } from "../lib/server.mjs";
import { rtcToken } from "../lib/token.mjs";

const directory = resolve(import.meta.dirname, "../../vectors/inspect");
const vectors = readdirSync(directory).map((name) => JSON.parse(readFileSync(join(directory, name), "utf8")));
const vector = (id) => vectors.find((one) => one.id === id).token;

/** The certificates of the vectors, as in tests/it/inspect.rs. */
const VECTORS = {
  ...EVERYTHING,
  APP_ID,
  APP_CERTIFICATE,
  APP_CERTIFICATE_SECONDARY: "aaaabbbbccccddddeeeeffff00001111",
};

const MARKUP = "<script>window.ran=1</script>";
const IMAGE = "<img src=x onerror=window.ran=1>";

async function token(server, members) {
  const body = JSON.stringify({ channel: "room-1", role: "publisher", uid: 42, expireTime: 3600, ...members });
  const response = await fetch(`${server.origin}/token`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body,
  });
  return (await response.json()).token;
}

/** The problems as shown: [Error or Warning, code]. */
const problems = (visit) =>
  visit.page
    .locator("#problems li .row")
    .evaluateAll((rows) => rows.map((row) => [...row.children].map((part) => part.textContent)));

const nothingRan = async (visit) => {
  assert.equal(await visit.page.evaluate(() => window.ran), undefined);
  assert.equal(await visit.page.locator("script, main img").count(), 1);
};

const tests = {
  async valid_token_is_usable(visit, { server }) {
    await visit.read({ readToken: await token(server), readChannel: "room-1", readUid: "42" });
    assert.equal(await visit.text("#report-title"), "Usable");
    assert.equal(await visit.shows("#problems"), false);
    assert.match(
      await visit.text("#facts"),
      /version\s+007[\s\S]*verifies under the primary certificate[\s\S]*\(this project\)[\s\S]*(1 h|59 min 5\d s) left/,
    );
    const services = await visit.text("#services");
    for (const name of [
      "room-1",
      "42",
      "joinChannel",
      "publishAudioStream",
      "publishVideoStream",
      "publishDataStream",
    ]) {
      assert.ok(services.includes(name), name);
    }
    assert.equal(await visit.focused(), "report-title");
    assert.equal(await visit.text("#announcement"), "Usable. Problems: 0.");
  },

  async expired_token_is_refused(visit) {
    await visit.read({ readToken: vector("expired") });
    assert.equal(await visit.text("#report-title"), "Refused");
    assert.deepEqual(await problems(visit), [["Error", "expired"]]);
    assert.match(
      await visit.text("#problems"),
      /Fetch a new token and pass it to renewToken[\s\S]*Clients see: RTC 109, Web dynamic key expired/,
    );
    assert.match(await visit.text("#services"), /the token\s+expired \d+ years/);
    assert.equal(await visit.page.locator(".bar .left[style*=width]").count(), 0);
  },

  async token_of_other_certificate_is_refused(visit) {
    await visit.read({ readToken: vector("certificate-replaced") });
    assert.ok((await problems(visit)).some(([word, code]) => word === "Error" && code === "signature_invalid"));
    assert.match(await visit.text("#facts"), /does not verify under the certificates of this project/);
  },

  async wildcards_are_marked(visit, { server }) {
    await visit.read({ readToken: await token(server, { channel: "room-*", uid: 0 }) });
    assert.equal(await visit.text("#report-title"), "Usable, with warnings");
    assert.deepEqual(await problems(visit), [
      ["Warning", "wildcard_opens_rest"],
      ["Warning", "wildcard_channel"],
      ["Warning", "wildcard_uid"],
    ]);
    assert.match(await visit.text("#services dl"), /channel\s+room-\* wildcard\s+uid\s+0, any user wildcard/);
  },

  async text_without_token_is_reported(visit) {
    for (const [text, code] of [
      ["hello", "not_a_token"],
      ["undefined", "placeholder"],
      ["{}", "json"],
      ["007AAAA", "damaged"],
    ]) {
      const { answer } = await visit.read({ readToken: text });
      assert.deepEqual((await problems(visit))[0], ["Error", answer.problems[0].code], text);
      if (code !== "damaged") assert.equal(answer.problems[0].code, code);
      assert.equal(await visit.shows("#services"), false, text);
    }
  },

  async empty_field_is_fault(visit) {
    await visit.read({ readToken: "" });
    assert.deepEqual(await visit.faults(), { token: "token is required" });
    assert.equal(await visit.focused(), "readToken");
    assert.equal(await visit.shows("#report"), false);
  },

  async other_channel_and_uid_are_errors(visit, { server }) {
    await visit.read({ readToken: await token(server), readChannel: "room-2", readUid: "43" });
    assert.deepEqual(await problems(visit), [
      ["Error", "channel_differs"],
      ["Error", "uid_differs"],
    ]);
    assert.match(await visit.text("#problems"), /The token is for the channel "room-1", but the client uses "room-2"/);
  },

  async markup_in_token_is_text(visit) {
    for (const text of [MARKUP, IMAGE, `007${MARKUP}`, `"'>${IMAGE}`]) {
      await visit.read({ readToken: text, readChannel: MARKUP, readUid: IMAGE });
      assert.equal(await visit.page.inputValue("#readToken"), text);
      await nothingRan(visit);
    }
  },

  async markup_in_names_is_text(visit, { server }) {
    const uid = IMAGE;
    const permissions = { users: { read: [MARKUP] } };
    const made = await token(server, { tokenType: "rtm", uid, permissions, channel: undefined, role: undefined });
    await visit.read({ readToken: made, readUid: MARKUP });
    assert.ok((await visit.text("#services")).includes(MARKUP));
    assert.ok((await visit.text("#services")).includes(IMAGE));
    assert.ok((await visit.text("#problems")).includes(MARKUP));
    await nothingRan(visit);
    await visit.page.click("#tab-make");
    await visit.make({ tokenType: "rtm", uid: IMAGE });
    assert.ok((await visit.text("#made-facts")).includes(IMAGE));
    assert.ok((await visit.text("#sample")).includes(IMAGE));
    await visit.make({ tokenType: "rtc", uid: IMAGE, channel: MARKUP });
    assert.ok((await visit.faults()).channel);
    await nothingRan(visit);
  },

  async permissions_are_shown(visit, { server }) {
    const permissions = { messageChannels: { read: ["news", "sports"] } };
    await visit.read({
      readToken: await token(server, { tokenType: "rtm", permissions, channel: undefined, role: undefined }),
    });
    assert.match(await visit.text("#services"), /messageChannels, read\s+news, sports/);
  },

  async time_line_shows_passed_and_remaining_time(visit) {
    const privileges = { joinChannel: 3600, publishAudioStream: 900 };
    await visit.read({
      readToken: rtcToken({ channel: "room-1", uid: 42, issuedAgo: 1800, expire: 3600, privileges }),
    });
    assert.match(await visit.text("#facts"), /verifies under the primary certificate/);
    assert.deepEqual(await problems(visit), [["Warning", "privileges_ended"]]);
    const bars = await visit.page.locator("#services .bar").evaluateAll((all) =>
      all.map((bar) => {
        const whole = bar.clientWidth;
        return Object.fromEntries(
          [...bar.children].map((part) => {
            return [
              part.className,
              [part.offsetLeft, part.offsetWidth].map((pixels) => Math.round((pixels / whole) * 20) * 5),
            ];
          }),
        );
      }),
    );
    const half = { past: [0, 50], left: [50, 50], now: [50, 0] };
    assert.deepEqual(bars, [half, half, { past: [0, 25], left: [50, 0], now: [50, 0] }]);
    assert.match(
      await visit.text("#services"),
      /the token\s+(30 min|29 min 5\d s) left[\s\S]*publishAudioStream\s+expired 15 min( \d s)? ago/,
    );
  },

  async remaining_time_counts_down(visit, { server }) {
    await visit.stopClock();
    await visit.read({ readToken: await token(server, { expireTime: 120 }) });
    await visit.page.clock.runFor(130_000);
    assert.match(await visit.text("#facts"), /expired (9|1\d) s ago/);
  },

  async token_without_used_service_is_refused(visit, { server }) {
    await visit.read({ readToken: await token(server), readFor: "rtm" });
    assert.equal(await visit.text("#report-title"), "Refused");
    assert.deepEqual(await problems(visit), [["Error", "no_service"]]);
    assert.match(
      await visit.text("#problems"),
      /Request tokenType rtm, or rtc with "rtm": true\.[\s\S]*Clients see: RTM -10005, RTM 1\.x 5/,
    );
  },

  async report_as_of_other_time_stands_still(visit) {
    await visit.stopClock();
    await visit.read({ readToken: vector("ok-rtc"), readAt: "2023-11-14T22:23:20Z" });
    assert.equal(await visit.text("#report-title"), "Usable");
    await visit.page.clock.runFor(130_000);
    assert.match(await visit.text("#facts"), /expires[\s\S]* 50 min left[\s\S]*as of\s+2023-11-14 22:23:20/);
    await visit.read({ readToken: vector("ok-rtc"), readAt: "1700009000" });
    assert.equal(await visit.text("#report-title"), "Refused");
    await visit.read({ readToken: vector("ok-rtc"), readAt: "yesterday" });
    assert.match((await visit.faults()).at, /expected Unix seconds or RFC 3339/);
  },

  async token_006_without_names_is_unknown(visit) {
    await visit.read({ readToken: vector("006-ok"), readAt: "1700000600" });
    assert.equal(await visit.text("#report-title"), "Unknown");
    assert.deepEqual((await problems(visit))[0], ["Warning", "names_needed"]);
    await visit.read({ readChannel: "room-1", readUid: "42" });
    assert.equal(await visit.text("#report-title"), "Usable, with warnings");
  },

  async repairs_are_shown(visit) {
    await visit.read({ readToken: vector("report-token-inside-text-php-json"), readAt: "3999990000" });
    assert.equal(await visit.text("#repaired"), "Repaired to read the token: json_escapes, embedded");
    await visit.read({ readToken: vector("ok-rtc") });
    assert.equal(await visit.shows("#repaired"), false);
  },

  async two_tokens_are_fault_at_field(visit) {
    await visit.read({ readToken: vector("report-two-tokens-in-one-text") });
    assert.match((await visit.faults()).token, /expected one token, got 2: 007eJxTYJi… at character 0, 007eJxTYHj…/);
    assert.equal(await visit.shows("#report"), false);
  },
};

/** A vector for each problem that there is. */
const seen = new Set();
const chosen = vectors.filter(({ expect: { problems = [] } }) => {
  const before = seen.size;
  for (const code of problems) seen.add(code);
  return seen.size > before;
});

const everyProblem = {
  async vector_of_each_problem_shows_verdict_and_fixes_in_order(visit) {
    assert.ok(seen.size > 60, `${seen.size} problems`);
    for (const { id, token, channel, uid, now, for: purpose, expect } of chosen) {
      if (token.trim() === "") continue;
      const values = {
        readToken: token,
        readChannel: channel ?? "",
        readUid: uid ?? "",
        readFor: purpose ?? "",
        readAt: String(now),
      };
      const { answer } = await visit.read(values);
      assert.equal(answer.verdict, expect.verdict, id);
      assert.deepEqual(
        answer.problems.map(({ code }) => code),
        expect.problems,
        id,
      );
      const title = await visit.text("#report-title");
      assert.ok(
        title.startsWith({ usable: "Usable", refused: "Refused", unknown: "Unknown" }[answer.verdict]),
        `${id}: ${title}`,
      );
      const shown = await problems(visit);
      const words = { error: "Error", warning: "Warning" };
      assert.deepEqual(
        shown,
        answer.problems.map(({ severity, code }) => [words[severity], code]),
        id,
      );
      const texts = await visit.page.locator("#problems li").allInnerTexts();
      for (const [index, { detail, fix }] of answer.problems.entries()) {
        for (const text of [detail, fix]) {
          assert.ok(
            texts[index].includes(text.slice(1).replace(/\s+/g, " ")) || /\s{2}|\n/.test(text),
            `${id}: ${text}`,
          );
        }
      }
      assert.deepEqual(await visit.overflowing(), [], id);
    }
  },
};

export const suites = [
  { variables: () => EVERYTHING, tests },
  { variables: () => VECTORS, tests: everyProblem },
];
