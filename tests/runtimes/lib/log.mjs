// The log of a server against the answers that it gave: one JSON object per request, on a line of its own.

import { header } from "./expectation.mjs";

export function logComplaints(logLines, answers) {
  const found = [];
  const ids = [];
  for (const line of logLines) {
    try {
      const entry = JSON.parse(line);
      if (entry === null || typeof entry !== "object" || Array.isArray(entry)) throw new Error("no object");
      if (entry.requestId !== undefined) ids.push(entry.requestId);
    } catch {
      found.push(`no JSON object: ${line.slice(0, 300)}`);
    }
  }
  const answered = answers.map((answer) => header(answer, "x-request-id"));
  const silent = answered.filter((id) => !ids.includes(id));
  if (silent.length) found.push(`${silent.length} of ${answered.length} answers have no log line`);
  if (ids.length !== answered.length) found.push(`${ids.length} log lines for ${answered.length} requests`);
  return found;
}
