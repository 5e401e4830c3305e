// Keeps everything that was printed or sent during the run, to search it for secrets afterwards.

const texts = new Map();

export function record(source, text) {
  if (!texts.has(source)) texts.set(source, []);
  texts.get(source).push(String(text));
}

/** The output of this process too: wrangler and workerd print through it. */
export function recordOwnOutput() {
  for (const stream of [process.stdout, process.stderr]) {
    const write = stream.write.bind(stream);
    stream.write = (chunk, ...rest) => {
      record("harness output", chunk);
      return write(chunk, ...rest);
    };
  }
}

/** Complaints that name the source and the form, never the secret. */
export function leaks(secrets) {
  const found = new Set();
  for (const [source, parts] of texts) {
    // Joined, since a secret may span two chunks of a pipe.
    const whole = parts.join("");
    const folded = whole.toLowerCase();
    for (const secret of secrets) {
      for (const [form, text, foldCase] of disguises(secret)) {
        const hit = foldCase ? folded.includes(text.toLowerCase()) : whole.includes(text);
        if (hit) found.add(`${source} holds a secret (${form})`);
      }
    }
  }
  return [...found];
}

export function recordedBytes() {
  return [...texts.values()].flat().reduce((sum, text) => sum + text.length, 0);
}

function disguises(secret) {
  const forms = [
    ["plain", secret, true],
    ["hex of its text", Buffer.from(secret).toString("hex"), true],
    ["percent-encoded", [...Buffer.from(secret)].map((byte) => `%${byte.toString(16)}`).join(""), true],
    ...base64Forms("its text", Buffer.from(secret)),
  ];
  if (/^([0-9a-f]{2})+$/i.test(secret)) forms.push(...base64Forms("its bytes", Buffer.from(secret, "hex")));
  return forms;
}

/** Inside a longer base64 text a secret starts at any of three offsets; the letters at its edges mix with its neighbours. */
function base64Forms(what, bytes) {
  return [0, 1, 2].flatMap((offset) => {
    const shifted = Buffer.concat([Buffer.alloc(offset), bytes]);
    const whole = shifted.subarray(0, shifted.length - (shifted.length % 3)).toString("base64");
    const text = whole.slice(offset === 0 ? 0 : 4);
    const urlSafe = text.replaceAll("+", "-").replaceAll("/", "_");
    return [
      [`base64 of ${what}`, text, false],
      [`base64url of ${what}`, urlSafe, false],
    ];
  });
}
