// The case files: requests, and the responses that every runtime must give, as data.
//
// A file is { about, config?, requestHeaders?, expectHeaders?, cases }, where
//   config.env       variables that override the base configuration; null unsets one
//   config.runtimes  the runtimes of the file, all by default
//   config.secrets   further texts that must never be printed or sent
//   config.files     texts of files in the working directory of the servers, by name
//   config.wrangler  lines to append to wrangler.toml
//   config.secretsStore  secrets by the names of the Worker's bindings
//                    In variables, {issuer} is the URL of the runtime's key sets (issuer.mjs), {extension} the port of
//                    AWS's extension (extension.mjs)
//   requestHeaders   sent with every request of the file; a case overrides, null removes one
//   expectHeaders    checked on every response of the file; a case overrides
// A case is { name, request, expect, before?, emulator? } (`emulator`: also sent through AWS's emulator), where
//   before           an event before the request: "issuer down", "extension up", "extension down", "a second passes"
//   request.headers  text; { "$jwt": … } is `Bearer` (unless `bare`) and a JWT that issuer.mjs makes
//   request.times    how often it is sent; every response must be as expected
//   request.upTo     it is sent until a response has the expected status, at most this often
//   expect.fetches   the maximum number of fetches from the issuer by this runtime since the file began
//   request.body     text; or `json`, `bodyBase64`, `bodyRepeat` { prefix?, text, times, suffix? }, `gzip` (text)
//   request.sendOnly bytes of the body that are sent before the response must arrive
//   request.chunked  no Content-Length
//   expect.headers   values as in expectation.mjs; null means that the header must be absent
//   expect.body      exact JSON with placeholders; or `text`; or `problem`, the members of a problem document
//   expect.decodes   the content of the tokens in the response, by member (`data.token` is in `data`), as Agora's
//                    library reads it

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { jwt } from "./issuer.mjs";

/** Agora's public test project. */
export const APP_ID = "970CA35de60c44645bbae8a215061b33";
export const APP_CERTIFICATE = "5CFd2fd1755d40ecb72977518be15d3b";

const BASE_ENV = { APP_ID, APP_CERTIFICATE, AUTH: "none" };
const HOST = "token.example.com";
const RUNTIMES = ["native", "worker", "lambda"];

export function loadCaseFiles(directory, wanted) {
  return readdirSync(directory)
    .filter((name) => name.endsWith(".json") && (!wanted || name.includes(wanted)))
    .sort()
    .map((name) => readCaseFile(join(directory, name), name));
}

function readCaseFile(path, name) {
  const file = JSON.parse(readFileSync(path, "utf8"));
  refuseUnknown(file, ["about", "config", "requestHeaders", "expectHeaders", "cases"], name);
  refuseUnknown(file.config ?? {}, ["env", "runtimes", "secrets", "files", "wrangler", "secretsStore"], name);
  const env = Object.entries({ ...BASE_ENV, ...file.config?.env }).filter(([, value]) => value !== null);
  return {
    name,
    env: Object.fromEntries(env),
    runtimes: file.config?.runtimes ?? RUNTIMES,
    secrets: file.config?.secrets ?? [],
    files: file.config?.files ?? {},
    wrangler: file.config?.wrangler ?? [],
    secretsStore: file.config?.secretsStore,
    cases: file.cases.map((one) => ({
      name: `${name.replace(/\.json$/, "")}: ${one.name}`,
      before: one.before,
      emulator: one.emulator ?? false,
      request: wholeRequest(file, one),
      expect: wholeExpectation(file, one),
    })),
  };
}

function wholeRequest(file, { name, request }) {
  refuseUnknown(
    request,
    [
      ...["method", "path", "headers", "body", "json", "bodyBase64", "bodyRepeat", "gzip", "sendOnly", "chunked"],
      ...["times", "upTo"],
    ],
    name,
  );
  const body = bodyBytes(request);
  const headers = { Host: HOST, ...file.requestHeaders, ...request.headers };
  const declared = Object.keys(headers).some((header) => header.toLowerCase() === "content-type");
  if (body && !declared) headers["Content-Type"] = "application/json";
  return {
    method: request.method ?? (body ? "POST" : "GET"),
    path: request.path,
    headers: Object.fromEntries(
      Object.entries(headers)
        .filter(([, value]) => value !== null)
        .map(([header, value]) => [
          header,
          value.$jwt ? `${value.$jwt.bare ? "" : "Bearer "}${jwt(value.$jwt)}` : value,
        ]),
    ),
    body,
    times: request.times ?? 1,
    upTo: request.upTo,
    sendOnly: request.sendOnly,
    chunked: request.chunked ?? false,
  };
}

function bodyBytes({ body, json, bodyBase64, bodyRepeat, gzip }) {
  if (json !== undefined) return Buffer.from(JSON.stringify(json));
  if (body !== undefined) return Buffer.from(body);
  if (bodyBase64 !== undefined) return Buffer.from(bodyBase64, "base64");
  if (gzip !== undefined) return gzipSync(gzip);
  if (bodyRepeat === undefined) return null;
  const { prefix = "", text, times, suffix = "" } = bodyRepeat;
  return Buffer.from(prefix + text.repeat(times) + suffix);
}

function wholeExpectation(file, { name, expect }) {
  refuseUnknown(expect, ["status", "headers", "body", "text", "problem", "decodes", "fetches"], name);
  const headers = Object.entries({ ...file.expectHeaders, ...expect.headers });
  return { ...expect, headers: Object.fromEntries(headers.map(([key, value]) => [key.toLowerCase(), value])) };
}

/** Otherwise, the expectation of a misspelt key would not be checked. */
function refuseUnknown(object, known, where) {
  const unknown = Object.keys(object).filter((key) => !known.includes(key));
  if (unknown.length) throw new Error(`${where}: unknown ${unknown.join(", ")}`);
}
