import { lookup } from 'node:dns/promises'
import { connect, isIP } from 'node:net'

/** IP address of a host. */
export interface Address {
  readonly address: string
  readonly family: number
}

/** Result of the resolution of a host name: its IP addresses, or the code of the error. */
export type Resolution =
  | { readonly addresses: readonly Address[]; readonly error?: never }
  | { readonly addresses?: never; readonly error: string }

/** Resolves a host name like other programs of this machine: with the hosts file, and then with name servers. */
export async function resolveName(name: string, ms: number): Promise<Resolution> {
  const family = isIP(name)
  if (family !== 0) return { addresses: [{ address: name, family }] }
  const { promise, resolve } = Promise.withResolvers<Resolution>()
  const timer = setTimeout(() => resolve({ error: 'ETIMEDOUT' }), ms)
  lookup(name, { all: true })
    .then((addresses) => resolve({ addresses }))
    .catch((error: unknown) => resolve({ error: toCode(error) }))
  try {
    return await promise
  } finally {
    clearTimeout(timer)
  }
}

/** Connects to an IP address and closes the connection. Returns null after a success, or the code of the error. */
export async function tryConnect({ address }: Address, port: number, ms: number): Promise<string | null> {
  const { promise, resolve } = Promise.withResolvers<string | null>()
  const socket = connect({ host: address, port })
  const timer = setTimeout(() => resolve('ETIMEDOUT'), ms)
  socket.once('connect', () => resolve(null)).once('error', (error) => resolve(toCode(error)))
  try {
    return await promise
  } finally {
    clearTimeout(timer)
    socket.destroy()
  }
}

function toCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error)
}
