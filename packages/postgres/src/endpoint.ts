import { chown, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RunAs } from './run-as.ts'

/** Where the server listens. */
export interface Endpoint extends AsyncDisposable {
  /** `local`: a socket in the data directory, which some file systems refuse. */
  readonly kind: 'local' | 'temporary' | 'tcp'
  readonly settings: Readonly<Record<string, string>>
  /** Host and port of a connection string. */
  readonly authority: string
}

const PORT = 5432
/** The system's limit for a socket's path is 107 bytes on Linux, 103 on macOS. */
const PATH_LIMIT = 100

/** A socket in the data directory when its path is short enough, else in a private directory for temporary files. */
export async function socketEndpoint(directory: string, runAs: RunAs): Promise<Endpoint> {
  return fits(directory) ? endpoint('local', directory) : await temporarySocketEndpoint(runAs)
}

/** A socket in a private directory, for file systems that cannot hold sockets and for long paths. */
export async function temporarySocketEndpoint(runAs: RunAs): Promise<Endpoint> {
  const base = fits(join(tmpdir(), 'headgate-xxxxxx')) ? tmpdir() : '/tmp'
  const directory = await mkdtemp(join(base, 'headgate-'))
  if (runAs.owner !== undefined) await chown(directory, runAs.owner.uid, runAs.owner.gid)
  return endpoint('temporary', directory, async () => await rm(directory, { recursive: true, force: true }))
}

/** A TCP port of the loopback interface, for Windows. */
export function tcpEndpoint(port: number): Endpoint {
  return {
    kind: 'tcp',
    settings: { listen_addresses: '127.0.0.1', port: String(port), unix_socket_directories: '' },
    authority: `127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {},
  }
}

function endpoint(
  kind: Endpoint['kind'],
  directory: string,
  remove = async (): Promise<void> => {},
): Endpoint {
  return {
    kind,
    settings: {
      listen_addresses: '',
      port: String(PORT),
      // The value is a list: quotes keep a comma or a space in the path from dividing it.
      unix_socket_directories: `"${directory.replaceAll('"', '""')}"`,
      unix_socket_permissions: '0700',
    },
    authority: `${encodeURIComponent(directory)}:${PORT}`,
    [Symbol.asyncDispose]: remove,
  }
}

function fits(directory: string): boolean {
  return Buffer.byteLength(join(directory, `.s.PGSQL.${PORT}.lock`)) <= PATH_LIMIT
}
