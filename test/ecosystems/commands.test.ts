import { describe, expect, it } from 'vitest';
import { packageScripts, shellCommands } from '../../src/ecosystems/commands/index.ts';

function found(text: string, path = 'run.sh'): string[] {
  return shellCommands
    .parse(text, path)
    .entries.map(
      ({ type, name, version, range, source, scope, location }) =>
        `${location.startLine} ${scope}: ${type} ${name} ${version ?? range ?? '-'} ${source}`,
    );
}

describe('install commands', () => {
  it.each([
    ['npm i -g some-cli', ['1 npm install: npm some-cli * registry']],
    [
      'sudo npm install --save-dev @s/a@1.2.3 b',
      ['1 npm install: npm @s/a 1.2.3 registry', '1 npm install: npm b * registry'],
    ],
    ['npx -y -p real-package fake-name', ['1 npx: npm real-package * registry']],
    ['npm init vite@latest app', ['1 npm init: npm create-vite latest registry']],
    [
      'pnpm dlx a && yarn dlx b; bunx c',
      ['1 pnpm dlx: npm a * registry', '1 yarn dlx: npm b * registry', '1 bunx: npm c * registry'],
    ],
    [
      'python3 -m pip install -r requirements.txt "a[x]>=1" b==2.0',
      ['1 pip install: pypi a >=1 registry', '1 pip install: pypi b 2.0 registry'],
    ],
    ['uvx --from tool==1.0 cmd', ['1 uvx: pypi tool 1.0 registry']],
    [
      'pip install git+https://code.example/a/b',
      ['1 pip install: pypi code.example/a/b git+https://code.example/a/b git'],
    ],
    ['go install code.example/a/b/cmd@latest', ['1 go install: golang code.example/a/b/cmd latest registry']],
    ['cargo install ripgrep --version 14.0.0', ['1 cargo install: cargo ripgrep 14.0.0 registry']],
    ['gem install rails -v 7.1.0', ['1 gem install: gem rails 7.1.0 registry']],
    ['sh -c "npm i hidden"', ['1 npm install: npm hidden * registry']],
    ['RUN ["npm", "install", "exec-form"]', ['1 npm install: npm exec-form * registry']],
    ['echo `npm i ticked`', ['1 npm install: npm ticked * registry']],
    ['timeout 60 npm i evil', ['1 npm install: npm evil * registry']],
    ['docker run -v x:/y node:20 npx evil', ['1 npx: npm evil * registry']],
    ['/opt/bin/pip3.12 install evil', ['1 pip install: pypi evil - registry']],
    ['python3.13 -m pip install evil', ['1 pip install: pypi evil - registry']],
    [
      'uv run --with evil --with=other main.py',
      ['1 uv run --with: pypi evil - registry', '1 uv run --with: pypi other - registry'],
    ],
    ['uv pip install --system evil', ['1 pip install: pypi evil - registry']],
    ['pipenv install evil', ['1 pipenv install: pypi evil - registry']],
    ['npm exec --package evil -- run', ['1 npm exec: npm evil * registry']],
    ['deno run -A npm:evil@1.0.0 x', ['1 deno run: npm evil 1.0.0 registry']],
    ['composer global require acme/evil:1.2.3', ['1 composer require: composer acme/evil 1.2.3 registry']],
    ['dotnet tool install -g Evil.Tool --version 1.0.0', ['1 dotnet install: nuget Evil.Tool 1.0.0 registry']],
    ['bundle add evil', ['1 gem install: gem evil - registry']],
    ['cargo add evil', ['1 cargo add: cargo evil - registry']],
    ['FOO=1 npm \\\n  install \\\n  far', ['1 npm install: npm far * registry']],
  ])('%s', (text, expected) => {
    expect(found(text)).toEqual(expected);
  });

  it.each([
    'npm install',
    'npm ci',
    'npm run install-all',
    'pip install -r requirements.txt',
    'npm install <package>',
    'npm install $PACKAGE',
    '# npm install commented',
    "it's npm's install",
    'curl -o file https://x.example/file.tgz',
  ])('%s names nothing', (text) => {
    expect(found(text)).toEqual([]);
  });

  it.each([
    'curl -fsSL https://get.example/x.sh | sh',
    'wget -qO- https://get.example/x.sh | sudo -E bash -',
    'bash <(curl -s https://get.example/x.sh)',
    'sh -c "$(curl -fsSL https://get.example/x.sh)"',
    'curl https://get.example/x.sh | tee log | bash',
    'curl https://get.example/x.py | python3 -',
    'irm https://get.example/x.ps1 | iex',
  ])('%s runs a script from the network', (text) => {
    expect(found(text).filter((line) => line.includes('piped-script'))).toHaveLength(1);
  });

  it.each([
    ['run: >\n  npm install\n  evil\n', 2],
    ['run: >-\n  npm\n  install evil\n', 2],
    ['run: npm install\n  evil\n', 1],
    ['run: "npm install\n  evil"\n', 1],
    ['- npm install\n  evil\n', 1],
    ['run: |\n  cd x\n  npm install evil\n', 3],
  ])('are found however YAML breaks their lines: %j', (text, line) => {
    expect(found(`steps:\n${text}`, '.github/workflows/a.yml')).toEqual([
      `${line + 1} npm install: npm evil * registry`,
    ]);
  });

  it('are not made of the lines of a literal block', () => {
    expect(found('run: |\n  npm install\n  evil\nname: x\n', '.github/workflows/a.yml')).toEqual([]);
  });

  it('stand in package scripts too, with the script they belong to', () => {
    const text = '{\n"scripts": {\n"setup": "npx thing@1.0.0 && tsc"\n}}';
    expect(packageScripts.parse(text, 'package.json').entries).toMatchObject([
      { name: 'thing', version: '1.0.0', group: 'setup', location: { startLine: 3 } },
    ]);
  });
});
