// The Worker's verifier: Web Crypto. Rust names the algorithm of a key; a token never does.

const hash = (bits) => `SHA-${bits}`;
const pkcs1 = (bits) => ({ name: "RSASSA-PKCS1-v1_5", hash: hash(bits) });
// RFC 7518 §3.5: the salt is as long as the hash.
const pss = (bits) => ({ name: "RSA-PSS", hash: hash(bits), saltLength: bits / 8 });
const ecdsa = (bits) => ({ name: "ECDSA", namedCurve: `P-${bits}`, hash: hash(bits) });

/** Their parameters in Web Crypto, for importing and for verifying. */
const ALGORITHMS = {
  RS256: pkcs1(256),
  RS384: pkcs1(384),
  RS512: pkcs1(512),
  PS256: pss(256),
  PS384: pss(384),
  PS512: pss(512),
  ES256: ecdsa(256),
  ES384: ecdsa(384),
  EdDSA: { name: "Ed25519" },
};

/** A key that verifies signatures of this algorithm; rejected if the JWK is invalid, such as a point off its curve. */
export async function importKey(algorithm, jwk) {
  const parameters = ALGORITHMS[algorithm];
  return { parameters, key: await crypto.subtle.importKey("jwk", JSON.parse(jwk), parameters, false, ["verify"]) };
}

/** Whether the signature is the key's over the message. */
export const verify = ({ parameters, key }, signature, message) =>
  crypto.subtle.verify(parameters, key, signature, message);
