import { afterAll, describe, expect, it } from 'vitest';
import { createInspector, DEFAULT_INSPECTOR_OPTIONS } from '../../../src/inspect/index.ts';
import { wholeFiles } from '../../support/whole-files.ts';

const inspector = createInspector({ ...DEFAULT_INSPECTOR_OPTIONS, processes: 1 });
afterAll(() => inspector.close());

const ADMIN = `import { Router } from 'express';
export const admin = Router();
admin.delete('/users/:id', async (req, res) => {
  await users.remove(req.params.id);
  res.end();
});
`;
const mounting = (line: string): string => `import express from 'express';
import { admin } from './admin';
import { requireAdmin } from './auth';
const app = express();
${line}
`;
const ROUTE = `import { db } from '@/db';
export async function DELETE(request, { params }) {
  await db.user.delete({ where: { id: params.id } });
  return new Response(null);
}
`;
const middleware = (matcher: string): string => `import { NextResponse } from 'next/server';
export function middleware(request) {
  if (!request.cookies.get('session')) return NextResponse.redirect(new URL('/login', request.url));
  return NextResponse.next();
}
export const config = { matcher: ['${matcher}'] };
`;
const VIEWS = `from django.contrib.auth.decorators import login_required
from .models import Invoice

@login_required
def pay(request, pk):
    Invoice.objects.filter(pk=pk).update(paid=True)

def remove(request, pk):
    Invoice.objects.filter(pk=pk).delete()
`;

async function told(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const all = Object.entries(files).map(([path, text]) => ({ path, text }));
  const { detections, unread } = await inspector.inspect(wholeFiles(all), new AbortController().signal);
  expect(unread).toEqual([]);
  return detections.filter(({ ruleId }) => ruleId === 'missing-authorization').map(({ message }) => message);
}

describe('a route without a guard in its own file', () => {
  it('is told, and that no changed file puts one in front', async () => {
    expect(await told({ 'src/admin.ts': ADMIN })).toEqual([expect.stringContaining('No changed file puts one')]);
  });

  it('is left alone where its router is mounted behind one', async () => {
    const server = mounting("app.use('/admin', requireAdmin, admin);");
    expect(await told({ 'src/admin.ts': ADMIN, 'src/server.ts': server })).toEqual([]);
  });

  it('is left alone where the application uses one before it', async () => {
    const server = mounting("app.use(requireAdmin);\napp.use('/admin', admin);");
    expect(await told({ 'src/admin.ts': ADMIN, 'src/server.ts': server })).toEqual([]);
  });

  it.each([
    ['without one', "app.use('/admin', admin);"],
    ['before it', "app.use('/admin', admin);\napp.use(requireAdmin);"],
    ['beside one of another path', "app.use('/orders', requireAdmin);\napp.use('/admin', admin);"],
    ['twice, once without', "app.use('/admin', requireAdmin, admin);\napp.use('/v2', admin);"],
  ])('is told where its router is mounted %s', async (_, line) => {
    expect(await told({ 'src/admin.ts': ADMIN, 'src/server.ts': mounting(line) })).toHaveLength(1);
  });

  it('is told where the guard of the mount is known to let everybody in', async () => {
    const auth = 'export function requireAdmin(req, res, next) {\n  next();\n}\n';
    const server = mounting("app.use('/admin', requireAdmin, admin);");
    expect(await told({ 'src/admin.ts': ADMIN, 'src/server.ts': server, 'src/auth.ts': auth })).toHaveLength(1);
  });

  it("is left alone where Next.js' middleware covers it, and only there", async () => {
    const path = 'app/api/users/route.ts';
    expect(await told({ [path]: ROUTE })).toHaveLength(1);
    expect(await told({ [path]: ROUTE, 'middleware.ts': middleware('/api/:path*') })).toEqual([]);
    expect(await told({ [path]: ROUTE, 'middleware.ts': middleware('/dashboard/:path*') })).toHaveLength(1);
  });

  it('is told below a layout that guards pages', async () => {
    const layout =
      "export default async function Layout({ children }) {\n  if (!(await auth())) redirect('/login');\n  return children;\n}\n";
    expect(await told({ 'app/api/users/route.ts': ROUTE, 'app/layout.tsx': layout })).toHaveLength(1);
  });

  it('is left alone where the addresses of Django wrap the view', async () => {
    const urls = (view: string): string =>
      `from django.urls import path\nfrom . import views\nurlpatterns = [path("remove/<int:pk>/", ${view})]\n`;
    expect(await told({ 'shop/views.py': VIEWS, 'shop/urls.py': urls('views.remove') })).toHaveLength(1);
    expect(await told({ 'shop/views.py': VIEWS, 'shop/urls.py': urls('login_required(views.remove)') })).toEqual([]);
  });
});
