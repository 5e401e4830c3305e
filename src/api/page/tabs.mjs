// The two tabs: arrow keys move between them, and the address names the one that is shown.

import { byId } from "./dom.mjs";

export const TABS = ["make", "read"];

export function showTab(name, focus) {
  for (const tab of TABS) {
    byId(tab).hidden = tab !== name;
    byId(`tab-${tab}`).ariaSelected = tab === name;
    byId(`tab-${tab}`).tabIndex = tab === name ? 0 : -1;
  }
  history.replaceState(null, "", `#/${name}`);
  if (focus) byId(`tab-${name}`).focus();
}

export function showTabOfAddress() {
  showTab(location.hash === "#/read" ? "read" : "make");
}

export function moveBetweenTabs({ key, target }) {
  const other = TABS.find((tab) => target.id !== `tab-${tab}`);
  const next = { ArrowRight: other, ArrowLeft: other, Home: TABS[0], End: TABS.at(-1) }[key];
  if (next) showTab(next, true);
}
