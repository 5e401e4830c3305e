// The authentication state of the server, which it writes into the page.

import { byId, make } from "./dom.mjs";

const STATES = {
  none: [
    "warn",
    "Authentication is off",
    "Every client that reaches this server gets tokens. Set AUTH before you deploy.",
  ],
  missing: [
    "bad",
    "Authentication is not configured",
    "The server rejects every token request. Set AUTH=none, api-key or jwt.",
  ],
};

export function showAuthentication() {
  const shown = byId("authentication");
  const { state } = shown.dataset;
  const methods = state.replace("api-key", "API key").replace("jwt", "JWT").replaceAll(",", " or ");
  const [tone, title, effect] = STATES[state] ?? ["good", `Authentication: ${methods}`, ""];
  shown.classList.add(tone);
  shown.append(make("strong", title), effect);
  byId("credential").hidden = ["none", "missing"].includes(state);
}
