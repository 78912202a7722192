import { chown, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RunAs } from './run-as.ts'

/** Address on which the embedded PostgreSQL server listens. */
export interface Endpoint extends AsyncDisposable {
  /**
   * Kind of the address. `local`: a Unix socket in the data directory, which some file systems do not support.
   * `temporary`: a Unix socket in a temporary directory. `tcp`: a port of 127.0.0.1.
   */
  readonly kind: 'local' | 'temporary' | 'tcp'
  /** PostgreSQL settings that make the server listen on this address. */
  readonly settings: Readonly<Record<string, string>>
  /** Host and port for a connection string, or percent-encoded socket directory and port. */
  readonly authority: string
}

const PORT = 5432
/**
 * Maximum length of a socket path in bytes. The limit of the operating system is 107 bytes on Linux and 103 bytes on
 * macOS.
 */
const PATH_LIMIT = 100

/** Creates a Unix socket endpoint in the data directory, or in a temporary directory if the path is too long. */
export async function socketEndpoint(directory: string, runAs: RunAs): Promise<Endpoint> {
  return fits(directory) ? endpoint('local', directory) : await temporarySocketEndpoint(runAs)
}

/** Creates a Unix socket endpoint in a new private directory, for long paths and file systems without sockets. */
export async function temporarySocketEndpoint(runAs: RunAs): Promise<Endpoint> {
  const base = fits(join(tmpdir(), 'headgate-xxxxxx')) ? tmpdir() : '/tmp'
  const directory = await mkdtemp(join(base, 'headgate-'))
  if (runAs.owner !== undefined) await chown(directory, runAs.owner.uid, runAs.owner.gid)
  return endpoint('temporary', directory, async () => await rm(directory, { recursive: true, force: true }))
}

/** Creates an endpoint on a TCP port of the loopback interface. */
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
      // The value of this setting is a list of paths, in which a path with a comma or a space must be quoted.
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
