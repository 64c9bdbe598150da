import { describe, expect, it } from 'vitest';
import { collectChanges } from '../../src/ecosystems/collect.ts';
import { parseInProcess } from '../../src/ecosystems/parse.ts';
import { type Files, snapshotOf } from '../support/memory-snapshot.ts';

/** What a change imports or runs that nothing explains: name, and `inside` where nobody outside is asked for it. */
async function unexplained(base: Files, added: Files): Promise<string[]> {
  const { changes, unread } = await collectChanges(snapshotOf(base, { ...base, ...added }), parseInProcess);
  expect(unread).toEqual([]);
  return changes
    .filter((change) => change.entry === 'import' || change.entry === 'command')
    .map((change) => `${change.name}${change.source === 'workspace' ? ' inside' : ''}`);
}

const MONOREPO: Files = {
  'package.json': '{"name":"mono","workspaces":["packages/*"],"devDependencies":{"vitest":"1","typescript":"5"}}',
  'packages/ui/package.json': '{"name":"@mono/ui"}',
  'packages/core/package.json': '{"name":"mono-core"}',
  'apps/web/package.json': '{"name":"web","dependencies":{"next":"15","react":"19","@types/estree":"1"}}',
  'apps/web/tsconfig.json': '{"compilerOptions":{"paths":{"~components/*":["./c/*"]}}}',
  'apps/web/lib/util.ts': '',
  'tsconfig.base.json': '{"compilerOptions":{"paths":{"@shared/*":["shared/*"]}}}',
};

describe('imports of a monorepo', () => {
  it('that manifests, workspaces, aliases, runtimes and frameworks explain are none to tell of', async () => {
    const specifiers = [
      'react',
      'react/jsx-runtime',
      'next/font/google',
      '@mono/ui/button',
      'mono-core',
      '@shared/x',
      '~components/y',
      '@/x',
      '~/x',
      '#internal',
      '$env/static/private',
      'virtual:pwa-register/react',
      'astro:content',
      'cloudflare:workers',
      'bun:test',
      'node:sqlite',
      'fs/promises',
      'vitest',
      'estree',
      'lib/util',
      './local',
      '../../x',
    ];
    const text = specifiers.map((specifier, index) => `import a${index} from '${specifier}';`).join('\n');
    expect(await unexplained(MONOREPO, { 'apps/web/app/page.tsx': text })).toEqual([]);
  });

  it('that nothing explains are told of, in whatever form', async () => {
    const text = [
      "import a from 'invented-one';",
      "import 'invented-two/style.css';",
      "export * from '@invented/three';",
      "const b = require('invented-four'); const c = await import('invented-five');",
      "const d = require.resolve('invented-six');",
      "import e = require('invented-seven');",
      "vi.mock('invented-eight');",
      "import f from '@mono/invented';",
      "import g from 'components/Button';",
      "// import h from 'in-a-comment'",
      'const i = "import j from \'in-a-text\'";',
    ].join('\n');
    expect(await unexplained(MONOREPO, { 'packages/ui/src/a.ts': text })).toEqual([
      'invented-one',
      'invented-two',
      '@invented/three',
      'invented-four',
      'invented-five',
      'invented-six',
      'invented-seven',
      'invented-eight',
      '@mono/invented inside',
      'components inside',
    ]);
  });
});

const PYTHON: Files = {
  'pyproject.toml':
    '[project]\nname = "acme"\nversion = "1"\ndependencies = ["requests", "Pillow", "google-cloud-storage", "opentelemetry-api", "PyYAML", "azure-identity", "scikit-learn", "beautifulsoup4", "python-dotenv", "grpcio-tools", "attrs", "pytest-asyncio", "opencv-python-headless", "Flask_SQLAlchemy", "ruamel.yaml"]\n[dependency-groups]\ndev = ["pytest"]\n',
  'requirements/lint.txt': 'ruff\n',
  'src/acme/util.py': '',
  'tests/conftest.py': '',
  'tests/helpers.py': '',
  'scripts/x.py': '',
};

describe('imports of a Python project', () => {
  it('that manifests, the standard library and its own modules explain are none to tell of', async () => {
    const text = [
      'import os, sys, tomllib, distutils.core, imp, asyncore, annotationlib, compression.zstd, graphlib, zoneinfo',
      'import requests, yaml, sklearn, cv2, attr, pytest, _pytest, pytest_asyncio, grpc_tools, ruff',
      'from PIL import Image',
      'from google.cloud import storage',
      'import google.auth',
      'from opentelemetry import trace',
      'from azure.identity import DefaultAzureCredential',
      'from bs4 import BeautifulSoup',
      'from dotenv import load_dotenv',
      'from flask_sqlalchemy import SQLAlchemy',
      'from ruamel.yaml import YAML',
      'import acme.util',
      'from acme import x',
      'from . import y',
      'from ..z import w',
    ].join('\n');
    expect(await unexplained(PYTHON, { 'src/acme/main.py': text })).toEqual([]);
    const test = 'import helpers\nfrom conftest import x\nfrom tests.helpers import y\nimport scripts.x\n';
    expect(await unexplained(PYTHON, { 'tests/test_a.py': test })).toEqual([]);
  });

  it('that nothing explains are told of under the name of their distribution', async () => {
    const text =
      'import invented_module.x\nimport numpy as np\nimport jwt, Crypto.Cipher\ntry:\n    import ujson\nexcept ImportError:\n    ujson = __import__("invented_too")\n';
    expect(await unexplained(PYTHON, { 'src/acme/main.py': text })).toEqual([
      'invented_module',
      'numpy',
      'pyjwt',
      'pycryptodome',
      'ujson',
      'invented_too',
    ]);
  });
});

describe('commands', () => {
  it('that run or install what a manifest declares are none to tell of', async () => {
    const text = 'steps:\n  - run: npx tsc --noEmit && npx vitest\n  - run: npm i -D typescript\n';
    expect(await unexplained(MONOREPO, { '.github/workflows/ci.yml': text })).toEqual([]);
    expect(await unexplained(PYTHON, { Makefile: 'a:\n\tuvx ruff check\n\tpip install PyYAML\n' })).toEqual([]);
  });

  it('that name a version of their own, or something else, are told of', async () => {
    const text = 'steps:\n  - run: npx typescript@4.0.0\n  - run: npx eslint\n  - run: npx tcs\n';
    expect(await unexplained(MONOREPO, { '.github/workflows/ci.yml': text })).toEqual(['typescript', 'eslint', 'tcs']);
  });
});
