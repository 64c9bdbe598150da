import { describe, expect, it } from 'vitest';
import { maven } from '../../../src/ecosystems/maven/index.ts';
import { linesOf, parseAs } from '../fixtures.ts';

const read = (path: string, text: string): string[] => linesOf(parseAs(maven, path, text));
const dependency = '<dependency><groupId>evil</groupId><artifactId>x</artifactId><version>1</version></dependency>';

describe('an artifact cannot be hidden in a pom', () => {
  it.each([
    [
      'in a profile',
      `<project><profiles><profile><id>p</id><dependencies>${dependency}</dependencies></profile></profiles></project>`,
    ],
    [
      'in a plugin',
      `<project><build><plugins><plugin><artifactId>p</artifactId><dependencies>${dependency}</dependencies></plugin></plugins></build></project>`,
    ],
    [
      'by a prefix',
      '<m:project xmlns:m="x"><m:dependencies><m:dependency><m:groupId>evil</m:groupId><m:artifactId>x</m:artifactId><m:version>1</m:version></m:dependency></m:dependencies></m:project>',
    ],
    [
      'by character data',
      '<project><dependencies><dependency><groupId><![CDATA[evil]]></groupId><artifactId>&#120;</artifactId><version>1</version></dependency></dependencies></project>',
    ],
    [
      'by a property',
      '<project><properties><g>evil</g><h>${g}</h></properties><dependencies><dependency><groupId>${h}</groupId><artifactId>x</artifactId><version>1</version></dependency></dependencies></project>',
    ],
    [
      'as the parent',
      '<project><parent><groupId>evil</groupId><artifactId>x</artifactId><version>1</version></parent></project>',
    ],
    [
      'as an extension',
      '<extensions><extension><groupId>evil</groupId><artifactId>x</artifactId><version>1</version></extension></extensions>',
    ],
  ])('%s', (_what, text) => {
    expect(read('pom.xml', text).some((line) => line.includes('| maven | evil:x | 1 |'))).toBe(true);
  });
  it.each([
    [
      'a name from elsewhere',
      '<project><dependencies><dependency><groupId>${env.G}</groupId><artifactId>x</artifactId></dependency></dependencies></project>',
    ],
    [
      'half a name',
      '<project><dependencies><dependency><artifactId>x</artifactId></dependency></dependencies></project>',
    ],
    [
      'a property that names itself',
      '<project><properties><g>${g}</g></properties><dependencies><dependency><groupId>${g}</groupId><artifactId>x</artifactId></dependency></dependencies></project>',
    ],
  ])('%s is said', (_what, text) => {
    expect(read('pom.xml', text)).toEqual([expect.stringContaining('| unread |')]);
  });
  it('and a comment or an exclusion is none', () => {
    expect(read('pom.xml', `<project><!-- ${dependency} --><dependencies/></project>`)).toEqual([]);
  });
});

describe('an artifact cannot be hidden in a Gradle script', () => {
  it.each([
    ['on a shared line', "dependencies { api 'a:b:1'; api 'evil:x:1' }"],
    ['in one call of several', "dependencies { api 'a:b:1', 'evil:x:1' }"],
    ['over several lines', "dependencies {\n  api(\n    'evil:x:1'\n  )\n}"],
    ['behind a condition', "dependencies { if (x) api 'evil:x:1' }"],
    ['in a condition', "dependencies { if (x) { api 'evil:x:1' } }"],
    ['in another project', "project(':a').dependencies { api 'evil:x:1' }"],
    ['in all projects', "allprojects { dependencies { api 'evil:x:1' } }"],
    ['in a build script', "buildscript { dependencies { classpath 'evil:x:1' } }"],
    ['in a constraint', "dependencies { constraints { api 'evil:x:1' } }"],
    ['in a map', "dependencies { api group: 'evil', name: 'x', version: '1' }"],
    ['in three quotes', 'dependencies { api """evil:x:1""" }'],
    ['in a constant', "def e = 'evil:x:1'\ndependencies { api e }"],
    ['in a template', 'def v = \'1\'\ndependencies { api "evil:x:$v" }'],
    ['under a quoted configuration', 'dependencies { "api"("evil:x:1") }'],
    ['in a call', "dependencies.add('api', 'evil:x:1')"],
    [
      'in a substitution',
      "configurations.all { resolutionStrategy { dependencySubstitution { substitute module('a:b') using module('evil:x:1') } } }",
    ],
    ['in a forced version', "configurations.all { resolutionStrategy { force 'evil:x:1' } }"],
  ])('%s', (_what, text) => {
    expect(read('build.gradle', text).some((line) => line.includes('| maven | evil:x | 1 |'))).toBe(true);
  });
  it.each([
    ['a joined text', "dependencies { api 'evil' + ':x:1' }"],
    ['a slashed text', 'dependencies { implementation(/evil:x:1/) }'],
    ['a name from elsewhere', 'dependencies { implementation rootProject.ext.evil }'],
    ['a name that is put in', 'dependencies { api "${g}:x:1" }'],
    ['a constant set twice', "def e = 'a:b:1'\ne = 'evil:x:1'\ndependencies { api e }"],
    ['a script from an address', "apply from: 'https://files.example/x.gradle'"],
  ])('%s is said', (_what, text) => {
    expect(read('build.gradle', text).some((line) => line.includes('| unread |'))).toBe(true);
  });
  it('and what is no artifact is none', () => {
    const text =
      "dependencies {\n  // api 'a:b:1'\n  /* api 'a:b:1' */\n  api project(':a')\n  api files('a.jar')\n  api libs.a\n  api(projects.core)\n}\nprintln 'a:b:1'\n";
    expect(read('build.gradle', text)).toEqual([]);
  });
  it('a version that floats is a range', () => {
    expect(read('build.gradle', "dependencies { api 'a:b:1.+' }")[0]).toContain('| a:b | - |');
    expect(read('build.gradle', "dependencies { api 'a:b:latest.release' }")[0]).toContain('| a:b | - |');
  });
});

describe('a version catalog', () => {
  it.each(['evil = 1', 'evil = "evil"', 'evil = { version = "1" }', 'evil = { group = "evil" }'])(
    'says what names nothing: %s',
    (line) => {
      expect(read('gradle/libs.versions.toml', `[libraries]\n${line}\n`)).toEqual([
        expect.stringContaining('| unread |'),
      ]);
    },
  );
});
