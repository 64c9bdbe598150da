import { linesOf } from '../opening.ts';
import { parseXml, type XmlElement } from '../xml.ts';
import type { Setting } from './entry.ts';

const NUGET = /(^|\/)nuget\.config$/i;
const MAVEN = /(^|\/)(pom\.xml|settings\.xml|maven-settings\.xml|extensions\.xml)$/;
const MSBUILD = /\.(?:cs|fs|vb)proj$|(^|\/)Directory\.(?:Build|Packages)\.(?:props|targets)$/i;
const GRADLE = /(^|\/)[^/]*\.gradle(\.kts)?$/;

export function hasSettingMarkup(path: string): boolean {
  return NUGET.test(path) || MAVEN.test(path) || MSBUILD.test(path) || GRADLE.test(path);
}

/** Repositories of NuGet, Maven and Gradle. A project's home page, licence and publishing target are none. */
export function settingsOfMarkup(text: string, path: string): Setting[] {
  if (GRADLE.test(path)) return gradleRepositories(text, path);
  const root = parseXml(text, path);
  if (MAVEN.test(path)) return mavenRepositories(root);
  return NUGET.test(path) ? nugetSources(root) : restoreSources(root);
}

/** `<packageSources><add key value>` (NuGet, "nuget.config reference"). */
function nugetSources(root: XmlElement): Setting[] {
  return below(root)
    .filter(({ element, names }) => element.name === 'add' && names.at(-1) === 'packageSources')
    .flatMap(({ element }): Setting[] => {
      const value = element.attributes.get('value') ?? '';
      const name = element.attributes.get('key') ?? 'packageSources';
      return value === '' ? [] : [{ type: 'nuget', name, value, location: element.location, isOff: false }];
    });
}

/** `RestoreSources` and `RestoreAdditionalProjectSources` (NuGet, "pack and restore as MSBuild targets"). */
function restoreSources(root: XmlElement): Setting[] {
  return below(root)
    .filter(({ element }) => /^Restore(?:Additional)?(?:Project)?Sources$/.test(element.name))
    .flatMap(({ element }) =>
      element.text
        .split(';')
        .map((value) => value.trim())
        .filter((value) => /^https?:/i.test(value))
        .map(
          (value): Setting => ({ type: 'nuget', name: element.name, value, location: element.location, isOff: false }),
        ),
    );
}

/** `repository`, `pluginRepository` and `mirror` (Maven, "POM Reference", "Settings Reference"). */
function mavenRepositories(root: XmlElement): Setting[] {
  const places = new Set(['repositories', 'pluginRepositories', 'mirrors']);
  return below(root)
    .filter(({ element, names }) => element.name === 'url' && places.has(names.at(-2) ?? '') && element.text !== '')
    .map(({ element, names }) => ({
      type: 'maven',
      name: `${names.at(-1) ?? 'repository'}.url`,
      value: element.text,
      location: element.location,
      isOff: false,
    }));
}

/** Every element with the names of those around it, outermost first. */
function below(root: XmlElement): { readonly element: XmlElement; readonly names: readonly string[] }[] {
  const found: { element: XmlElement; names: readonly string[] }[] = [];
  const queue: { readonly element: XmlElement; readonly names: readonly string[] }[] = [{ element: root, names: [] }];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    found.push(next);
    const names = [...next.names, next.element.name];
    for (const child of next.element.children) queue.push({ element: child, names });
  }
  return found.sort((a, b) => a.element.location.startLine - b.element.location.startLine);
}

/** Blocks that name repositories which are read; those of a publication are written to. */
const READ =
  /^(repositories|pluginManagement|dependencyResolutionManagement|maven|ivy|exclusiveContent|forRepository)$/;
const ADDRESS =
  /\b(url|uri|setUrl|artifactUrls|maven|ivy)\b\s*(?:[=(:]\s*)?(?:uri\s*\(\s*)?["']([a-z]{1,20}:[^"'\s]+)["']/g;
const INSECURE = /\b(?:allowInsecureProtocol|isAllowInsecureProtocol)\b\s*(?:[=(]\s*)?true/;
const LONGEST_LINE = 4000;

/** Gradle, "Declaring repositories": an address within a block `repositories`, by the names of the blocks around it. */
function gradleRepositories(text: string, path: string): Setting[] {
  const found: Setting[] = [];
  const open: string[] = [];
  for (const [index, line] of linesOf(text).entries()) {
    if (/^\s*(\/\/|\*|\/\*)/.test(line) || line.length > LONGEST_LINE) continue;
    const around = [...open, ...follow(line, open)];
    if (!around.some((name) => READ.test(name)) || around.some((name) => /^publi/i.test(name))) continue;
    const location = { path, startLine: index + 1, endLine: index + 1, startColumn: 1, endColumn: line.length + 1 };
    for (const [, name = 'url', value = ''] of line.matchAll(ADDRESS)) {
      found.push({ type: 'maven', name, value, location, isOff: false });
    }
    if (INSECURE.test(line)) {
      found.push({ type: 'maven', name: 'allowInsecureProtocol', value: 'true', location, isOff: true });
    }
  }
  return found;
}

/** Opens and closes the blocks of a line; answers the names of those it opened, whether they are still open or not. */
function follow(line: string, open: string[]): string[] {
  const opened: string[] = [];
  let word = '';
  let depth = 0;
  // Texts, words and brackets; the word before a block's arguments is its name.
  for (const [token] of line.matchAll(/"[^"]*"|'[^']*'|\w+|[(){}]/g)) {
    if (token === '(') depth += 1;
    else if (token === ')') depth = Math.max(0, depth - 1);
    else if (token === '}') open.pop();
    else if (token === '{') {
      open.push(word);
      opened.push(word);
    } else if (depth === 0 && /^\w/.test(token)) word = token;
  }
  return opened;
}
