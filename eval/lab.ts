import { CODE_DETECTORS } from '../detectors/code/index.ts';
import type { Detection } from '../src/core/detection.ts';
import { analyse } from '../src/inspect/analyse.ts';
import { covers, labRounds, labSnippets, type Snippet } from '../test/support/lab.ts';
import { interval, share } from './names/wilson.ts';

interface Score {
  found: number;
  bad: number;
  wrong: number;
  safe: number;
  /** Findings in flawed files away from their marks. */
  beside: number;
}

/**
 * Recall and false alarms over the laboratory of short programs of the kind agents write, each bad one with what a
 * careful engineer would have written instead. `first` was used to tune the rules; `second` and `third` were scored once
 * before any rule was changed for them (85 % of 168 at 4 % of 77, 95 % of 74 at 1 of 40), as was `fourth` (90 % of 137 at
 * 5 % of 119), and then used as well. `fifth` takes a value many ways to few sinks; 37 of 45 were found
 * at first, and three are not followed still and not kept here: a curried function, a wrapper of handlers, `getattr`.
 * `sixth` and `seventh` were written over many frameworks without looking at a rule, and scored once untouched: 79 % of 160
 * (126; 72–84) at 5 % of 160 (8; 3–10), and 81 % of 59 (48; 70–89) at 2 % of 59 (1; 0–9). Then they were used as well. Of
 * the sixth, three bad ones had reserved host names, which the rule leaves alone by design, and have others now; two were
 * told under `disabled-security-control`, and stand there; a log line through a wrapper of `util.format('%j')` is flagged
 * still and not kept here. Of the seventh, a Lambda that stores unchecked fields is not found still and not kept here.
 * `eighth` has the short shape in which one function or one route is asked for, with few imports and names taken for
 * granted: 95 % of 119 (113; 89–98) at 4 % of 76 (3; 1–11) untouched; in Python 55 of 59, in JavaScript and TypeScript
 * 58 of 60. Then it was used as well.
 * `ninth` is JavaScript of servers, pages, desktops and the edge, often without imports: 84 % of 235 (198; 79–88) at 5 % of
 * 207 (10; 3–9) untouched. Then it was used as well. Not found still and not kept here: methods without the class around
 * them (three), a page of Next.js that knows people by a cookie, a parser of tRPC that lets everything through, a browser
 * told to ignore certificates (a note, by design); one expression was labelled wrongly, no text makes it slow.
 * `tenth` is Python alone, over its web frameworks, tools and libraries, mostly one function in its context without imports:
 * 67 % of 208 (140; 61–73) at 4 % of 202 (8; 2–8) untouched. Then it was used as well. A line written to an audit file and
 * a transfer named `move` are not found still, and a filter built beside its values and handed back as a pair is flagged:
 * these three are not kept here. A switch of Flask-WTF stands under `disabled-security-control`, and one safe example
 * stored fields that nothing checked and checks them now.
 * `eleventh` is code of libraries and tools, each bad one beside its own repair: 86 % of 207 (179; 81–91) at 9 % of 207 (18;
 * 6–13) untouched; in Python 56 of 64. Then it was used as well. Not found still and not kept here: a module handed to the
 * function around it, and text from a typed field of a form; one is told under `disabled-security-control`, and stands
 * there. Of the good ones five are flagged still and not kept: three are flawed as labelled (a path that may begin with
 * two slashes, an unguarded deletion, an expression that is slow), one stores a field that nothing checks, and one
 * downloads what it is told to.
 * `twelfth` asks the same of other frameworks and runtimes (hapi, Elysia, Meteor, Remix, extensions, callable functions), by an
 * author who had read the rules by then: 61 % of 70 (43; 50–72) at 2 % of 40 (1; 0–13) untouched; the one safe expression
 * flagged was slow indeed and has another form now. Then it was used as well. What GraphQL's own input types let through is
 * no assignment of everything, and is not kept here.
 * `thirteenth` is Python again, over other frameworks, messages and services, by an author who had read the rules by then:
 * 74 % of 77 (57; 63–83) at 2 % of 54 (1; 0–10) untouched. Then it was used as well.
 * `fourteenth` asks for the forms a value takes on its way and, above all, for the many ways in which code is put right, by
 * the same author: 78 % of 46 (36; 64–88) at 6 % of 71 (4; 2–14) untouched. Then it was used as well.
 * `fifteenth` is code of libraries and tools in two languages, archives, caches, clients, parsers and helpers, and half of the
 * good ones are ordinary code and no repair; by an author who had not read the rules: 97 % of 62 (60; 89–99) at 4 % of 69
 * (3; 1–12) untouched; in Python 25 of 26, in JavaScript and TypeScript 35 of 36. Then it was used as well. A settings file
 * whose values are evaluated is a note still, as all that comes from files is, and not kept here.
 * `sixteenth` is whole modules of JavaScript and TypeScript libraries, each beside the patch that a maintainer would commit,
 * with the lines on which the flaw may be told; whatever is told elsewhere in either is a false alarm. By an author who had
 * not read the rules: 75 % of 72 (54; 64–84) at 17 % of 72 (12; 10–27) untouched, and 2.1 findings beside the flaw in
 * 1,000 lines, the lines taken exactly. Then it was used as well. Not kept here: an address of a reserved host, which the rule leaves alone by design; a
 * helper that starts a shell and is told of there, where the line that calls it was marked; one repetition at the end of an
 * expression, and a line of a stack, which are notes by design; an engine of templates, which runs what its caller writes,
 * repaired or not; and two that are flagged still when repaired: names of attributes that are the keys of a table, and a path
 * behind a table of services. One is told under `code-injection`, and stands there.
 * `seventeenth` is whole files of applications in JavaScript, TypeScript, TSX, Vue, Svelte and HTML, 66 pairs of a flawed
 * file and the same put right over servers, workers, desktops, editors' extensions, bots, tool servers and pages, each flawed
 * line marked, written before any rule was looked at: 77 % of 145 flaws (111; 69–83), 2 of 66 files that were right flagged
 * (3 %; 1–10), and 11 findings beside the marks. Then it was used as well. All eleven were true: eight tell a marked flaw at
 * another of its lines and three are flaws that had no mark; they are marked now. Of the marks one was wrong (what multer
 * hands on has lost its folders), one stands where the session is set up, one where the record is changed; a visitor's cookie
 * is a note by design, and the data that D3 binds to elements is not followed still: these two are not kept here.
 * A second part of 16 more pairs stands beside it, by the same author who had read the rules by then: 87 % of 39 (34; 73–94),
 * 0 of 16 flagged (0–19), 3 beside the marks, all of them true. A body that a hapi route hands to `accounts.update` is not
 * found still and not marked.
 * `eighteenth` is whole files of Python of 30 to 150 lines, 68 pairs of a flawed file and the same put right, each flawed line
 * marked, written before any rule was looked at: 83 % of 132 flaws (109; 75–88), 9 of 68 files that were right flagged
 * (13 %; 7–23), with 3.1 findings per 1,000 lines of those, and 12 beside the marks in the others. Then it was used as
 * well. Two marks are told under `disabled-security-control` and stand there; two more were put to what is told beside them.
 * `eighteenth-again` is 34 such pairs more, by the same author when the first were mended: 83 % of 58 (48; 71–90), 3 of 34
 * right files flagged (9 %; 3–23), 4 findings beside the marks. Then it was used as well. A data class whose fields come
 * from a request and whose method makes the page is not found still and not kept here; one mark was moved from the call of
 * a helper to the statement inside it, where it is told, and one line marked that had been forgotten.
 * A finding at warning or above counts, by rule and round.
 */
