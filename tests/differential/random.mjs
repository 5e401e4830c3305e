// Seeded random inputs (mulberry32), so that a difference can be reproduced.
export function source(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const int = (least, most) => least + Math.floor(next() * (most - least + 1));
  const pick = (list) => list[int(0, list.length - 1)];
  const text = (characters, least, most) => Array.from({ length: int(least, most) }, () => pick(characters)).join("");
  // The 89 characters that Agora allows, and the wildcard.
  const agora = [..."abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 !#$%&()+-:;<=.>?@[]^_{}|~,*"];
  const named = agora.filter((character) => character !== "*");
  const letters = "abcdefghijklmnopqrstuvwxyz";
  const wide = [...agora, ..."äöüß漢字😀/\"'\\`\u0000\n"];
  return {
    int,
    pick,
    u32: () => pick([int(0, 0xffffffff), int(0, 3), 0xffffffff]),
    hex32: () => text([..."0123456789abcdefABCDEF"], 32, 32),
    channel: () => (int(0, 19) ? text(agora, 1, pick([8, 64])) : ""),
    channelNotEmpty: () => text(agora, 1, pick([8, 64])),
    // Mostly numbers, including the bounds; else accounts, including "0" and "".
    uid: () => pick([0, 1, 0xffffffff, int(1, 0xffffffff), int(1, 999)]),
    account: () => pick(["", "0", "007", "4294967296", text(agora, 1, 12), text(agora, 255, 255), `${int(0, 9999)}`]),
    // 1 to 64 arbitrary bytes.
    user: () => {
      let user = text(wide, 1, pick([6, 16]));
      while (Buffer.byteLength(user) > 64) user = [...user].slice(0, -1).join("");
      return user;
    },
    resource: () => text(wide, 0, 20),
    // Names that are valid for Chat and Signaling, and a channel without a wildcard.
    chatUser: () => text([...letters, ...letters.toUpperCase(), ..."0123456789_-."], 1, pick([3, 12, 64])),
    rtmUser: () => `${pick([...letters])}${text(named, 0, pick([3, 12, 63]))}`,
    channelNamed: () => text(named, 1, pick([8, 64])),
    accountNamed: () => `${pick([...letters])}${text(named, 0, pick([8, 254]))}`,
    expire: () => pick([1, 86400, int(1, 86400)]),
    privilege: () => pick([0, 1, 86400, int(0, 86400)]),
    role: () => pick([1, 2]),
    issuedAt: () => pick([1, 1_700_000_000, 0xffffffff, int(1, 0xffffffff)]),
    salt: () => pick([1, 99999999, int(1, 99999999)]),
  };
}
