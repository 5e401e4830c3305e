// Opens the page in its own browser context and records its requests, console messages and policy violations.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Opens the page; returns { page, complaints(), … }. Times out early, since everything is on this machine. */
export async function openPage(browser, origin, options = {}) {
  const context = await browser.newContext({
    viewport: { width: 1000, height: 800 },
    permissions: ["clipboard-read", "clipboard-write"],
    timezoneId: "UTC",
    ...options,
  });
  context.setDefaultTimeout(5_000);
  const page = await context.newPage();
  const visit = new Visit(page, origin);
  await visit.watch();
  await page.goto(`${origin}/`);
  return visit;
}

export class Visit {
  requested = [];
  complained = [];

  constructor(page, origin) {
    this.page = page;
    this.origin = origin;
  }

  async watch() {
    const { page } = this;
    page.on("request", (request) => this.requested.push(request.url()));
    page.on("pageerror", (error) => this.complained.push(`uncaught: ${error.message}`));
    page.on("console", (message) => {
      const refused = /^Failed to load resource: the server responded with a status of (400|401|403|429|503) /;
      const unreachable = /^Failed to load resource: net::ERR_CONNECTION_REFUSED/;
      const text = message.text();
      // Chromium logs this for every refused request, even if the page handles it.
      if (!refused.test(text) && !(unreachable.test(text) && this.expectsNoServer))
        this.complained.push(`console: ${text}`);
    });
    page.on("dialog", (dialog) => {
      this.complained.push(`dialog: ${dialog.message()}`);
      dialog.dismiss();
    });
    await page.exposeFunction("reportViolation", (text) => this.complained.push(`CSP: ${text}`));
    await page.addInitScript(() => {
      document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) => {
        window.reportViolation(`${violatedDirective} ${blockedURI}`);
      });
    });
  }

  /** Must be empty at the end of a test. */
  complaints() {
    const foreign = this.requested.filter((url) => new URL(url).origin !== this.origin && !url.startsWith("data:"));
    return [...this.complained, ...foreign.map((url) => `asked for ${url}`)];
  }

  /** From now on, the test controls the page's clock. */
  async stopClock() {
    await this.page.clock.install();
    await this.page.reload();
  }

  /** Fills fields by id: a text, or the value of a choice. */
  async fill(values) {
    for (const [id, value] of Object.entries(values)) {
      const control = this.page.locator(`#${id}`);
      const tag = await control.evaluate((node) => node.tagName);
      await (tag === "SELECT" ? control.selectOption(value) : control.fill(value));
    }
  }

  /** Submits the Make form; returns the body and headers of the request, and the response. */
  make(values = {}) {
    return this.#submit("/token", "#make-form button.main", values);
  }

  /** The same of the Read form. */
  async read(values) {
    await this.page.click("#tab-read");
    return this.#submit("/inspect", "#read-form button.main", values);
  }

  async #submit(path, button, values) {
    await this.fill(values);
    const answered = this.answerOf(path);
    await this.page.click(button);
    return answered;
  }

  async answerOf(path) {
    const response = await this.page.waitForResponse(`${this.origin}${path}`);
    const answer = await response.json();
    await this.settled();
    const request = response.request();
    return { status: response.status(), answer, body: request.postDataJSON(), headers: request.headers() };
  }

  /** Resolves when the page shows the response. */
  async settled() {
    await this.page.waitForFunction(() => !document.querySelector("[aria-disabled=true]"));
  }

  /** The faults at fields, by their names; "" is the note above the form. */
  faults() {
    return this.page.evaluate(() => {
      const shown = [...document.querySelectorAll(".fault, .faults:not(:empty)")].filter((node) =>
        node.checkVisibility(),
      );
      const named = shown.map((node) => {
        const control = node.previousElementSibling;
        const isTied =
          !node.id ||
          (control.ariaInvalid === "true" && control.getAttribute("aria-describedby").split(" ")[0] === node.id);
        return [(node.closest("[data-field]")?.dataset.field ?? "") + (isTied ? "" : " (untied)"), node.innerText];
      });
      return Object.fromEntries(named);
    });
  }

  text(selector) {
    return this.page.locator(selector).innerText();
  }

  shows(selector) {
    return this.page.locator(selector).isVisible();
  }

  focused() {
    return this.page.evaluate(() => document.activeElement.id || document.activeElement.textContent.trim());
  }

  /** Serious violations of axe-core's rules, including all of WCAG 2.2 AA. */
  async axe() {
    if (!(await this.page.evaluate(() => "axe" in window))) await this.page.evaluate(axe);
    const { violations } = await this.page.evaluate(() => window.axe.run(document));
    return violations
      .filter(
        ({ impact, tags }) => ["serious", "critical"].includes(impact) || tags.some((tag) => tag.startsWith("wcag")),
      )
      .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(" ")).join(", ")}`);
  }

  /** Elements that are wider than the page, or cut off without scrolling. */
  overflowing() {
    return this.page.evaluate(() => {
      const wide = [...document.body.querySelectorAll("*")].filter((node) => {
        const box = node.getBoundingClientRect();
        return box.width > 0 && node.checkVisibility() && !node.matches(".skip") && box.right > innerWidth + 0.5;
      });
      const scrolls = document.documentElement.scrollWidth > innerWidth ? ["the page scrolls sideways"] : [];
      return [...scrolls, ...wide.map((node) => `${node.tagName}#${node.id}.${node.className}`)];
    });
  }

  async isFine(what) {
    assert.deepEqual(await this.axe(), [], `axe: ${what}`);
    assert.deepEqual(await this.overflowing(), [], `width: ${what}`);
  }
}
