// `npm run soak [name …]`: long runs against the real parts; each has a short form among the tests.
import { runNamed } from '../../tools/run-named.ts';

await runNamed(new URL('.', import.meta.url), 'soak', process.argv.slice(2));
