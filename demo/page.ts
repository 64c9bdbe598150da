import MarkdownIt from 'markdown-it';
import type { CheckAction, CheckAnnotation, CheckOutput } from '../src/core/host.ts';
import type { CheckConclusion } from '../src/core/report.ts';
import { htmlText, plainText } from '../src/report/markdown.ts';
import { PAGE_CSS } from './page-style.ts';

/** What a reader sees at one moment of a pull request. */
export interface PageMoment {
  /** One sentence above it: what has just happened. */
  readonly caption: string;
  readonly checkName: string;
  readonly conclusion: CheckConclusion | 'in_progress';
  readonly output: CheckOutput;
  readonly annotations: readonly CheckAnnotation[];
  readonly actions: readonly CheckAction[];
  /** The sticky comment's markdown; null where there is none yet. */
  readonly comment: string | null;
  /** Text of the head's files, for the lines that annotations stand at. */
  readonly sources: ReadonlyMap<string, string>;
}

export interface Page {
  readonly repository: string;
  readonly number: number;
  readonly title: string;
  /** Login that opened the pull request. */
  readonly author: string;
  readonly head: string;
  readonly base: string;
  readonly moments: readonly PageMoment[];
  /** GitHub's styles for markdown: the file of the package github-markdown-css. */
  readonly markdownCss: string;
}

const ICONS: Readonly<
  Record<PageMoment['conclusion'], { readonly sign: string; readonly tone: string; readonly words: string }>
> = {
  success: { sign: '✓', tone: 'success', words: 'Successful' },
  failure: { sign: '✕', tone: 'failure', words: 'Failing' },
  action_required: { sign: '!', tone: 'action', words: 'Action required' },
  cancelled: { sign: '–', tone: 'muted', words: 'Cancelled' },
  in_progress: { sign: '●', tone: 'pending', words: 'In progress' },
};

/** A page that shows check, annotations and comment as GitHub renders them. Complete in itself: no script, no address. */
export function renderPage(page: Page): string {
  const moments = page.moments.map((moment, index) => momentHtml(moment, index + 1)).join('\n');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${text(page.title, 200)} · Countersign</title>
<style>
${page.markdownCss}
${PAGE_CSS}
</style>
</head>
<body>
<main>
<header>
<p class="path">${text(page.repository, 100)}</p>
<h1>${text(page.title, 200)} <span class="number">#${page.number}</span></h1>
<p><span class="state">Open</span> <strong>${text(page.author, 60)}</strong> wants to merge into <code>${text(page.base, 100)}</code> from <code>${text(page.head, 100)}</code></p>
</header>
${moments}
</main>
</body>
</html>
`;
}

function momentHtml(moment: PageMoment, number: number): string {
  const icon = ICONS[moment.conclusion];
  const shown = moment.annotations.slice(0, 12);
  const more = moment.annotations.length - shown.length;
  const annotations = shown.map((each) => annotationHtml(each, moment.sources)).join('\n');
  const buttons = moment.actions
    .map(({ label, description }) => `<span class="button" title="${text(description, 60)}">${text(label, 40)}</span>`)
    .join('');
  return `<section class="moment">
<p class="caption"><span>${number}</span>${text(moment.caption, 300)}</p>
<div class="merge ${icon.tone}">
<div class="row"><span class="icon">${icon.sign}</span><span><strong>${text(moment.checkName, 80)}</strong> <em>${icon.words}</em><br><span class="title">${text(moment.output.title, 300)}</span></span><span class="tag">Required</span></div>
</div>
${moment.comment === null ? '' : commentHtml(moment.comment)}
<div class="check">
<div class="bar"><span class="icon ${icon.tone}">${icon.sign}</span><strong>${text(moment.output.title, 300)}</strong>${buttons}</div>
<div class="markdown-body">${markdownHtml(moment.output.summary, 'check')}</div>
${shown.length === 0 ? '' : `<h3>Annotations</h3>\n${annotations}`}
${more > 0 ? `<p class="more">${more} more annotations</p>` : ''}
</div>
</section>`;
}

function commentHtml(markdown: string): string {
  return `<article class="comment">
<div class="bar"><span class="avatar">C</span><strong>countersign</strong><span class="tag">bot</span></div>
<div class="markdown-body">${markdownHtml(markdown, 'comment')}</div>
</article>`;
}

function annotationHtml(annotation: CheckAnnotation, sources: ReadonlyMap<string, string>): string {
  const { path, startLine, endLine, level, title, message } = annotation;
  const lines =
    sources
      .get(path)
      ?.split('\n')
      .slice(startLine - 1, Math.min(endLine, startLine + 4)) ?? [];
  const code = lines
    .map((line, index) => `<tr><td class="line">${startLine + index}</td><td>${text(line, 160)}</td></tr>`)
    .join('');
  const said = message
    .split('\n')
    .map((line) => text(line, 400))
    .join('<br>');
  return `<div class="annotation ${level}">
<p class="where">${text(path, 160)} <span>line ${startLine}${endLine > startLine ? `–${endLine}` : ''}</span></p>
${code === '' ? '' : `<table class="code">${code}</table>`}
<div class="said"><strong>${text(title, 160)}</strong><p>${said}</p></div>
</div>`;
}

function text(value: string, maxLength: number): string {
  return htmlText(plainText(value, maxLength));
}

/** Elements that our own markdown uses; GitHub keeps them. */
const KEPT = /^<\/?(?:details|summary|sub|code)>$/;
/** In a comment every line break is one; in a check run, as in a file, only hard ones are. */
const READERS = { comment: readerOf(true), check: readerOf(false) } as const;

function readerOf(breaks: boolean) {
  const reader = new MarkdownIt({ html: true, linkify: true, breaks });
  reader.renderer.rules['html_inline'] = (tokens, index) => ownHtml(tokens[index]?.content ?? '');
  reader.renderer.rules['html_block'] = (tokens, index) => ownHtml(tokens[index]?.content ?? '');
  return reader;
}

/** Of raw HTML, what GitHub would show: our few elements; comments vanish; everything else is text. */
function ownHtml(html: string): string {
  return html
    .split(/(<!--[\s\S]*?-->|<[^<>]*>)/)
    .map((part) => (KEPT.test(part) ? part : part.startsWith('<!--') ? '' : htmlText(part)))
    .join('');
}

/** Markdown as GitHub shows it there, as HTML. */
export function markdownHtml(markdown: string, place: keyof typeof READERS): string {
  return READERS[place].render(markdown);
}
