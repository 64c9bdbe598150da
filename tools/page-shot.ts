// Looks at a page in Chromium, as a reader would, and takes its picture: `node tools/page-shot.ts PAGE.html OUT.png`.
// Fails where the page asks the network for anything, raises an error, or is wider than its window.
import { chromiumProgram, look } from './chromium.ts';

const [page, out] = process.argv.slice(2);
const program = chromiumProgram();
if (page === undefined || out === undefined) {
  console.error('usage: node tools/page-shot.ts PAGE.html OUT.png');
  process.exitCode = 2;
} else if (program === null) {
  console.error('no Chromium was found: install it, or name its program in CHROMIUM');
  process.exitCode = 2;
} else {
  const problems = await look(page, out, program);
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
  else console.log(`${out}: ${page} as Chromium shows it, nothing to object to`);
}
