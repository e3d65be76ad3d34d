// Owns a certificate for 127.0.0.1 that signed itself, made for one test.
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'

/** Makes `server.key` and `server.crt` in a folder and gives the path of the latter. */
export function makeCertificate(folder: string): string {
  const of = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...of, '-keyout', 'server.key', '-out', 'server.crt'], { cwd: folder, stdio: 'pipe' })
  return join(folder, 'server.crt')
}
