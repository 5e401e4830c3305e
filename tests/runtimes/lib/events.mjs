// A request as the event of each kind of Lambda trigger, and the response as that trigger reads it.
// Paths: HTTP APIs deliver the path percent-decoded; REST APIs, Function URLs and ALB as it was sent.

const STAGE = "prod";
/** Behind a custom domain, the path has no stage, but the event still names it. */
const CUSTOM_DOMAIN = { domainName: "token.example.com", stage: "live" };

/** `event(request, base64)` and `read(payload)`, by the name that appears in failures. */
export const TRIGGERS = {
  "http-api": { event: (request, base64) => httpApi(request, base64, { stage: "$default" }), read: readV2 },
  "http-api stage": { event: (request, base64) => httpApi(request, base64, { stage: STAGE }), read: readV2 },
  "http-api domain": { event: (request, base64) => httpApi(request, base64, CUSTOM_DOMAIN), read: readV2 },
  "rest-api": { event: (request, base64) => restApi(request, base64, { stage: STAGE }), read: readMultiValue },
  "rest-api domain": { event: (request, base64) => restApi(request, base64, CUSTOM_DOMAIN), read: readMultiValue },
  "function-url": { event: functionUrl, read: readV2 },
  alb: { event: alb, read: readV2 },
  "alb multi-value": { event: albMultiValue, read: readMultiValue },
};

function httpApi(request, base64, { stage, domainName }) {
  const { path, query } = split(request.path);
  const decoded = tolerantDecode(path);
  const rawPath = stage === "$default" || domainName ? decoded : `/${stage}${decoded}`;
  return v2(request, base64, {
    rawPath,
    query,
    stage,
    domainName: domainName ?? "abc123.execute-api.eu-west-1.amazonaws.com",
    accountId: "123456789012",
  });
}

function functionUrl(request, base64) {
  const { path, query } = split(request.path);
  const domainName = "abc123.lambda-url.eu-west-1.on.aws";
  return v2(request, base64, { rawPath: path, query, stage: "$default", domainName, accountId: "anonymous" });
}

function v2(request, base64, { rawPath, query, stage, domainName, accountId }) {
  return {
    version: "2.0",
    routeKey: "$default",
    rawPath,
    rawQueryString: query,
    headers: lowerCase(forwarded(request)),
    ...(query && { queryStringParameters: joined(parameters(query)) }),
    requestContext: {
      accountId,
      apiId: "abc123",
      domainName,
      domainPrefix: "abc123",
      http: {
        method: request.method,
        path: rawPath,
        protocol: "HTTP/1.1",
        sourceIp: "192.0.2.1",
        userAgent: "tests/runtimes",
      },
      requestId: "JKJaXmPLvHcESHA=",
      routeKey: "$default",
      stage,
      time: "10/Mar/2026:05:16:23 +0000",
      timeEpoch: 1773119783000,
    },
    ...bodyOf(request, base64, { absent: "left out" }),
  };
}

function restApi(request, base64, { stage, domainName }) {
  const { path, query } = split(request.path);
  const headers = forwarded(request);
  const all = parameters(query);
  return {
    resource: "/{proxy+}",
    path,
    httpMethod: request.method,
    headers,
    multiValueHeaders: multiValued(headers),
    queryStringParameters: query ? last(all) : null,
    multiValueQueryStringParameters: query ? all : null,
    pathParameters: { proxy: path.slice(1) },
    stageVariables: null,
    requestContext: {
      resourceId: "2gxmpl",
      resourcePath: "/{proxy+}",
      httpMethod: request.method,
      extendedRequestId: "JJbxmplHYosFVYQ=",
      requestTime: "10/Mar/2026:00:03:59 +0000",
      path: domainName ? path : `/${stage}${path}`,
      accountId: "123456789012",
      protocol: "HTTP/1.1",
      stage,
      domainPrefix: "70ixmpl4fl",
      requestTimeEpoch: 1773100000000,
      requestId: "77375676-xmpl-4b79-853a-f982474efe18",
      identity: { sourceIp: "192.0.2.1", userAgent: "tests/runtimes" },
      domainName: domainName ?? "70ixmpl4fl.execute-api.eu-west-1.amazonaws.com",
      apiId: "70ixmpl4fl",
    },
    ...bodyOf(request, base64, { absent: null }),
  };
}

const ELB = {
  elb: {
    targetGroupArn: "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/token/6d0ecf831eec9f09",
  },
};

function alb(request, base64) {
  const { path, query } = split(request.path);
  return {
    requestContext: ELB,
    httpMethod: request.method,
    path,
    queryStringParameters: last(parameters(query)),
    headers: lowerCase(forwarded(request)),
    ...bodyOf(request, base64, { absent: "" }),
  };
}

function albMultiValue(request, base64) {
  const { headers, queryStringParameters, ...event } = alb(request, base64);
  return {
    ...event,
    multiValueHeaders: multiValued(headers),
    multiValueQueryStringParameters: parameters(split(request.path).query),
  };
}

function split(target) {
  const [path, ...rest] = target.split("?");
  return { path, query: rest.join("?") };
}

function tolerantDecode(path) {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** The headers that every trigger adds. */
function forwarded({ headers, body }) {
  return {
    ...headers,
    ...(body && { "Content-Length": String(body.length) }),
    "X-Amzn-Trace-Id": "Root=1-5e66d96f-7491f09xmpl79d18acf3d050",
    "X-Forwarded-For": "192.0.2.1",
    "X-Forwarded-Port": "443",
    "X-Forwarded-Proto": "https",
  };
}

/** A JSON event holds text, so other bytes arrive as base64. */
function bodyOf({ body }, base64, { absent }) {
  if (!body) return absent === "left out" ? { isBase64Encoded: false } : { body: absent, isBase64Encoded: false };
  return { body: body.toString(base64 ? "base64" : "utf8"), isBase64Encoded: base64 };
}

function parameters(query) {
  const all = {};
  for (const [name, value] of new URLSearchParams(query)) all[name] = [...(all[name] ?? []), value];
  return all;
}

const mapped = (object, change) => Object.fromEntries(Object.entries(object).map(change));
const joined = (all) => mapped(all, ([name, values]) => [name, values.join(",")]);
const last = (all) => mapped(all, ([name, values]) => [name, values.at(-1)]);
const multiValued = (headers) => mapped(headers, ([name, value]) => [name, [value]]);
const lowerCase = (headers) => mapped(headers, ([name, value]) => [name.toLowerCase(), value]);

/** HTTP APIs, Function URLs and single-value ALB read `headers` (and `cookies`), nothing else. */
function readV2({ statusCode, headers, cookies = [], body, isBase64Encoded }) {
  const list = [...Object.entries(headers ?? {}), ...cookies.map((value) => ["set-cookie", value])];
  return { status: statusCode, headers: list, body: bytes(body, isBase64Encoded) };
}

/** REST APIs merge both maps. Multi-value ALB reads only the second, which must therefore be complete. */
function readMultiValue({ statusCode, multiValueHeaders, body, isBase64Encoded }) {
  const list = Object.entries(multiValueHeaders ?? {}).flatMap(([name, values]) =>
    values.map((value) => [name, value]),
  );
  return { status: statusCode, headers: list, body: bytes(body, isBase64Encoded) };
}

const bytes = (body, base64) => Buffer.from(body ?? "", base64 ? "base64" : "utf8");
