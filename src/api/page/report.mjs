// The report on a token that was read.

import { announce, byId, make, mono, sentence, valueIn } from "./dom.mjs";
import { definitions } from "./made.mjs";
import { leftText, moment } from "./time.mjs";

const VERDICTS = {
  usable: ["good", "Usable", "No problem found."],
  refused: ["bad", "Refused", "Agora rejects a client that uses this token."],
  unknown: ["warn", "Unknown", "Not everything could be checked."],
};

export function showReport(report) {
  const { problems, services, repaired } = report;
  const [tone, verdict, words] = VERDICTS[report.verdict];
  const warns = report.usable && problems.length;
  const title = make(
    "h2",
    { id: "report-title", tabIndex: -1 },
    make("strong", warns ? "Usable, with warnings" : verdict),
  );
  const parts = [
    make(`div.note.${warns ? "warn" : tone}`, title, warns ? "" : words),
    repaired.length && make("p.note", { id: "repaired" }, `Repaired to read the token: ${repaired.join(", ")}`),
    problems.length &&
      make("ol.stack", { id: "problems", ariaLabel: "Problems and fixes" }, ...problems.map(problemItem)),
    report.version && tokenCard(report),
    services.length && servicesCard(report),
  ];
  byId("report").replaceChildren(...parts.filter(Boolean));
  byId("report").hidden = false;
  announce(`${title.textContent}. Problems: ${problems.length}.`);
  title.focus({ preventScroll: true });
  byId("report").scrollIntoView({ block: "nearest" });
}

const SDKS = { rtc: "RTC", web: "Web", rtm: "RTM", rtm1: "RTM 1.x", chat: "Chat", convoai: "Conversational AI HTTP" };

function problemItem({ code, severity, detail, fix, sdkError }) {
  const [tone, word] = severity === "error" ? ["bad", "Error"] : ["warn", "Warning"];
  const seen = Object.entries(sdkError ?? {})
    .map(([sdk, error]) => `${SDKS[sdk]} ${error}`)
    .join(", ");
  return make(
    `li.note.${tone}`,
    make("div.row", make("strong", word), make("code.quiet", code)),
    make("p", `${sentence(detail)}.`),
    make("p", `${sentence(fix)}.`),
    seen && make("p.quiet", `Clients see: ${seen}`),
  );
}

const SIGNATURES = {
  primary: ["text-good", "✓ verifies under the primary certificate"],
  secondary: ["text-warn", "✓ verifies under the secondary certificate"],
  invalid: ["text-bad", "✗ does not verify under the certificates of this project"],
  unchecked: ["text-warn", "not checked"],
};

function tokenCard({
  version,
  signature,
  signatureDetail,
  appId,
  ourAppId,
  issuedAt,
  expiresAt,
  secondsLeft,
  at,
  tokenHash,
}) {
  const [tone, words] = SIGNATURES[signature];
  const rows = [
    ["version", mono(version)],
    ["signature", make(`span.${tone}`, words), signatureDetail ? `: ${signatureDetail}` : ""],
  ];
  if (appId) rows.push(["App ID", mono(appId), ourAppId ? " (this project)" : " (another project)"]);
  if (issuedAt !== undefined) rows.push(["issued", moment(issuedAt)]);
  if (expiresAt !== undefined) rows.push(["expires", moment(expiresAt), " · ", leftText(secondsLeft)]);
  if (valueIn("readAt")) rows.push(["as of", moment(at)]);
  rows.push(["hash", mono(tokenHash)]);
  return make("div.card", make("h2", "The token"), make("dl", { id: "facts" }, ...definitions(rows)));
}

/** From the issue (006: from now) to the last expiry. */
function axisOf({ issuedAt, expiresAt, secondsLeft, services }) {
  const times = services.flatMap((service) => service.privileges);
  if (expiresAt !== undefined) times.push({ expiresAt, secondsLeft });
  if (times.length === 0) return null;
  const now = times[0].expiresAt - times[0].secondsLeft;
  const end = Math.max(...times.map((one) => one.expiresAt));
  return { start: Math.min(issuedAt ?? now, end), end, now };
}

function place({ start, end }, seconds) {
  if (end === start) return seconds < end ? 0 : 100;
  return Math.min(100, Math.max(0, ((seconds - start) / (end - start)) * 100));
}

function bar(axis, at) {
  const [now, end] = [place(axis, axis.now), place(axis, at)];
  const part = (name, from, to) => {
    const made = make(`i.${name}`);
    made.style.left = `${from}%`;
    if (to > from) made.style.width = `${to - from}%`;
    return made;
  };
  const parts = [
    part("past", 0, Math.min(now, end)),
    part("left", now, end),
    part("now", Math.min(99.5, Math.max(0.5, now))),
  ];
  return make("span.bar", { ariaHidden: "true" }, ...parts);
}

function timeRow(axis, name, { expiresAt, secondsLeft, withToken }) {
  const left = make("span", leftText(secondsLeft), withToken ? ", with the token" : "");
  return make("li", make("span", name), left, bar(axis, expiresAt));
}

function servicesCard(report) {
  const axis = axisOf(report);
  const card = make("div.card", { id: "services" }, make("h2", "Services and privileges"));
  if (axis) card.append(...timeLine(report, axis));
  card.append(...report.services.map((service) => serviceBlock(service, axis, report.wildcards)));
  if (report.unknownServices) card.append(make("p.quiet", `and ${report.unknownServices} more of unknown types`));
  return card;
}

function timeLine(report, axis) {
  const key = (name, words) => make("span", make(`i.key.${name}`), words);
  const from = make("span", report.issuedAt === undefined ? "now " : "issued ", moment(axis.start));
  return [
    make("p.row.quiet", key("past", "passed"), key("left", "left")),
    report.expiresAt === undefined ? "" : make("ul.line.whole", timeRow(axis, "the token", report)),
    make("p.axis", from, make("span", "last expiry ", moment(axis.end))),
  ];
}

function serviceBlock({ type, name, role, permissions = [], privileges, ...texts }, axis, wildcards) {
  const isWildcard = (field, text) =>
    wildcards.some((one) => one.service === name && one.field === field && one.pattern === text);
  const rows = Object.entries(texts).map(([field, text]) => [
    field,
    ...nameShown(field, text, isWildcard(field, text)),
  ]);
  if (role !== undefined) rows.push(["role", mono(role)]);
  for (const { resource, access, names } of permissions) rows.push([`${resource}, ${access}`, mono(names.join(", "))]);
  const times = privileges.map((one) => timeRow(axis, one.name ?? `privilege ${one.privilege}`, one));
  return make(
    "section.service",
    make("h3", "service ", make("code", name), type === undefined ? "" : ` (type ${type})`),
    make("dl", ...definitions(rows)),
    times.length ? make("ul.line", ...times) : make("p.quiet", "This service grants no privileges."),
  );
}

function nameShown(field, text, isWildcard) {
  if (!isWildcard) return [text === "" ? make("span.quiet", "empty") : mono(text)];
  return [
    text === "" ? (field === "uid" ? "0, any user" : "any") : mono(text),
    " ",
    make("span.tag.text-warn", "wildcard"),
  ];
}
