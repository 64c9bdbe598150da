// `npm run eval [name …]`: every evaluation prints what it measured, with n and interval where it is a share.
import { runNamed } from '../tools/run-named.ts';

await runNamed(new URL('.', import.meta.url), 'evaluation', process.argv.slice(2));
