import { describe, expect, it } from 'vitest';
import { CODE_DETECTORS } from '../../detectors/code/index.ts';
import { analyse } from '../../src/inspect/analyse.ts';
import { withoutTemplateTags } from '../../src/inspect/template-tags.ts';

function analysed(path: string, text: string) {
  const after = { path, text, blob: '', mode: '100644' };
  const { detections, unread } = analyse({ path, before: null, after, scope: 'all' }, CODE_DETECTORS);
  return {
    found: detections.map((each) => `${each.locations[0].startLine} ${each.ruleId}`),
    unread: unread.map(({ line }) => line),
  };
}

const EVIL = 'document.body.innerHTML = decodeURIComponent(location.hash);';
const FOUND = 'cross-site-scripting';

describe('scripts that a template engine renders first', () => {
  it.each([
    [
      'values and statements (Django, Jinja)',
      "{% if late %}\nsave('{% url 'late' pk=1 %}', {{ rows|safe }});\n{% endif %}",
    ],
    ['values alone', 'const rows = {{ rows|tojson }};\n\n'],
    ['comments', "{# it's late #}\nconst a = [{{ a }}, {{ b }}];\n"],
    ['ERB and EJS', '<% if late %>\nconst rows = <%- JSON.stringify(rows) %>;\n<% end %>'],
    ['PHP', '<?php if ($late): ?>\nconst rows = <?= json_encode($rows) ?>;\n<?php endif ?>'],
  ])('are judged, line by line, with %s', (_what, body) => {
    expect(analysed('page.html', `<p>\n<script>\n${body}\n${EVIL}\n</script>`)).toEqual({
      found: [`6 ${FOUND}`],
      unread: [],
    });
  });

  it('are judged in files of their own as well', () => {
    expect(analysed('map.js', `{% load l10n %}\nvar map = {{ map }};\n${EVIL}`)).toEqual({
      found: [`3 ${FOUND}`],
      unread: [],
    });
  });

  it('hide nothing: what runs as it stands is read as it stands', () => {
    const hidden = `{{ ${EVIL} }}`;
    expect(analysed('page.html', `<script>${hidden}</script>`).found).toEqual([`1 ${FOUND}`]);
    // A tag in one script changes nothing in another.
    expect(analysed('page.html', `<script>{% raw %}</script>\n<script>${hidden}</script>`).found).toEqual([
      `2 ${FOUND}`,
    ]);
    const between = `const a = '{%';\n${EVIL}\nconst b = '%}';`;
    expect(analysed('page.html', `<script>{% raw %}</script>\n<script>${between}</script>`).found).toEqual([
      `3 ${FOUND}`,
    ]);
    expect(analysed('a.js', between).found).toEqual([`2 ${FOUND}`]);
  });

  it('are told where they are no program without their tags either', () => {
    expect(analysed('page.html', `<script>\n{% if a %}\nlet = ;\n${EVIL}\n</script>`).unread).toEqual([3]);
  });

  it('keep their length, their lines and the words of their values', () => {
    const text = "a('{% url 'x' %}');\nb({{ user.name|default:\"-\"\n }});<%# 'c' %>";
    const without = withoutTemplateTags(text);
    expect(without).toHaveLength(text.length);
    expect(without.split('\n').map(({ length }) => length)).toEqual(text.split('\n').map(({ length }) => length));
    expect(without).toContain("a('/* url _x_ */');");
    expect(without).toContain('user_name_default');
  });
});

describe('script elements that hold data', () => {
  it.each(['text/html', 'text/x-handlebars-template', 'application/json', 'importmap', 'x-shader/x-vertex'])(
    'are not read: %s',
    (type) => {
      expect(analysed('page.html', `<script type="${type}">if (a { ${EVIL}</script>`)).toEqual({
        found: [],
        unread: [],
      });
    },
  );

  it.each([
    '',
    'type',
    'type=""',
    'type="module"',
    'type="text/javascript"',
    "TYPE='text/x-javascript'",
    'type="text/babel"',
    'type="{{ kind }}"',
    'data-type="text/html"',
    'title=" type=\'text/html\'"',
    'type="text/javascript" type="text/html"',
  ])('are told from those that run: <script %s>', (attributes) => {
    expect(analysed('page.html', `<script ${attributes}>${EVIL}</script>`).found).toEqual([`1 ${FOUND}`]);
  });
});
