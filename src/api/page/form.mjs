// The form of a token request, and the body that it sends.

import { byId, make, makeForm, valueIn } from "./dom.mjs";

/** Fields of POST /token by token type. */
const IN_CHANNEL = ["channel", "uid", "role", "privileges", "rtm"];
export const TYPES = {
  rtc: { fields: ["version", ...IN_CHANNEL], hint: "For the RTC SDKs: voice, video, live streaming." },
  rtm: { fields: ["version", "uid", "permissions"], hint: "For the Signaling (RTM) SDKs." },
  "chat-user": { fields: ["uid"], hint: "For one user of a Chat SDK." },
  "chat-app": { fields: [], hint: "For your backend and the Chat REST API, never for a client." },
  fpa: { fields: [], hint: "An empty lifetime is 24 hours." },
  "apaas-room-user": { fields: ["roomUuid", "userUuid", "role"], hint: "For a client that joins a classroom." },
  "apaas-user": { fields: ["userUuid"], hint: "For one user outside rooms." },
  "apaas-app": { fields: [], hint: "For your backend and the Classroom REST API, never for a client." },
  convoai: { fields: IN_CHANNEL, hint: "For a Conversational AI agent; signs in to RTM as well." },
  stt: { fields: IN_CHANNEL, hint: "For Speech to Text; signs in to RTM as well." },
};
export const PRIVILEGES = ["joinChannel", "publishAudioStream", "publishVideoStream", "publishDataStream"];
const LARGEST_UID = 4294967295;

/** Text that is not a number goes to the server, which reports it. */
const numberOrText = (text) => (/^-?\d{1,15}$/.test(text) ? Number(text) : text);

function uidOrAccount(text) {
  return /^(0|[1-9]\d{0,9})$/.test(text) && Number(text) <= LARGEST_UID ? Number(text) : text;
}

function jsonOrText(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The body of POST /token, without empty fields. */
export function tokenBody() {
  const tokenType = valueIn("tokenType");
  const { fields } = TYPES[tokenType];
  const isInChannel = fields.includes("channel");
  const values = {
    channel: valueIn("channel"),
    roomUuid: valueIn("roomUuid"),
    userUuid: valueIn("userUuid"),
    uid: isInChannel ? uidOrAccount(valueIn("uid")) : valueIn("uid"),
    role: isInChannel ? valueIn("role") : numberOrText(valueIn("classroomRole")),
    version: valueIn("version") === "006" ? "006" : "",
    permissions: jsonOrText(valueIn("permissions").trim()),
    rtm: { no: "", uid: true, user: given({ userId: valueIn("rtmUserId") }) }[valueIn("rtmMode")],
  };
  const asked = Object.entries(values).filter(([name]) => fields.includes(name));
  const privileges = fields.includes("privileges") ? privilegesBody() : {};
  return given({
    tokenType,
    ...Object.fromEntries(asked),
    expireTime: numberOrText(valueIn("expireTime")),
    ...privileges,
  });
}

function privilegesBody() {
  const mode = valueIn("privilegeMode");
  if (mode === "time") return { privilegeExpireTime: numberOrText(valueIn("privilegeExpireTime")) };
  if (mode === "token") return {};
  return { privileges: given(Object.fromEntries(PRIVILEGES.map((name) => [name, numberOrText(valueIn(name))]))) };
}

export function given(values) {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ""));
}

export function privilegeField(name) {
  const field = make(
    "div.field",
    make("label", { htmlFor: name }, name),
    make("input", { id: name, inputMode: "numeric" }),
  );
  field.dataset.field = `privileges.${name}`;
  field.lastChild.dataset.hint = "each-hint";
  if (/Audio/.test(name)) field.lastChild.value = 600;
  return field;
}

export function fitForm() {
  const { fields, hint } = TYPES[valueIn("tokenType")];
  const isInChannel = fields.includes("channel");
  for (const field of makeForm.querySelectorAll("[data-when]")) {
    const [name, kind] = field.dataset.when.split(" ");
    field.hidden = !fields.includes(name) || kind === (isInChannel ? "classroom" : "channel");
  }
  for (const pair of makeForm.querySelectorAll("[data-mode]")) {
    pair.hidden = pair.dataset.mode !== pair.closest("fieldset").querySelector("select").value;
  }
  byId("tokenType-hint").textContent = hint;
  byId("uid-label").textContent = isInChannel ? "Uid or user account" : "User ID";
  byId("uid-hint").textContent = isInChannel ? "0 is any user" : "Text of 1 to 64 bytes";
  const withoutRtm = byId("rtmMode").options[0];
  withoutRtm.disabled = ["convoai", "stt"].includes(valueIn("tokenType"));
  if (withoutRtm.disabled && withoutRtm.selected) byId("rtmMode").value = "uid";
}
