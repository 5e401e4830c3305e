// Elements by id, and elements that are made. A text never becomes markup.

export const byId = (id) => document.getElementById(id);
export const valueIn = (id) => byId(id).value;
export const makeForm = byId("make-form");
export const readForm = byId("read-form");

/** An element from "tag.class". A text child is never markup; an object sets properties. */
export function make(tagAndClass, ...children) {
  const [tag, ...classes] = tagAndClass.split(".");
  const made = document.createElement(tag);
  made.className = classes.join(" ");
  for (const child of children) {
    if (typeof child === "string" || child instanceof Node) made.append(child);
    else Object.assign(made, child);
  }
  return made;
}

export const mono = (text) => make("span.mono", String(text));
export const announce = (text) => (byId("announcement").textContent = text);
export const sentence = (text) => text.replace(/^[a-z]+(?= )/, (word) => word[0].toUpperCase() + word.slice(1));
