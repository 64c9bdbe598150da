import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { PackageType } from '../../src/core/dependency.ts';
import { createNames, type NameKnowledge } from '../../src/evidence/names.ts';
import { type PopularList, popularLists } from '../../src/evidence/popular.ts';
import { openNames } from '../../src/sources.ts';
import { processorNow } from '../support/processor.ts';

let names: NameKnowledge;
let lists: readonly PopularList[];
beforeAll(async () => {
  lists = await popularLists({});
  names = await openNames({ popularFiles: {} }, Date.now);
});

const LIST: PopularList = {
  type: 'npm',
  names: ['lodash', 'express'],
  famous: 2,
  words: [],
  origin: 'a list',
  licence: 'MIT',
  asOf: '2026-01-01T00:00:00.000Z',
};

function best(type: PackageType, name: string) {
  const alike = names.looksLike(type, names.normalize(type, name));
  if (alike.state !== 'known') throw new Error('there is a list for this type');
  return alike.value[0];
}

describe('a name that imitates a well-known one is recognised', () => {
  it.each([
    ['npm', 'expresss', 'express', 'plural'],
    ['npm', 'recat', 'react', 'typo'],
    ['npm', 'typescriptt', 'typescript', 'typo'],
    ['npm', 'chalkk', 'chalk', 'typo'],
    ['npm', 'body_parser', 'body-parser', 'separator'],
    ['npm', 'prettier1', 'prettier', undefined],
    ['npm', 'reаct', 'react', 'homoglyph'],
    ['npm', 'l0dash', 'lodash', 'homoglyph'],
    ['npm', 'babel-core', undefined, undefined],
    ['npm', '@bable/core', '@babel/core', 'scope-imitated'],
    ['npm', 'webpack.js', 'webpack', 'affix'],
    ['pypi', 'reqeusts', 'requests', 'typo'],
    ['pypi', 'Djago', 'django', 'typo'],
    ['pypi', 'numpyy', 'numpy', 'typo'],
    ['pypi', 'python3-requests', 'requests', 'affix'],
    ['npm', 'azure-identity', '@azure/identity', 'scope-dropped'],
    ['npm', 'client-s3', '@aws-sdk/client-s3', 'scope-dropped'],
    ['npm', 'lodashjs', 'lodash', 'affix'],
    ['npm', 'pytest-cov', 'pytest-cov', 'other-ecosystem'],
    ['pypi', 'eslint-config-prettier', 'eslint-config-prettier', 'other-ecosystem'],
    ['pypi', 'PIL', 'pillow', 'import-name'],
    ['pypi', 'cv2', 'opencv-contrib-python', undefined],
    ['pypi', 'libhtml5', 'html5lib', 'word-order'],
    ['pypi', 'discrod', 'discord', 'typo'],
    // Written by its sound.
    ['npm', 'deezcord.js', 'discord.js', 'typo'],
    // Two names that everybody knows, put together.
    ['pypi', 'beautifulsoup-numpy', 'beautifulsoup4', 'conflation'],
    // The best known are imitated in front and behind too.
    ['npm', 'exptess', 'express', 'typo'],
    ['pypi', 'vrequests', 'requests', 'typo'],
    ['npm', 'wypescript', 'typescript', 'typo'],
    // The owner of a scope called otherwise, and a scope that the owner of a name never took.
    ['npm', '@angularjs/core', '@angular/core', 'scope-imitated'],
    ['npm', '@nest/common', '@nestjs/common', 'scope-imitated'],
    ['npm', '@azure-sdk/identity', '@azure/identity', 'scope-imitated'],
    ['npm', '@lodash/lodash', 'lodash', 'scope-imitated'],
    ['npm', '@expressjs/express', 'express', 'scope-imitated'],
    // A scope's word that others use too, in front of its best known names; and one that is its owner's alone, anywhere.
    ['npm', 'angular-core', '@angular/core', 'scope-dropped'],
    ['npm', 'azure-storage-blob', '@azure/storage-blob', 'scope-dropped'],
    // Versions and promises.
    ['npm', 'webpack5', 'webpack', 'affix'],
    ['npm', 'axios-1.7', 'axios', 'affix'],
    ['npm', 'react-dom-19', 'react-dom', 'affix'],
    ['npm', 'express-secure', 'express', 'affix'],
    ['pypi', 'pandas-fixed', 'pandas', 'affix'],
    // British and American.
    ['npm', 'colour-convert', 'color-convert', 'spelling'],
    ['pypi', 'tokenisers', 'tokenizers', 'spelling'],
    // A long name with another letter in front.
    ['npm', 'juffer-xor', 'buffer-xor', 'typo'],
    // A platform's word before or behind a name that means nothing else.
    ['npm', 'node-twilio', 'twilio', 'affix'],
    ['npm', 'node-puppeteer', 'puppeteer', 'affix'],
    ['pypi', 'pip-selenium', 'selenium', 'affix'],
    // What a configuration calls a plugin, which is installed under its whole name.
    ['npm', 'eslint-comments', 'eslint-plugin-eslint-comments', 'short-form'],
    ['npm', 'transform-react-remove-prop-types', 'babel-plugin-transform-react-remove-prop-types', 'short-form'],
    // Letters that are no word, grown onto a well-known name, behind and in front.
    ['npm', 'jqueryxxx', 'jquery', 'affix'],
    ['npm', 'qqexpress', 'express', 'affix'],
    // What everybody knows and no well-known package is named after.
    ['npm', 'node-opencv', 'opencv', 'affix'],
    ['npm', 'opnessl', 'openssl', 'typo'],
    ['npm', 'metamaskjs', 'metamask', 'affix'],
    // A key that is elsewhere on another keyboard, and letters that differ by a stroke.
    ['npm', 'jquerz', 'jquery', 'typo'],
    ['pypi', 'loquru', 'loguru', 'typo'],
    // A name without its number stands for the package, not for a module of that name.
    ['pypi', 'pyurllib', 'urllib3', 'affix'],
    ['pypi', 'urllib', 'urllib3', 'typo'],
    // Known, not famous: swapped and doubled letters count all the same.
    ['pypi', 'aiocahce', 'aiocache', 'typo'],
    ['pypi', 'aioccache', 'aiocache', 'typo'],
    // … and inside a long part any letter does.
    ['pypi', 'testcontaners', 'testcontainers', 'typo'],
    ['pypi', 'testcontqiners', 'testcontainers', 'typo'],
  ] as const)('%s %s', (type, name, target, technique) => {
    const found = best(type, name);
    if (technique !== undefined) expect(found).toMatchObject({ name: target, technique });
    if (target === undefined) expect(found).toBeUndefined();
  });
});

