// What crosses between JavaScript and Rust for each request, each way in one piece. Every string that crosses is
// decoded or encoded, and worker's own conversions take some fifty of them for one request.

/** Method, URL, and each header's name and value: none of them can hold a line break. */
export function head(request) {
  let head = `${request.method}\n${request.url}`;
  for (const [name, value] of request.headers) head += `\n${name}\n${value}`;
  return head;
}

/** `headers` as in `head`. A body that is text has a Content-Length; a stream would have none. */
export function answer(status, headers, body) {
  const lines = headers.split("\n");
  const fields = new Headers();
  for (let i = 0; i + 1 < lines.length; i += 2) fields.append(lines[i], lines[i + 1]);
  return new Response(body || null, { status, headers: fields });
}
