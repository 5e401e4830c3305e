// What clients in other languages accept, as strictly as their languages and JSON libraries.
//
// A rule receives the value at its path, undefined if it is missing, and returns what the client uses. It throws if the
// client would throw, return nothing or stop. Rules that search the text receive the text.

/** Reads `{ status, text }` as the client of the fixture does and returns values by path. Throws if the client refuses. */
export function decode({ language, status: accepted, reads }, { status, text }) {
  if (!statusIs(accepted, status)) throw new Refused(`status ${status}, which is not ${accepted}`);
  const rules = RULES[language];
  const read = {};
  for (const [path, name] of reads) {
    const rule = rules[name];
    if (!rule) throw new Error(`${language} has no rule "${name}"`);
    read[path] = rule.searches ? rule(text, path) : rule(at(parsed(text), path), path);
  }
  return read;
}

export class Refused extends Error {}

const statusIs = (accepted, status) =>
  ({ any: true, "2xx": status >= 200 && status < 300, 200: status === 200, "200, 201": [200, 201].includes(status) })[
    accepted
  ];

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Refused(error.message);
  }
}

const at = (value, path) => path.split(".").reduce((inner, name) => (name === "" ? inner : inner?.[name]), value);

const isText = (value) => typeof value === "string";
const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const isInt = (value) => Number.isInteger(value);

/** Returns the value if it is valid. */
const only = (is) => (value, path) => {
  if (is(value)) return value;
  throw new Refused(`${path} is ${JSON.stringify(value)}`);
};
const searching = (search) => Object.assign(search, { searches: true });

// Android's org.json converts text to a number or a boolean, and back.
const orgJson = {
  JSONObject: only(isObject),
  getString: (value, path) => nonEmpty(String(only((value) => value !== undefined)(value, path)), path),
  optString: (value, path) => nonEmpty(String(value ?? ""), path),
  getJSONObject: only(isObject),
  "requireNonNull optJSONObject": only(isObject),
  "optInt == 0": only((value) => !Number.isNaN(Number.parseFloat(value)) && Math.trunc(value) === 0),
};

// A client that reads "" has no token. (VideoUIKit checks for it; the others would join without one.)
const nonEmpty = (text, path) => only((text) => text !== "")(text, path);

const RULES = {
  Swift: {
    "as? [String: Any]": only(isObject),
    "as? [String: String]": only((value) => isObject(value) && Object.values(value).every(isText)),
    "as? String": only(isText),
    "as? String == RES_OK": only((value) => value === "RES_OK"),
    // JSONDecoder with a struct: no null, no number, nothing missing; unknown members are ignored.
    Decodable: only(isObject),
    "let String": only(isText),
  },
  "Objective-C": {
    NSDictionary: only(isObject),
    NSString: only(isText),
    "0 if NSNumber": only((value) => typeof value !== "number" || value === 0),
    // A number has no such method.
    "isEqualToString RES_OK": only((value) => value === "RES_OK"),
  },
  Java: {
    ...orgJson,
    "Gson Map": only(isObject),
    toString: only((value) => value !== undefined && value !== null),
  },
  Kotlin: {
    ...orgJson,
    "as JSONObject": only(isObject),
    "as String": only(isText),
    "== 0 as Int": only((value) => value === 0),
    // kotlinx.serialization with ignoreUnknownKeys: nothing missing, no null, and text must be quoted.
    "@Serializable": only(isObject),
    "val String": only(isText),
    "val Int": only(isInt),
  },
  // Unity's JsonUtility drops unknown members, sets missing ones to null or 0, and accepts an integer as text.
  "C#": {
    "JsonUtility object": only(isObject),
    "JsonUtility string": only((value) => isText(value) && value !== ""),
    "JsonUtility int == 0": only((value) => value === undefined || (isNumeral(value) && Number(value) === 0)),
    "JsonUtility int == 200": only((value) => isNumeral(value) && Number(value) === 200),
  },
  Dart: {
    "as Map<String, dynamic>": only(isObject),
    "as String": only(isText),
    // Null passes here, but it is not a token.
    "as String?": only(isText),
    "?? '' as String": (value, path) => nonEmpty(only(isText)(value ?? "", path), path),
    "?? -1 == 0": only((value) => (value ?? -1) === 0),
    "== RES_OK": only((value) => value === "RES_OK"),
  },
  "C++": {
    "json::parse": only(isObject),
    at: only(isObject),
    "at std::string": only(isText),
    "std::string": only(isText),
    // The text after `"NAME":"`, without a space, up to the next quote.
    find: searching((text, path) => {
      const key = `"${path}":"`;
      const start = text.indexOf(key);
      const end = text.indexOf('"', start + key.length);
      if (start < 0 || end < 0) throw new Refused(`${path} is not in the text`);
      return text.slice(start + key.length, end);
    }),
  },
  ArkTS: {
    "first integer == 0": searching((text, path) => {
      const [, number] = text.match(new RegExp(`"${path}"\\s*:\\s*(-?\\d+)`)) ?? [];
      return only((number) => number === "0")(number, path);
    }),
    "last text": searching((text, path) => {
      const found = [...text.matchAll(new RegExp(`"${path}"\\s*:\\s*"((?:\\\\.|[^"\\\\])*)"`, "g"))];
      return only(isText)(found.at(-1)?.[1], path);
    }),
  },
  TypeScript: {
    object: only(isObject),
    string: only((value) => isText(value) && value !== ""),
  },
};

const isNumeral = (value) => isInt(value) || (isText(value) && /^-?\d+$/.test(value));
