// Requests, and the refusals that the server answers with.

import { announce, byId, make, sentence, valueIn } from "./dom.mjs";
import { requestHeaders } from "./samples.mjs";
import { countDown } from "./time.mjs";

/** { answer } or { problem, status, retryAfter }. */
async function ask(path, body) {
  let headers;
  try {
    headers = new Headers(requestHeaders(valueIn("secret").trim()));
  } catch {
    return { problem: { errors: [{ field: "credential", detail: "credential: expected ASCII characters" }] } };
  }
  try {
    const response = await fetch(path, { method: "POST", headers, body: JSON.stringify(body), credentials: "omit" });
    const answer = await response.json();
    if (response.ok) return { answer };
    return { problem: answer, status: response.status, retryAfter: response.headers.get("Retry-After") };
  } catch {
    return { problem: { detail: "the server does not respond" } };
  }
}

const ADVICE = {
  401: "Enter an API key or JWT that this server accepts.",
  429: "RATE_LIMIT sets how many requests a caller may send in a minute.",
  503: "Its key set is unreachable, or a variable is missing or invalid.",
  origin: "Add the origin of this page to CORS_ALLOW_ORIGIN.",
  tokenType: "ALLOWED_TOKEN_TYPES lists the token types that this server issues.",
};

/** The shown field of that name, or of its parent: permissions for permissions.users. */
function fieldNamed(form, name) {
  const isShown = (field) => field.dataset.field === name && field.closest("[hidden]") === null;
  const fields = [...document.querySelectorAll("#credential [data-field]"), ...form.querySelectorAll("[data-field]")];
  const found = fields.find(isShown);
  return found || !name.includes(".") ? found : fieldNamed(form, name.slice(0, name.lastIndexOf(".")));
}

export function clearFaults(form) {
  for (const fault of document.querySelectorAll(".fault")) fault.remove();
  for (const control of document.querySelectorAll("[aria-invalid]")) {
    control.removeAttribute("aria-invalid");
    describe(control);
  }
  form.querySelector(".faults").replaceChildren();
}

/** For screen readers: the fault of a control, then its hint. */
export function describe(control) {
  const ids = [`${control.id}-fault`, control.dataset.hint ?? `${control.id}-hint`].filter(byId);
  control.setAttribute("aria-describedby", ids.join(" "));
}

function showFault(field, detail) {
  const control = field.querySelector("input, select, textarea");
  const id = `${control.id}-fault`;
  const earlier = byId(id);
  if (earlier) earlier.append(make("br"), detail);
  else control.after(make("p.fault", { id }, detail));
  control.ariaInvalid = "true";
  describe(control);
}

/** The faults as [field, detail]; the one of a 403 begins with its field. */
function faultsOf({ detail, errors, rule }) {
  if (errors) return errors.map((error) => [error.field, error.detail]);
  return [[(rule && /^[\w.]+(?=: )/.exec(detail)?.[0]) ?? "", detail]];
}

export function showRefusal(form, { problem, status, retryAfter }) {
  if (status === 401) byId("credential").hidden = false;
  const unplaced = [];
  for (const [name, detail] of faultsOf(problem)) {
    const field = fieldNamed(form, name);
    if (field) showFault(field, detail);
    else unplaced.push(detail);
  }
  const title = sentence(unplaced.join("; "));
  const advice = ADVICE[problem.rule ?? status] ?? "";
  if (title || advice) form.querySelector(".faults").append(make("div.note.bad", make("strong", title), advice));
  if (retryAfter) {
    const wait = make("p.count");
    form.querySelector(".note").append(wait);
    countDown(wait, Number(retryAfter), (left) => `Try again ${left > 0 ? `in ${left} s` : "now"}`);
  }
  const faulty = document.querySelectorAll("[aria-invalid]");
  announce(`Refused. ${title} ${advice} ${faulty.length ? `Fields to change: ${faulty.length}.` : ""}`);
  (status === 401 ? byId("secret") : faulty[0])?.focus();
}

/** Sends a form, unless it is being sent. */
export async function submit(form, path, body, show) {
  const button = form.querySelector("button.main");
  if (button.ariaDisabled) return;
  button.ariaDisabled = "true";
  const result = await ask(path, body);
  button.ariaDisabled = null;
  clearFaults(form);
  if (result.problem) showRefusal(form, result);
  else show(result.answer);
}
