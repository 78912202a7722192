import { isHeadgateError } from '@headgate/errors'
import type { Finding } from '../catalog/finding.ts'
import { missingWarehouse } from '../catalog/existing.ts'
import type { Dialect } from './dialect.ts'
import type { UpstreamWarehouse } from './upstream-warehouse.ts'
import type { Upstreams } from './upstreams.ts'
import type { UpstreamUser } from './user-auth.ts'

/**
 * Tests the connection to the upstream catalog of a warehouse: reads the catalog's configuration, and sends a
 * request that needs valid credentials. If the warehouse sends requests with the identity of users, uses the
 * identity of the caller. Opens a new connection, so that a cached configuration cannot hide an error.
 */
export async function checkConnection(
  upstreams: Upstreams,
  warehouse: UpstreamWarehouse,
  user: UpstreamUser,
  signal: AbortSignal,
): Promise<Finding[]> {
  const findings: Finding[] = []
  try {
    await using upstream = await upstreams.open(warehouse, user)
    findings.push({
      name: 'upstream',
      ok: true,
      message: `The authentication at ${upstream.host} is usable.`,
    })
    const { prefix, endpoints, dialect, dialectReason } = await upstream.config(signal)
    const listed = endpoints === null ? 'lists no endpoints' : `lists ${endpoints.size} endpoints`
    findings.push({
      name: 'configuration',
      ok: true,
      message: `The upstream returned its configuration (dialect ${dialect.name}, ${dialectReason}): it ${listed}, and its prefix is ${prefix === '' ? 'empty' : prefix}.${describeStaging(dialect)}`,
    })
    const absent = dialect.headers.filter((name) => !upstream.sends(name))
    if (absent.length > 0)
      findings.push({
        name: 'headers',
        ok: false,
        message: `The catalog ${dialect.name} requires ${absent.join(', ')}: set it in upstream.headers.`,
      })
    await upstream.callJson(
      {
        id: 'listNamespaces',
        target: {},
        query: { pageToken: '', pageSize: '1' },
        missing: () => missingWarehouse(warehouse.name),
      },
      signal,
    )
    findings.push({ name: 'namespaces', ok: true, message: 'The upstream lists its namespaces.' })
  } catch (error) {
    signal.throwIfAborted()
    if (!isHeadgateError(error)) throw error
    const done = new Set(findings.map((finding) => finding.name))
    const name = ['upstream', 'configuration', 'namespaces'].find((step) => !done.has(step)) ?? 'namespaces'
    findings.push({ name, ok: false, message: `${error.message}${describeCause(error)}` })
  }
  return findings
}

function describeStaging({ staging, purge }: Dialect): string {
  if (staging === 'upstream') return ''
  const end = purge === 'always' ? 'and remains if its client stops' : 'and is dropped if its client stops'
  return ` A staged table exists there at once, is hidden until its first commit, ${end}.`
}

/**
 * Returns the message of the error that caused a failure, for administrators. The message contains no secret,
 * because errors of auth providers never contain one.
 */
function describeCause({ cause }: Error): string {
  return cause instanceof Error ? ` (${cause.message})` : ''
}