describe('honest names are left alone', () => {
  it.each([
    ['npm', 'preact'],
    ['npm', 'lodash-es'],
    ['npm', '@babel/parser'],
    ['npm', '@types/node'],
    ['npm', 'my-own-little-tool'],
    ['pypi', 'boto'],
    ['pypi', 'Typing_Extensions'],
    ['pypi', 'our-internal-service'],
    // Every part is a word: chosen, not slipped into.
    ['npm', 'get-proxy'],
    ['npm', 'css-parse'],
    // A letter of its own, a number, a word more: a variant.
    ['npm', 'jsx-ast-utils-x'],
    ['npm', 'react-router-dom-v5-compat'],
    ['npm', 'react-foo-bar'],
    // Another letter in front, or a strange one behind, makes a name of its own.
    ['npm', 'xrouter'],
    ['pypi', 'hbutils'],
    ['npm', 'maximatchx'],
    // A foreign letter in a short name that is not among the best known.
    ['pypi', 'pbspark'],
    // Anybody's fork under a scope of their own, and other packages of an owner that is called alike.
    ['npm', '@acme/lodash'],
    ['npm', '@angularjs/something-else'],
    // A scope's word that others begin names with.
    ['npm', 'esbuild-plugin-something'],
    // A number grown onto a name that is not among the best known.
    ['npm', 'npm-run-all3'],
    // `next` is a framework's name: its adapters are called so.
    ['npm', 'axios-next'],
    // A separator more, and a letter: nobody slips twice in that way.
    ['npm', 's-color'],
    // Lies next to a name that is itself known for lying next to a better known one.
    ['pypi', 'unicon'],
    // Two well-known names, but much is built upon the first.
    ['pypi', 'flask-numpy'],
    // Common words take affixes without imitating the package of that name.
    ['npm', 'npm-config'],
    // The owner of the scope has unscoped names of this form too.
    ['npm', 'babel-plugin-syntax-something'],
    ['npm', 'rollup-plugin-replace'],
    // A brand is imitated; by itself it is no imitation.
    ['pypi', 'ethereum'],
    ['pypi', 'json-merge-patch-tool'],
    // By itself such a word imitates nobody, and it has no owner whose scope could be imitated.
    ['npm', 'ffmpeg'],
    ['npm', '@opencv/opencv'],
    ['npm', 'opencv-bindings-for-us'],
    // A plugin for a package leaves that package its name, and so do words that make a name by themselves.
    ['npm', 'react-naming-convention'],
    ['npm', 'commanderlink'],
    ['npm', 'lodashfp'],
    ['npm', 'colorstream'],
    // Letters grown onto a name that is not among the best known, onto a short one, a number, and more than a slip takes.
    ['npm', 'foreverxx'],
    ['npm', 'reactqx'],
    ['npm', 'jquery6261'],
    ['npm', 'jqueryxxxxxx'],
    // What a configuration calls a plugin by one word is anybody's, and so is a plugin of another tool.
    ['npm', 'flowtype'],
    ['npm', 'typescript-babel-preset'],
    // On PyPI letters are grown onto names by honest hands.
    ['pypi', 'djangozz'],
    // Known, not famous: another letter makes another name, and so do letters of a short part.
    ['pypi', 'aiocacha'],
    ['pypi', 'aiochche'],
    ['pypi', 'xestcontainers'],
    ['pypi', 'testcontainerz'],
    ['pypi', 'testconta1ners2'],
    ['pypi', 'mypy-boto3-drs'],
  ] as const)('%s %s', (type, name) => {
    expect(best(type, name)).toBeUndefined();
  });
});

