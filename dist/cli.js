#!/usr/bin/env node
var major = parseInt(process.versions.node, 10);
if (major < 24) {
  console.error('Taster needs Node 24 or newer, this is Node ' + process.versions.node + '. Install it (https://nodejs.org), or run: npx --package=node@24 --package=taster -- taster');
  process.exitCode = 2;
} else {
  import('./cli-main.js');
}
