// Owns a real nginx in front of a server, as operators run it: HTTP/1.1 with and without TLS, buffering as it comes, and with what
// docs/stream.md says that WebSocket needs.
import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeCertificate } from './certificate.ts'
import { freePort, start } from './process.ts'

export interface Nginx {
  readonly http: string
  readonly https: string
  /** PEM of the certificate behind `https`. */
  readonly ca: string
  /** How often it found nobody behind it, and answered 502. */
  refused(): number
  stop(): Promise<void>
}

const headers = `
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header X-Forwarded-Proto $scheme;`

const configuration = (upstream: string, http: number, https: number): string => `
daemon off;
worker_processes 1;
pid nginx.pid;
error_log stderr notice;
events { worker_connections 512; }
http {
  access_log off;
  server_tokens off;
  client_body_temp_path body;
  proxy_temp_path proxy;
  fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
  proxy_connect_timeout 15s;
  proxy_read_timeout 600s;
  server {
    listen 127.0.0.1:${http};
    listen 127.0.0.1:${https} ssl;
    ssl_certificate server.crt;
    ssl_certificate_key server.key;
    location / {
      proxy_pass ${upstream};${headers}
    }
    location /api/stream.ws {
      proxy_pass ${upstream};${headers}
      proxy_http_version 1.1;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection upgrade;
    }
  }
}
`

/** Starts one in a folder of its own, on two free ports of 127.0.0.1. */
export async function startNginx(folder: string, upstream: string): Promise<Nginx> {
  const [http, https] = [await freePort(), await freePort()]
  const ca = readFileSync(makeCertificate(folder), 'utf8')
  writeFileSync(join(folder, 'nginx.conf'), configuration(upstream, http, https))
  // Its workers give up root.
  chmodSync(folder, 0o755)
  const nginx = await start({ command: 'nginx', args: ['-p', folder, '-c', 'nginx.conf', '-e', 'stderr'], ready: /start worker process \d+/ })
  return {
    http: `http://127.0.0.1:${http}`,
    https: `https://127.0.0.1:${https}`,
    ca,
    refused: () => nginx.output().split('Connection refused').length - 1,
    stop: async () => void (await nginx.stop()),
  }
}