describe('where a registry or a host grants the first part of a name to one owner', () => {
  const asked = (type: PackageType, listed: readonly string[], name: string) => {
    const list = { ...LIST, type, names: listed, famous: listed.length };
    const knowledge = createNames([list], { now: () => Date.parse('2026-11-01'), importNames: new Map() });
    const alike = knowledge.looksLike(type, knowledge.normalize(type, name));
    return alike.state === 'known' ? alike.value.map((each) => each.name) : alike.state;
  };

  it.each([
    ['golang', 'github.com/gofrs/uuid', 'github.com/gofrs/uuid/v5'],
    ['golang', 'github.com/sirupsen/logrus', 'github.com/Sirupsen/logrus'],
    ['golang', 'k8s.io/klog', 'k8s.io/klogr'],
    ['composer', 'symfony/process', 'symfony/processs'],
    ['maven', 'com.google.guava:guava', 'com.google.guava:guavaa'],
    ['githubactions', 'actions/checkout', 'actions/checkouts'],
  ] as const)('%s: %s is not imitated by its owner’s own %s', (type, listed, name) => {
    expect(asked(type, [listed], name)).toEqual([]);
  });

  it.each([
    ['golang', 'github.com/sirupsen/logrus', 'github.com/siruspen/logrus'],
    ['golang', 'gopkg.in/yaml.v3', 'gopkg.in/yalm.v3'],
    ['composer', 'symfony/process', 'symfont/process'],
    ['maven', 'com.google.guava:guava', 'com.gooogle.guava:guava'],
    ['githubactions', 'actions/checkout', 'actons/checkout'],
    // What has no owner is anybody's.
    ['gem', 'activesupport', 'active-support'],
    ['docker', 'postgres', 'postgras'],
  ] as const)('%s: %s is imitated by somebody else’s %s', (type, listed, name) => {
    expect(asked(type, [listed], name)).toEqual([listed]);
  });
});

