// Compares the log of a server with its responses: one line of JSON per request, without tokens. The search for secrets
// in all output does not cover tokens, since responses hold them.

import { header } from "./expectation.mjs";

export function logComplaints(logLines, answers) {
  const found = [];
  const ids = [];
  for (const line of logLines) {
    if (/00[67][A-Za-z0-9+/=]{60,}/.test(line)) found.push(`a token in the log: ${line.slice(0, 300)}`);
    try {
      const entry = JSON.parse(line);
      if (entry === null || typeof entry !== "object" || Array.isArray(entry)) throw new Error("no object");
      if (entry.requestId !== undefined) ids.push(entry.requestId);
    } catch {
      found.push(`no JSON object: ${line.slice(0, 300)}`);
    }
  }
  const idsOf = (some) => some.map((answer) => header(answer, "x-request-id"));
  const quiet = idsOf(answers.filter(({ isProbe, status }) => isProbe && status === 200));
  const due = idsOf(answers).filter((id) => !quiet.includes(id));
  const silent = due.filter((id) => !ids.includes(id));
  if (silent.length) found.push(`${silent.length} of ${due.length} answers have no log line`);
  const logged = ids.filter((id) => !quiet.includes(id));
  if (logged.length !== due.length) found.push(`${logged.length} log lines for ${due.length} requests`);
  if (quiet.length > 1 && quiet.every((id) => ids.includes(id))) found.push("every successful probe is logged");
  return found;
}
