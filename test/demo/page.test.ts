import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { markdownHtml, type Page, renderPage } from '../../demo/page.ts';
import { renderCheckRun } from '../../src/report/check-run.ts';
import { renderComment } from '../../src/report/comment.ts';
import { hostileText } from '../report/hostile.ts';
import { extra, finding, pendingSignOff, report, verdict } from '../report/sample.ts';

function pageOf(text: string): Page {
  const facts = report({
    findings: [finding({ message: text, locations: [{ path: text, startLine: 1, endLine: 1 }] })],
  });
  const told = verdict({ result: 'blocked', conclusion: 'action_required', open: ['F1'] });
  const rendered = renderCheckRun(facts, told, extra({ pending: [pendingSignOff({ reason: text })] }));
  const moment = { caption: text, checkName: 'countersign', conclusion: told.conclusion, ...rendered };
  return {
    repository: text,
    number: 7,
    title: text,
    author: text,
    head: text,
    base: 'main',
    moments: [
      { ...moment, comment: renderComment(facts, told, extra({})), sources: new Map([[text, `${text}\nsecond`]]) },
    ],
    markdownCss: '.markdown-body {}',
  };
}

describe('the page', () => {
  it('shows check, annotations, buttons and comment', () => {
    const html = renderPage(pageOf('plain words'));
    expect(html).toContain('Blocked: 1 finding to sign or fix');
    expect(html).toContain('<span class="button" title="Only mona: sign F1">Confirm mona</span>');
    expect(html).toContain('<code>/countersign sign F1 r-7k2m9qx4 &lt;reason&gt;</code>');
    expect(html).toContain('<details><summary>How to answer</summary>');
    expect(html).not.toContain('countersign:sticky');
    expect(html).toContain('<tr><td class="line">1</td><td>plain words</td></tr>');
  });

  it('shows hostile text as text: no element, attribute or address of its making', () => {
    const own = tagsOf(renderPage(pageOf('plain')));
    fc.assert(
      fc.property(hostileText, (text) => {
        for (const tag of tagsOf(renderPage(pageOf(text)))) expect(own.has(tag), tag).toBe(true);
      }),
      { numRuns: 300, seed: 2 },
    );
  });

  it('keeps raw HTML that is not ours as text', () => {
    expect(markdownHtml('<b onclick="x()">a</b><!-- gone --><sub>ok</sub>', 'check')).toBe(
      '<p>&#60;b onclick=&#34;x()&#34;&#62;a&#60;/b&#62;<sub>ok</sub></p>\n',
    );
  });
});

/** Every tag of a page with its attributes; titles and list numbers aside, they are the same whatever the text. */
function tagsOf(html: string): ReadonlySet<string> {
  const tags = html.match(/<[a-z/!][^>]*>/gi) ?? [];
  return new Set(
    tags.map((tag) => tag.replace(/ title="[^"<>]*"/, '').replace(/^<(?:ol start="\d+"|em|\/em)>$/, '<em>')),
  );
}
