#!/usr/bin/env node
// Published, the built JavaScript runs; in the repository the TypeScript itself does, on the Node 24 that the
// development dependencies bring where the machine's own is older.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const built = new URL('../dist/src/main.js', import.meta.url);
const source = new URL('../src/main.ts', import.meta.url);
const major = Number(process.versions.node.split('.')[0]);

if (existsSync(source)) {
  const own = fileURLToPath(new URL('../node_modules/.bin/node', import.meta.url));
  const node = major >= 24 || !existsSync(own) ? process.execPath : own;
  if (major < 24 && node === process.execPath) {
    console.error(`countersign needs Node 24 or newer; this is ${process.versions.node}. \`npm ci\` brings one along.`);
    process.exit(2);
  }
  if (node === process.execPath) await import(source.href);
  else
    process.exit(spawnSync(node, [fileURLToPath(source), ...process.argv.slice(2)], { stdio: 'inherit' }).status ?? 1);
} else if (major < 24) {
  console.error(`countersign needs Node 24 or newer; this is ${process.versions.node}.`);
  process.exit(2);
} else {
  await import(built.href);
}
