// The size of what is deployed, in MiB.

import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const MIB = 1024 * 1024;

export const fileMiB = (path) => statSync(path).size / MIB;

export const gzippedMiB = (path) => gzipSync(readFileSync(path), { level: 9 }).length / MIB;

/** Packages and their dependencies. npm installs them flat, but nests further versions in the packages that need them. */
export function packagesMiB(modules, names) {
  const found = new Set();
  const wanted = [...names];
  while (wanted.length) {
    const name = wanted.pop();
    if (found.has(name)) continue;
    found.add(name);
    wanted.push(
      ...Object.keys(JSON.parse(readFileSync(join(modules, name, "package.json"), "utf8")).dependencies ?? {}),
    );
  }
  return [...found].reduce((sum, name) => sum + bytesIn(join(modules, name)), 0) / MIB;
}

function bytesIn(folder) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
}
