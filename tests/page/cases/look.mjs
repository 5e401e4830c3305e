// Appearance and use of the page: both color schemes, phone width, keyboard only, headers and size.

import assert from "node:assert/strict";
import { EVERYTHING } from "../lib/server.mjs";

const MOST_BYTES = 40_000;
const LONG = "A".repeat(900);

/** Every state of the page, with the steps that lead to it. */
const STATES = {
  "as it opens": async () => {},
  "token made": (visit) => visit.make(),
  faults: (visit) =>
    visit.make({ channel: "", uid: "", expireTime: "x", privilegeMode: "each", joinChannel: "x", rtmMode: "user" }),
  permissions: (visit) => visit.make({ tokenType: "rtm", permissions: `{"users": {"read": ["${"b".repeat(60)}"]}}` }),
  classroom: (visit) => visit.make({ tokenType: "apaas-room-user" }),
  code: (visit) => visit.fill({ language: "swift" }),
  "report of good token": async (visit) => {
    const { answer } = await visit.make({ privilegeMode: "each", joinChannel: "900", rtmMode: "uid" });
    await visit.read({ readToken: answer.token });
  },
  "report of wildcards and another channel": async (visit) => {
    const { answer } = await visit.make({ uid: "0", channel: "room-*" });
    await visit.read({ readToken: answer.token, readChannel: "hall", readUid: "7" });
  },
  "report of no token": (visit) => visit.read({ readToken: LONG }),
  "report of long names": async (visit) => {
    const { answer } = await visit.make({ channel: "c".repeat(64), uid: "u".repeat(255) });
    await visit.read({ readToken: answer.token, readChannel: LONG });
  },
  "field for credential": (visit) => visit.page.evaluate(() => (document.getElementById("credential").hidden = false)),
};

const tests = {};
for (const colorScheme of ["light", "dark"]) {
  tests[`${colorScheme}_scheme_passes_axe_and_fits_360_pixels`] = async (_, { open }) => {
    for (const [name, enter] of Object.entries(STATES)) {
      const visit = await open({ colorScheme });
      await enter(visit);
      await visit.isFine(`${name}, ${colorScheme}, 1000`);
      await visit.page.setViewportSize({ width: 360, height: 740 });
      await visit.isFine(`${name}, ${colorScheme}, 360`);
    }
  };
}

/** Presses Tab until `id` has the focus; every element on the way must show its focus. */
async function tabTo(visit, id) {
  for (let presses = 0; presses < 30; presses += 1) {
    await visit.page.keyboard.press("Tab");
    const { focused, outlined } = await visit.page.evaluate(() => {
      const style = getComputedStyle(document.activeElement);
      return {
        focused: document.activeElement.id,
        outlined: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
      };
    });
    assert.ok(outlined, `the focus on ${focused} is not visible`);
    if (focused === id) return;
  }
  assert.fail(`Tab does not reach ${id}`);
}

Object.assign(tests, {
  async keyboard_alone_operates_everything(visit) {
    const { keyboard } = visit.page;
    await keyboard.press("Tab");
    assert.equal(await visit.focused(), "Skip to the form");
    await keyboard.press("Enter");
    await tabTo(visit, "tokenType");
    await keyboard.type("stt");
    assert.equal(await visit.page.inputValue("#tokenType"), "stt");
    await keyboard.press("Home");
    assert.equal(await visit.page.inputValue("#tokenType"), "rtc");
    await tabTo(visit, "channel");
    await keyboard.press("Control+A");
    await keyboard.press("Delete");
    await keyboard.press("Enter");
    await visit.page.waitForSelector(".fault");
    assert.equal(await visit.focused(), "channel");
    await keyboard.type("keyboard");
    const answered = visit.answerOf("/token");
    await keyboard.press("Enter");
    assert.equal((await answered).answer.channel, "keyboard");
    await tabTo(visit, "token");
    await tabTo(visit, "inspect-made");
    const read = visit.answerOf("/inspect");
    await keyboard.press("Space");
    assert.equal((await read).body.channel, "keyboard");
    assert.equal(await visit.focused(), "report-title");
    await visit.page.evaluate(() => document.activeElement.blur());
    await visit.page.focus("#tab-read");
    for (const [key, tab] of [
      ["ArrowLeft", "make"],
      ["ArrowRight", "read"],
      ["Home", "make"],
      ["End", "read"],
      ["ArrowRight", "make"],
    ]) {
      await keyboard.press(key);
      assert.equal(await visit.focused(), `tab-${tab}`, key);
      assert.ok(await visit.shows(`#${tab}`), key);
      assert.equal(visit.page.url(), `${visit.origin}/#/${tab}`);
    }
  },

  async control_has_accessible_name(visit) {
    const unnamed = await visit.page
      .locator("input, select, textarea, button")
      .evaluateAll((controls) =>
        controls
          .filter((control) => !control.labels?.length && !control.ariaLabel && !control.textContent.trim())
          .map(({ id }) => id),
      );
    assert.deepEqual(unnamed, []);
  },

  async address_selects_tab(visit) {
    await visit.page.goto(`${visit.origin}/#/read`);
    assert.ok(await visit.shows("#read-form"));
    await visit.page.goto(`${visit.origin}/#/make`);
    assert.ok(await visit.shows("#make-form"));
  },

  async second_click_waits_for_first_response(visit) {
    let asked = 0;
    await visit.page.route("**/token", async (route) => {
      asked += 1;
      await new Promise((resolve) => setTimeout(resolve, 200));
      await route.continue();
    });
    await visit.page.dblclick("#make-form button.main");
    await visit.page.waitForSelector("#made:not([hidden])");
    assert.equal(asked, 1);
  },

  async page_is_one_small_file_with_strict_headers(visit) {
    assert.deepEqual(visit.requested, [`${visit.origin}/`]);
    const response = await fetch(visit.origin);
    const bytes = (await response.arrayBuffer()).byteLength;
    assert.ok(bytes < MOST_BYTES, `${bytes} bytes`);
    assert.match(
      response.headers.get("content-security-policy"),
      /^default-src 'none'; script-src 'sha256-[^ ]{44}'; /,
    );
    assert.equal(response.headers.get("referrer-policy"), "no-referrer");
    assert.equal(response.headers.get("x-content-type-options"), "nosniff");
  },

  async csp_blocks_foreign_content(visit) {
    const origin = visit.origin.replace("127.0.0.1", "localhost");
    const stopped = await visit.page.evaluate(async (url) => {
      const stopped = [];
      await fetch(url).catch(() => stopped.push("fetch"));
      try {
        document.body.innerHTML = "";
      } catch {
        stopped.push("markup");
      }
      const script = document.createElement("script");
      try {
        script.text = "window.ran = 1";
      } catch {
        stopped.push("script text");
      }
      return stopped;
    }, `${origin}/healthz`);
    assert.deepEqual(stopped, ["fetch", "markup", "script text"]);
    while (!visit.complained.some((text) => text.startsWith("CSP: connect-src"))) await visit.page.waitForTimeout(20);
    // These are intended.
    visit.complained.length = 0;
  },
});

export const suites = [{ variables: () => EVERYTHING, tests }];
