// node check.mjs TOOLS BIN BUILT.yaml…: reads what kustomize built, says what is wrong, and exits 1 if anything is.
// TOOLS: the folder of .ci/k8s/tools.list, unpacked. BIN: the folder of the servers' programs.
import { readFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { Reading } from './reading.mjs';

const [tools, bin, ...files] = process.argv.slice(2);
const reading = new Reading(resolve(tools), resolve(bin));
let wrong = 0;
for (const file of files) {
  const problems = await reading.problems(reading.objects(readFileSync(file, 'utf8')), basename(file, '.yaml'));
  for (const problem of problems) console.log(`${basename(file, '.yaml')}: ${problem}`);
  wrong += problems.length;
}
process.exit(wrong === 0 ? 0 : 1);