it('takes a hyphen for an underscore anywhere on a list, and leaves dots alone', () => {
  const many = Array.from({ length: 2000 }, (_, at) => `filler${at}word`);
  const list: PopularList = { ...LIST, type: 'gem', names: [...many, 'claide-plugins', 'object.assign'], famous: 2002 };
  const gems = createNames([list], { now: () => Date.parse('2026-11-01'), importNames: new Map() });
  expect(gems.looksLike('gem', 'claide_plugins')).toMatchObject({ value: [{ name: 'claide-plugins' }] });
  expect(gems.looksLike('gem', 'object-assign')).toMatchObject({ value: [] });
});

it('names the best known of those that are equally near', () => {
  expect(best('pypi', 'vrequests')).toMatchObject({ name: 'requests' });
});

it('says so where no list is at hand', () => {
  expect(names.looksLike('cargo', 'serde')).toMatchObject({ state: 'unavailable', transient: false });
});

describe('a list that is too old', () => {
  const npm = LIST;
  const at = (day: string) =>
    createNames([npm], { now: () => Date.parse(day), importNames: new Map() }).looksLike('npm', 'lodahs');

  it('judges no names any more, and says of when it is', () => {
    expect(at('2027-12-31')).toMatchObject({ state: 'known', value: [{ name: 'lodash' }] });
    expect(at('2028-01-02')).toMatchObject({
      state: 'unavailable',
      reason: 'the list of popular npm names (a list) is of 2026-01-01: too old',
      transient: false,
    });
  });

  it('still proves that its names are no new ones', () => {
    const old = createNames([npm], { now: () => Date.parse('2030-01-01'), importNames: new Map() });
    expect(old.popularSince('npm', 'lodash')).toBe('2026-01-01T00:00:00.000Z');
  });
});

it('a well-known word that is no package is no proof of age: whoever registers it is new', () => {
  expect(names.popularSince('pypi', 'detectron2')).toBeNull();
  expect(names.popularSince('pypi', 'urllib2')).toBeNull();
  expect(names.popularSince('npm', 'openssl')).toBeNull();
  expect(names.popularSince('pypi', 'requests')).not.toBeNull();
});

it('holds no word for one that is a listed package: that has its own place in the order of fame', () => {
  for (const { names: listed, words } of lists) {
    const packages = new Set(listed);
    expect(words.filter((word) => packages.has(word))).toEqual([]);
  }
});

it('knows a name of another ecosystem', () => {
  expect(names.elsewhere('npm', 'beautifulsoup4')).toEqual(['pypi']);
});

it('is bounded in time for hostile names', () => {
  const hostile = [
    'a'.repeat(1000),
    '-'.repeat(1000),
    'ab'.repeat(500),
    'node-'.repeat(200),
    '@'.repeat(214),
    '@scope/'.repeat(100),
    '\u0000\u001b[31m',
    '\u202elodash',
    '𝓵𝓸𝓭𝓪𝓼𝓱',
    '\ud800',
    'constructor',
    '__proto__',
    '',
  ];
  const started = processorNow();
  for (const name of hostile) for (const type of ['npm', 'pypi'] as const) best(type, name);
  expect(processorNow() - started).toBeLessThan(500);
});

describe('with any name at all', () => {
  it('says at most three names of the list, with scores between 0 and 1, and always the same', () => {
    const listed = new Set([...lists.flatMap((list) => [...list.names, ...list.words])]);
    fc.assert(
      fc.property(fc.oneof(fc.string(), mutated()), (name) => {
        const first = names.looksLike('npm', name);
        expect(names.looksLike('npm', name)).toEqual(first);
        if (first.state !== 'known') throw new Error('there is a list');
        expect(first.value.length).toBeLessThanOrEqual(3);
        for (const each of first.value) {
          expect(listed.has(each.name)).toBe(true);
          expect(each.score).toBeGreaterThan(0);
          expect(each.score).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: 300, seed: 5 },
    );
  });

  it('never calls a listed name an imitation', () => {
    for (const list of lists) {
      const flagged = list.names.filter((_, index) => index % 7 === 0).filter((name) => best(list.type, name));
      expect(flagged).toEqual([]);
    }
  });
});

/** A well-known name with a few letters changed. */
function mutated() {
  return fc
    .tuple(fc.constantFrom('lodash', 'react-router-dom', '@babel/core', 'typescript'), fc.nat(20), fc.string())
    .map(([name, at, inserted]) => name.slice(0, at) + inserted + name.slice(at + 1));
}
