import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import type { TraceApp } from '../../../mocks/app.js';
import { setupServer } from 'msw/node';
import { createTraceHandlers } from '../../../mocks/handlers.js';

/** The API behind one kind of host. */
export interface ApiHost {
  request(path: string, init?: RequestInit): Promise<Response>;
  close(): Promise<void>;
}

/** Puts an app behind a host. */
export type StartHost = (app: TraceApp) => Promise<ApiHost>;

const startDirectly: StartHost = async (app) => ({
  request: async (path, init) => app.request(path, init),
  close: async () => undefined,
});

const startMsw: StartHost = async (app) => {
  const server = setupServer(...createTraceHandlers(app));
  server.listen({ onUnhandledRequest: 'error' });
  return {
    request: (path, init) => fetch(`http://trace.test${path}`, init),
    close: async () => server.close(),
  };
};

export const startListening: StartHost = async (app) => {
  const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' });
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    request: (path, init) => fetch(`http://127.0.0.1:${port}${path}`, init),
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        if ('closeAllConnections' in server) server.closeAllConnections();
      }),
  };
};

export const HOSTS: Record<string, StartHost> = {
  'app.request': startDirectly,
  MSW: startMsw,
  'a listening server': startListening,
};
