// Compares a response with what its case expects. Each function returns a list of complaints.
//
// Expected JSON is compared exactly, except for
//   "<token>"      a token; `decodes` checks its content
//   "<issuedAt>"   Unix seconds, now
//   "<expiresAt>"  `issuedAt` + `expireTime` of the same body
//   "<requestId>"  the text of the X-Request-Id header
//   "<text>"       any text that is not empty
//   { "$any": true }, { "$contains": text or list of texts }, { "$matches": regular expression }, { "$unordered": list }

import { isDeepStrictEqual } from "node:util";
import { decode } from "./token.mjs";

const CLOCK_TOLERANCE_S = 10;

/** `answer` is { status, headers: [[name, value]], body: Buffer, over: "http" | "event", method }. */
export function complaints(expect, answer, project) {
  const found = [];
  if (answer.status !== expect.status) found.push(`status ${answer.status}, expected ${expect.status}`);
  found.push(...headerComplaints(expect, answer));
  found.push(...bodyComplaints(expect, answer, project));
  return found;
}

export function header(answer, name) {
  const values = answer.headers.filter(([key]) => key.toLowerCase() === name).map(([, value]) => value);
  return values.length ? values.join(", ") : undefined;
}

function headerComplaints(expect, answer) {
  const found = [];
  const wanted = { ...expect.headers };
  if (expect.problem) wanted["content-type"] ??= "application/problem+json";
  for (const [name, value] of Object.entries(wanted)) {
    const actual = header(answer, name);
    if (value === null && actual !== undefined) found.push(`header ${name}: "${actual}", expected none`);
    if (value === null) continue;
    if (actual === undefined) found.push(`header ${name} is missing`);
    else found.push(...differences(value, actual, { answer }, `header ${name}`));
  }
  if (!header(answer, "x-request-id")) found.push("header x-request-id is missing");
  // Responses of Lambda events have no Content-Length; the gateway adds it.
  if (answer.over === "http") found.push(...lengthComplaints(answer));
  return found;
}

function lengthComplaints(answer) {
  const length = header(answer, "content-length");
  const found = header(answer, "transfer-encoding") ? ["the answer is chunked"] : [];
  // RFC 9110, 8.6: none with 204; with HEAD none, or the length that GET would have.
  if (answer.status === 204) return length === undefined ? found : [...found, "204 with a Content-Length"];
  if (answer.method === "HEAD") return length === "0" ? [...found, "HEAD says that GET would be empty"] : found;
  if (length === undefined) return [...found, "Content-Length is missing"];
  if (Number(length) !== answer.body.length)
    found.push(`Content-Length ${length}, body of ${answer.body.length} bytes`);
  return found;
}

function bodyComplaints(expect, answer, project) {
  const text = answer.body.toString();
  if (expect.text !== undefined) return differences(expect.text, text, { answer }, "body");
  const wanted = expect.problem ? problemDocument(expect) : expect.body;
  if (wanted === undefined) return [];
  let body;
  try {
    body = JSON.parse(text);
  } catch {
    return ["the body is not JSON"];
  }
  const found = differences(wanted, body, { answer, body }, "body");
  if (expect.problem && body.error !== body.detail) found.push("`error` and `detail` differ");
  return [...found, ...tokenComplaints(expect, body, project)];
}

/** The members of every problem document, with those that the case names. */
function problemDocument({ status, problem }) {
  return {
    type: "<text>",
    title: "<text>",
    status,
    detail: "<text>",
    error: "<text>",
    requestId: "<requestId>",
    ...problem,
  };
}

function tokenComplaints(expect, body, project) {
  const undescribed = Object.entries(expect.body ?? {})
    .filter(([member, value]) => value === "<token>" && !expect.decodes?.[member])
    .map(([member]) => `${member}: a token without an entry in \`decodes\``);
  const found = Object.entries(expect.decodes ?? {}).flatMap(([member, wanted]) => {
    try {
      const token = member.split(".").reduce((outer, name) => outer[name], body);
      const { issuedAt, holds } = decode(String(token), project, wanted, body.issuedAt);
      const late = body.issuedAt !== undefined && issuedAt !== body.issuedAt;
      return [
        ...(late ? [`${member}: issued at ${issuedAt}, the answer says ${body.issuedAt}`] : []),
        ...differences(wanted, holds, { body }, member),
      ];
    } catch (error) {
      return [`${member}: ${error.message}`];
    }
  });
  return [...undescribed, ...found];
}

function differences(expected, actual, context, where) {
  if (typeof expected === "string" && /^<\w+>$/.test(expected)) return placeholder(expected, actual, context, where);
  if (expected === null || typeof expected !== "object")
    return Object.is(expected, actual) ? [] : [`${where}: ${show(actual)}, expected ${show(expected)}`];
  const [key] = Object.keys(expected);
  if (key?.startsWith("$")) return matcher(key, expected[key], actual, context, where);
  if (actual === null || typeof actual !== "object" || Array.isArray(expected) !== Array.isArray(actual))
    return [`${where}: ${show(actual)}, expected ${show(expected)}`];
  const members = new Set([...Object.keys(expected), ...Object.keys(actual)]);
  return [...members].flatMap((member) => {
    const inside = `${where}.${member}`;
    if (!Object.hasOwn(actual, member)) return [`${inside} is missing`];
    if (!Object.hasOwn(expected, member)) return [`${inside}: ${show(actual[member])}, expected none`];
    return differences(expected[member], actual[member], context, inside);
  });
}

function placeholder(name, actual, { answer, body }, where) {
  const checks = {
    "<token>": () => typeof actual === "string" && /^00[67]/.test(actual),
    "<issuedAt>": () => Number.isInteger(actual) && Math.abs(actual - Date.now() / 1000) < CLOCK_TOLERANCE_S,
    "<expiresAt>": () => actual === body.issuedAt + body.expireTime,
    "<requestId>": () => actual === header(answer, "x-request-id"),
    "<text>": () => typeof actual === "string" && actual !== "",
  };
  return checks[name]() ? [] : [`${where}: ${show(actual)} is not a ${name}`];
}

function matcher(key, argument, actual, context, where) {
  switch (key) {
    case "$any":
      return [];
    case "$contains":
      return [argument]
        .flat()
        .filter((part) => !String(actual).toLowerCase().includes(part.toLowerCase()))
        .map((part) => `${where}: ${show(actual)} lacks ${show(part)}`);
    case "$matches":
      return new RegExp(argument).test(actual) ? [] : [`${where}: ${show(actual)} is not /${argument}/`];
    case "$unordered": {
      const sorted = (list) => [...list].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
      if (!Array.isArray(actual)) return [`${where}: ${show(actual)} is not a list`];
      if (isDeepStrictEqual(sorted(argument), sorted(actual))) return [];
      return differences(sorted(argument), sorted(actual), context, where);
    }
    default:
      throw new Error(`${where}: unknown matcher ${key}`);
  }
}

const show = (value) => JSON.stringify(value);
