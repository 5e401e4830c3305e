// What happens when the page opens.

import { showAuthentication } from "./authentication.mjs";
import { announce, byId, make, makeForm, readForm, valueIn } from "./dom.mjs";
import { fitForm, given, PRIVILEGES, privilegeField, tokenBody } from "./form.mjs";
import { showMade } from "./made.mjs";
import { fitRenewal, RENEWALS, showRenewal } from "./renewal.mjs";
import { showReport } from "./report.mjs";
import { showSample } from "./samples.mjs";
import { clearFaults, describe, showRefusal, submit } from "./send.mjs";
import { moveBetweenTabs, showTab, showTabOfAddress, TABS } from "./tabs.mjs";
import { tick } from "./time.mjs";

const USES = ["", "rtc", "rtm", "chat", "streaming", "fpa", "fcdn", "apaas", "convoai", "stt"];

function submitMake(event) {
  event.preventDefault();
  const body = tokenBody();
  if (typeof body.permissions !== "string") return submit(makeForm, "/token", body, showMade);
  clearFaults(makeForm);
  return showRefusal(makeForm, {
    problem: { errors: [{ field: "permissions", detail: "permissions: expected JSON" }] },
  });
}

function submitRead(event) {
  event.preventDefault();
  byId("report").hidden = true;
  const optional = {
    for: valueIn("readFor"),
    at: valueIn("readAt").trim(),
    channel: valueIn("readChannel"),
    uid: valueIn("readUid"),
  };
  return submit(readForm, "/inspect", { token: valueIn("readToken"), ...given(optional) }, showReport);
}

async function copy({ target: button }) {
  const source = byId(button.dataset.copy);
  button.dataset.label ??= button.textContent;
  const { label } = button.dataset;
  let outcome = "Copied";
  try {
    await navigator.clipboard.writeText(source.textContent);
  } catch {
    // Over plain http, browsers allow this on localhost only.
    getSelection().selectAllChildren(source);
    outcome = "Selected";
  }
  button.textContent = outcome;
  announce(outcome);
  setTimeout(() => (button.textContent = label), 1500);
}

byId("origin").textContent = location.origin;
byId("each").append(...PRIVILEGES.map(privilegeField));
byId("sdk").append(...Object.keys(RENEWALS).map((name) => make("option", name)));
byId("readFor").append(...USES.map((name) => make("option", { value: name }, name || "anything")));
for (const hint of document.querySelectorAll(".field > .hint")) {
  const control = hint.parentElement.querySelector("input, select, textarea");
  hint.id = `${control.id}-hint`;
}
for (const control of document.querySelectorAll("input, select, textarea")) describe(control);
for (const tab of TABS) {
  byId(`tab-${tab}`).addEventListener("click", () => showTab(tab));
  byId(`tab-${tab}`).addEventListener("keydown", moveBetweenTabs);
}
for (const id of ["make-form", "credential", "language"]) {
  byId(id).addEventListener("input", () => {
    fitForm();
    showSample();
  });
}
byId("tokenType").addEventListener("input", fitRenewal);
byId("sdk").addEventListener("input", showRenewal);
byId("credential").addEventListener("submit", (event) => {
  event.preventDefault();
  (byId("make").hidden ? readForm : makeForm).requestSubmit();
});
for (const button of document.querySelectorAll("[data-copy]")) button.addEventListener("click", copy);
makeForm.addEventListener("submit", submitMake);
readForm.addEventListener("submit", submitRead);
addEventListener("hashchange", showTabOfAddress);
setInterval(tick, 1000);
showTabOfAddress();
showAuthentication();
fitForm();
fitRenewal();
showSample();
