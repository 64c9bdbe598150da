import { createServer, request as httpRequest } from 'node:http';
import { type AddressInfo, connect } from 'node:net';

/** A small forward proxy of our own: plain requests in absolute form, and tunnels. It knows every name. */
export interface LocalProxy {
  /** Without a closing slash. */
  readonly url: string;
  /** What it carried: `GET http://host/path` or `CONNECT host:port`, with the credentials it was given behind it. */
  readonly carried: readonly string[];
  close(): Promise<void>;
}

/** `places` says on which port of this machine the names behind the proxy are: by scheme. `refusal`: the status it answers to everybody. */
export async function startProxy(
  places: { readonly http?: number; readonly https?: number },
  refusal?: number,
): Promise<LocalProxy> {
  const carried: string[] = [];
  const note = (method: string | undefined, target: string | undefined, login: string | undefined) =>
    carried.push([method, target, ...(login === undefined ? [] : [login])].join(' '));
  const server = createServer((request, response) => {
    note(request.method, request.url, request.headers['proxy-authorization']);
    const target = new URL(request.url ?? '');
    if (refusal !== undefined) return void response.writeHead(refusal).end('<html>refused</html>');
    const { method, headers } = request;
    const path = `${target.pathname}${target.search}`;
    const onward = httpRequest({ host: '127.0.0.1', port: places.http, method, path, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  });
  const tunnels = new Set<{ destroy(): unknown }>();
  server.on('connect', (request, socket) => {
    tunnels.add(socket);
    note('CONNECT', request.url, request.headers['proxy-authorization']);
    socket.on('error', () => socket.destroy());
    if (refusal !== undefined) return void socket.end(`HTTP/1.1 ${refusal} Refused\r\n\r\n`);
    const onward = connect(places.https ?? 0, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      onward.pipe(socket);
      socket.pipe(onward);
    });
    onward.on('error', () => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    carried,
    close: async () => {
      server.closeAllConnections();
      // The server no longer counts them among its own.
      for (const tunnel of tunnels) tunnel.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
