// The token that was made.

import { announce, byId, make, mono, readForm } from "./dom.mjs";
import { showTab } from "./tabs.mjs";
import { countDown, leftOrAgo, moment } from "./time.mjs";

export const definitions = (rows) => rows.flatMap(([term, ...shown]) => [make("dt", term), make("dd", ...shown)]);

export function showMade(answer) {
  const { token, issuedAt, expiresAt } = answer;
  byId("token").textContent = token;
  byId("made-length").textContent = `${token.length} characters`;
  const facts = ["tokenType", "version", "channel", "uid", "role", "roomUuid", "userUuid"].filter(
    (name) => name in answer,
  );
  const rows = facts.map((name) => [name, mono(answer[name])]);
  if (answer.rtm) rows.push(["rtm.userId", mono(answer.rtm.userId)]);
  byId("made-facts").replaceChildren(
    ...definitions([...rows, ["issued", moment(issuedAt)], ["expires", moment(expiresAt)]]),
  );
  byId("made").hidden = false;
  countDown(byId("made-count"), expiresAt - issuedAt, leftOrAgo);
  byId("inspect-made").onclick = () => inspect(answer);
  announce(`Token made, ${byId("made-count").textContent}.`);
  byId("made").scrollIntoView({ block: "nearest" });
}

function inspect({ token, channel, uid }) {
  readForm.reset();
  byId("readToken").value = token;
  byId("readChannel").value = channel ?? "";
  byId("readUid").value = uid ?? "";
  showTab("read");
  readForm.requestSubmit();
}
