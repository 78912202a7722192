import { failed, warning, type Diagnosis } from '../finding.ts'
import { formatHost, listHosts, type Host } from '../http/hosts.ts'
import { resolveName, tryConnect } from '../http/reach-host.ts'
import type { Layer } from './layer.ts'

/** Layer that connects to the catalog and to its token endpoint. */
export const connectionLayer: Layer = {
  name: 'connection',
  check: async ({ settings, options, fact }) => {
    const found = await Promise.all(
      listHosts(settings).map(async (host) => {
        const diagnosis = await connectHost(host, options.stepMs)
        if (diagnosis === null) fact(`${formatHost(host)} accepts connections`)
        return diagnosis
      }),
    )
    return found.flatMap((diagnosis) => diagnosis ?? [])
  },
}

/** Connects to every IP address of a host. Returns a diagnosis if any address accepts no connection, otherwise null. */
export async function connectHost(
  host: Host,
  ms: number,
  id = 'connection-refused',
): Promise<Diagnosis | null> {
  const { addresses = [] } = await resolveName(host.name, ms)
  const results = await Promise.all(
    addresses.map(async (address) => ({ address, error: await tryConnect(address, host.port, ms) })),
  )
  const broken = results.filter(({ error }) => error !== null)
  const [first] = broken
  if (first === undefined) return null
  if (broken.length < results.length) return partlyReachable(host, first.address.address, first.error)
  return unreachable(
    host,
    first.error ?? '',
    broken.map(({ address }) => address.address),
    id,
  )
}

/**
 * Returns the diagnosis for a host with some IP addresses that accept no connection. Returns null for `localhost`,
 * which often has an unused address.
 */
function partlyReachable(host: Host, address: string, error: string | null): Diagnosis | null {
  if (host.name === 'localhost') return null
  return warning('address-unreachable', {
    evidence: `${host.name} has several addresses, and ${address} does not accept connections on port ${host.port} (${error ?? ''}). Some clients try only one address.`,
    remedy: `Remove the address from the name service, or let the ${host.role} listen on it.`,
  })
}

function unreachable(host: Host, error: string, addresses: readonly string[], id: string): Diagnosis {
  const refused = error === 'ECONNREFUSED'
  return failed(id, {
    evidence: `The ${host.role} at ${formatHost(host)} does not accept connections (${error}; ${addresses.join(', ')}).`,
    remedy: refused
      ? `No program listens on port ${host.port}. Start the server, publish its port, or correct the port in ${host.setting}.`
      : `A firewall or a route prevents connections from this machine. Allow ${formatHost(host)}, or correct ${host.setting}.`,
  })
}
