import { RestCatalog } from '@headgate/iceberg/client'
import { operation, operations } from '@headgate/iceberg/rest'
import { NotApplicable, type Bench, type Check } from './check.ts'
import { commitChecks } from './checks/commits.ts'
import { namespaceChecks } from './checks/namespaces.ts'
import { otherChecks } from './checks/others.ts'
import { readmeChecks } from './checks/readme.ts'
import { signedChecks } from './checks/signed.ts'
import { storageChecks } from './checks/storage.ts'
import { tableChecks } from './checks/tables.ts'
import { viewChecks } from './checks/views.ts'
import type { Peer } from './peers/peer.ts'
import type { CheckResult, PeerResult } from './report.ts'
import { SeenOperations } from './seen.ts'

const groups: Readonly<Record<string, readonly Check[]>> = {
  namespaces: namespaceChecks,
  tables: tableChecks,
  commits: commitChecks,
  views: viewChecks,
  storage: storageChecks,
  others: otherChecks,
}

/** Runs all checks against one catalog, in one namespace. Each check uses its own names. */
export async function runPeer(peer: Peer, say: (line: string) => void): Promise<PeerResult> {
  const seen = new SeenOperations(peer.options.uri ?? '')
  const connect: Bench['connect'] = (fetch, options = peer.options) =>
    RestCatalog.connect({ ...options, fetch: seen.watch(fetch) })
  await using catalog = await connect((url, init) => fetch(url, init))
  const namespace = [`suite_${Date.now().toString(36)}`]
  await catalog.createNamespace(namespace)
  const { examples, front } = peer
  const all = {
    ...groups,
    ...(examples === undefined ? {} : { readme: readmeChecks(examples) }),
    ...(front === undefined ? {} : { signed: signedChecks(front) }),
  }
  let count = 0
  const fresh: Bench['fresh'] = (name) => ({
    namespace,
    name: `${name}_${(count++).toString(36)}_${namespace[0]}`,
  })
  const bench: Bench = { peer, catalog, namespace, fresh, connect }
  const results: CheckResult[] = []
  for (const [group, checks] of Object.entries(all)) {
    for (const check of checks) {
      const result = { group, ...(await runCheck(check, bench)) }
      results.push(result)
      say(`${result.outcome}  ${peer.name}, ${group}: ${check.title}${result.reason && `: ${result.reason}`}`)
    }
  }
  const listed = operations.filter(({ endpoint }) => catalog.config.endpoints.has(endpoint))
  const succeeded = seen.succeeded()
  return {
    peer: peer.name,
    results,
    answered: succeeded,
    listedOnly: listed.map(({ operationId }) => operationId).filter((id) => !succeeded.includes(id)),
  }
}

async function runCheck(check: Check, bench: Bench): Promise<Omit<CheckResult, 'group'>> {
  const { title, needs, run } = check
  const started = performance.now()
  const ended = (outcome: CheckResult['outcome'], reason = ''): Omit<CheckResult, 'group'> => ({
    title,
    outcome,
    reason,
    ms: Math.round(performance.now() - started),
  })
  const missing = needs.find((id) => !bench.catalog.supports(id))
  if (missing !== undefined) return ended('not applicable', `it does not list ${operation(missing).endpoint}`)
  try {
    await run(bench)
    return ended('ok')
  } catch (error) {
    if (error instanceof NotApplicable) return ended('not applicable', error.message)
    return ended('failed', error instanceof Error ? (error.stack ?? error.message) : String(error))
  }
}
