// HTTP/1.1 on a bare socket, for what node:http cannot do: requests that are cut off, slow or pipelined.

import { connect } from "node:net";

const HEAD_END = Buffer.from("\r\n\r\n");

/** A connection. `answer()` resolves to the next response as { status, headers, body }, or to null if it was closed. */
export class Wire {
  #socket;
  #received = Buffer.alloc(0);
  #waiting = null;
  #error = null;
  #closed = false;

  static open(port) {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: "127.0.0.1", noDelay: true });
      socket.once("error", reject);
      socket.once("connect", () => resolve(new Wire(socket)));
    });
  }

  constructor(socket) {
    this.#socket = socket;
    socket.removeAllListeners("error");
    socket.on("data", (part) => {
      this.#received = this.#received.length ? Buffer.concat([this.#received, part]) : part;
      this.#settle();
    });
    // The system may still hold a response that arrived before the connection broke; `close` follows.
    socket.on("error", (error) => (this.#error = error));
    socket.on("close", () => {
      this.#closed = true;
      this.#settle();
    });
  }

  write(bytes) {
    this.#socket.write(bytes);
  }

  answer() {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#settle();
    });
  }

  async ask(bytes) {
    this.write(bytes);
    const answer = await this.answer();
    if (!answer) throw new Error("the connection was closed without an answer");
    return answer;
  }

  destroy() {
    this.#socket.destroy();
  }

  #settle() {
    if (!this.#waiting) return;
    const waiting = this.#waiting;
    const answer = this.#whole();
    if (!answer && !this.#closed) return;
    this.#waiting = null;
    if (!answer && this.#error) waiting.reject(this.#error);
    else waiting.resolve(answer);
  }

  #whole() {
    const end = this.#received.indexOf(HEAD_END);
    if (end < 0) return null;
    const head = this.#received.latin1Slice(0, end);
    const [, digits] = /\r\ncontent-length: *(\d+)/i.exec(head) ?? [];
    // Every response but 204, which has no body, has a Content-Length.
    const length = Number(digits ?? 0);
    const start = end + HEAD_END.length;
    if (this.#received.length < start + length) return null;
    const body = this.#received.subarray(start, start + length);
    this.#received = this.#received.subarray(start + length);
    return { status: Number(head.slice(9, 12)), head, body };
  }
}

/** The bytes of a request. `declared` is its Content-Length if that differs from the body's length. */
export function bytes({ method = "POST", path = "/token", headers = {}, body = "", declared }) {
  const all = { Host: "token.example.com", "Content-Type": "application/json", ...headers };
  const length = declared ?? Buffer.byteLength(body);
  const head = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`${method} ${path} HTTP/1.1\r\n${head.join("")}Content-Length: ${length}\r\n\r\n${body}`);
}

export const closes = ({ head }) => /\r\nconnection: close/i.test(head);
