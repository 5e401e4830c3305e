// Compares the runtimes with each other: status, headers and body must be equal, except for what depends on salt, time,
// randomness, request ID or the connection.

import { header } from "./expectation.mjs";

/** Headers of the connection or the platform. Content-Length depends on a token's compressed length. */
const NOT_COMPARED = new Set(["connection", "content-length", "date", "keep-alive", "server", "transfer-encoding"]);

/** Members that depend on time or randomness. */
const VARIED = new Set(["issuedAt", "expiresAt", "expireTimestamp", "agent_uid"]);

/** The parts that differ, each as { part, a, b }. */
export function disagreements(reference, other) {
  const [a, b] = [comparable(reference), comparable(other)];
  return ["status", "headers", "body"]
    .filter((part) => a[part] !== b[part])
    .map((part) => ({ part, a: a[part], b: b[part] }));
}

function comparable(answer) {
  const headers = answer.headers
    .map(([name, value]) => [name.toLowerCase(), value])
    .filter(([name]) => !NOT_COMPARED.has(name))
    .map(([name, value]) => `${name}: ${name === "x-request-id" ? "<requestId>" : value}`);
  return { status: String(answer.status), headers: headers.sort().join("; "), body: comparableBody(answer) };
}

function comparableBody(answer) {
  const text = answer.body.toString();
  try {
    // Parsing and printing keep the order of members, so the order is compared too.
    return JSON.stringify(JSON.parse(text), (member, value) => unvaried(member, value, answer));
  } catch {
    return text;
  }
}

function unvaried(member, value, answer) {
  if (VARIED.has(member)) return `<${member}>`;
  if (typeof value !== "string") return value;
  if (value === header(answer, "x-request-id")) return "<requestId>";
  // The remaining lifetime of a JWT.
  if (/^expireTime: expected at most \d+, got/.test(value)) return value.replace(/\d+/, "<seconds>");
  if (/^ai-conversation-[0-9]+-[a-z0-9]{12}$/.test(value)) return "<drawn channel>";
  return /^00[67][A-Za-z0-9+/=]{60,}$/.test(value) ? "<token>" : value;
}
