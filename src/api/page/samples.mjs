// The same request as code, without the credential.

import { byId, valueIn } from "./dom.mjs";
import { tokenBody } from "./form.mjs";

export function requestHeaders(secret) {
  const headers = [["Content-Type", "application/json"]];
  if (secret === "") return headers;
  return [...headers, valueIn("scheme") === "bearer" ? ["Authorization", `Bearer ${secret}`] : ["X-API-Key", secret]];
}

const pretty = (value) => JSON.stringify(value, null, 2);

const SAMPLES = {
  curl(url, headers, body) {
    const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;
    const lines = headers.map(([name, value]) => `  -H ${quoted(`${name}: ${value}`)} \\\n`);
    return `curl -sS ${url} \\\n${lines.join("")}  -d ${quoted(pretty(body))}`;
  },
  fetch(url, headers, body) {
    const indented = (value) => pretty(value).replaceAll("\n", "\n  ");
    return `const response = await fetch("${url}", {
  method: "POST",
  headers: ${indented(Object.fromEntries(headers))},
  body: JSON.stringify(${indented(body)}),
});
const answer = await response.json();
if (!response.ok) throw new Error(answer.detail);
const { token, expiresAt } = answer;`;
  },
  swift(url, headers, body) {
    let raw = "#";
    while (pretty(body).includes(`\\${raw}`)) raw += "#";
    return `struct TokenAnswer: Decodable {
  let token: String
  let expiresAt: Int
}
let url = URL(string: "${url}")!
var request = URLRequest(url: url)
request.httpMethod = "POST"
${headers.map(([name, value]) => `request.setValue("${value}",\n  forHTTPHeaderField: "${name}")`).join("\n")}
request.httpBody = Data(${raw}"""
${pretty(body)}
"""${raw}.utf8)
let (data, _) = try await URLSession.shared.data(for: request)
let answer = try JSONDecoder()
  .decode(TokenAnswer.self, from: data)`;
  },
  kotlin(url, headers, body) {
    return `// Off the main thread. The Android emulator
// reaches this machine as 10.0.2.2.
val url = URL("${url}")
val call = url.openConnection() as HttpURLConnection
call.requestMethod = "POST"
call.doOutput = true
${headers.map(([name, value]) => `call.setRequestProperty("${name}",\n  "${value}")`).join("\n")}
val body = """
${pretty(body).replaceAll("$", () => "${'$'}")}
"""
call.outputStream.use { it.write(body.toByteArray()) }
val answer = call.inputStream.bufferedReader().readText()
val token = JSONObject(answer).getString("token")`;
  },
};

export function showSample() {
  const headers = requestHeaders(valueIn("secret") && "YOUR_CREDENTIAL");
  byId("sample").textContent = SAMPLES[valueIn("language")](`${location.origin}/token`, headers, tokenBody());
}