export async function run(print: (line: string) => void): Promise<void> {
  for (const round of labRounds()) {
    const all: Score = { found: 0, bad: 0, wrong: 0, safe: 0, beside: 0 };
    const misses: string[] = [];
    const byRule = new Map<string, Score>();
    for (const snippet of labSnippets(round)) {
      const score = byRule.get(snippet.ruleId) ?? { found: 0, bad: 0, wrong: 0, safe: 0, beside: 0 };
      byRule.set(snippet.ruleId, score);
      judge(snippet, score, misses);
    }
    print(`laboratory, ${round} round: found/bad, false alarms (of any rule)/safe`);
    for (const [ruleId, score] of byRule) {
      print(`  ${ruleId.padEnd(28)} ${score.found}/${score.bad}  ${score.wrong}/${score.safe}`);
      all.found += score.found;
      all.bad += score.bad;
      all.wrong += score.wrong;
      all.safe += score.safe;
      all.beside += score.beside;
    }
    print(
      `  recall ${share(all.found, all.bad)} (${interval(all.found, all.bad)}, n = ${all.bad}); safe flagged ${share(all.wrong, all.safe)} (${interval(all.wrong, all.safe)}, n = ${all.safe})${all.beside === 0 ? '' : `; ${all.beside} findings beside the marks`}`,
    );
    if (process.env['COUNTERSIGN_EVAL_EXAMPLES'] === '1') for (const miss of misses) print(`    ${miss}`);
  }
}

function judge(snippet: Snippet, score: Score, misses: string[]): void {
  const loud = alarms(snippet);
  const place = `${snippet.round}/${snippet.ruleId}.md:${snippet.line}`;
  if (snippet.bad) {
    judgeBad(snippet, loud, score, misses);
    return;
  }
  score.safe += 1;
  if (loud.length === 0) return;
  score.wrong += 1;
  for (const each of loud)
    misses.push(`false  ${place}+${each.locations[0].startLine} ${each.ruleId}: ${each.message}`);
}

/** Each flaw of it is one to find; where its lines are marked, all else that is told is a false alarm in bad company. */
function judgeBad(snippet: Snippet, loud: readonly Detection[], score: Score, misses: string[]): void {
  const place = `${snippet.round}/${snippet.ruleId}.md:${snippet.line}`;
  for (const flaw of snippet.flaws) {
    score.bad += 1;
    if (loud.some((each) => covers(each, flaw))) {
      score.found += 1;
      continue;
    }
    const said = loud.length === 0 ? '' : ` (${loud.map((each) => each.ruleId).join(', ')})`;
    misses.push(`missed ${place}${flaw.lines.length === 0 ? '' : `+${flaw.lines.join('/')} ${flaw.ruleId}`}${said}`);
  }
  if (snippet.flaws.some(({ lines }) => lines.length === 0)) return;
  const others = loud.filter((each) => !snippet.flaws.some((flaw) => covers(each, flaw)));
  score.beside += others.length;
  for (const each of others)
    misses.push(`beside ${place}+${each.locations[0].startLine} ${each.ruleId}: ${each.message}`);
}

function alarms({ path, text }: Snippet): readonly Detection[] {
  const { detections } = analyse(
    { path, before: null, after: { path, text, blob: '', mode: '100644' }, scope: 'all' },
    CODE_DETECTORS,
  );
  return detections.filter((each) => {
    const rule = CODE_DETECTORS.find((detector) => detector.rule.id === each.ruleId)?.rule;
    return (each.level ?? rule?.level) !== 'note';
  });
}
