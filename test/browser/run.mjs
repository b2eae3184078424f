// Runs the test files one after the other: browsers measure what happens now, and two at once would measure each other.
//
//   node run.mjs                      all of tests/
//   node run.mjs tests/layers.test.mjs
//
// What fails runs once more when everything else is over: a machine that stood still for a second fails a test that needs
// pictures in that second, a defect fails it again. Files that needed their second chance are named at the end.
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const folder = import.meta.dirname;
const named = process.argv.slice(2);
const files = named.length > 0 ? named : readdirSync(join(folder, 'tests')).filter((f) => f.endsWith('.test.mjs')).sort().map((f) => join('tests', f));

const passes = (file) => new Promise((done) => {
  spawn(process.execPath, ['--test', '--test-reporter=spec', file], { cwd: folder, stdio: 'inherit' }).on('close', (code) => done(code === 0));
});

async function failing(list) {
  const failed = [];
  for (const file of list) {
    console.log(`\n${file}`);
    if (!(await passes(file))) failed.push(file);
  }
  return failed;
}

const first = await failing(files);
if (first.length > 0) console.log(`\nonce more: ${first.join(', ')}`);
const second = await failing(first);
console.log(`\n${files.length} files, ${files.length - first.length} passed at once, ${first.length - second.length} at the second try${second.length > 0 ? `, FAILED: ${second.join(', ')}` : ''}`);
for (const file of first.filter((f) => !second.includes(f))) console.log(`unsteady: ${file}`);
process.exitCode = second.length > 0 ? 1 : 0;
